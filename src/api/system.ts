// SPDX-License-Identifier: Apache-2.0
import type { MqttServer, OpenConnection } from '#access';
import type { Journal } from '#bus';
import type { TimeMs } from '#core';
import type { Registry, SeriesStore } from '#store';

/** The process as its pages and `/readyz` show it; `main.ts` knows where each figure comes from. */
export interface SystemInfo {
  readonly version: string;
  readonly started: TimeMs;
  /** Directory of the data. */
  readonly data: string;
  readonly exposure: Exposure;
  /** Addresses by listener: `mqtt`, `mqtts`, `http`, … */
  listeners(): Readonly<Record<string, string>>;
  /** Number of open device connections. */
  connections(): number;
  /** Each of them; made while it is read. */
  open(): Iterable<OpenConnection>;
  /** Messages and readings taken since the start. */
  messages(): number;
  readings(): number;
  /** Records that each reader of the log is behind. */
  lag(): Readonly<Record<string, number>>;
  log(): LogFigures;
  /** What must hold for the server to be ready; each check answers within a second. */
  readonly checks: Readonly<Record<string, () => Promise<CheckResult> | CheckResult>>;
}

/** How the installation shows itself to the network, as configured. */
export interface Exposure {
  /** Clients without credentials are taken. */
  readonly anonymous: boolean;
  /** Certificate files of the listeners (PEM). */
  readonly certificates: readonly string[];
  /** Hosts by listener where they differ from what `listeners` shows. */
  readonly hosts: Readonly<Record<string, string>>;
}

export interface LogFigures {
  readonly bytes: number;
  /** Offsets of the oldest record and of the next one. */
  readonly tail: number;
  readonly head: number;
  readonly stopped: string | undefined;
}

export interface CheckResult {
  readonly ok: boolean;
  readonly detail: string;
}

export interface SystemParts {
  readonly log: Journal;
  readonly series: SeriesStore;
  readonly registry: Registry;
  readonly mqtt: MqttServer | undefined;
  readonly listeners: Readonly<Record<string, string>>;
  readonly version: string;
  readonly started: TimeMs;
  readonly data: string;
  readonly exposure: Exposure;
}

/** The figures of a running server from its parts. */
export function systemInfo(parts: SystemParts): SystemInfo {
  const { log, series, registry, mqtt, version, started, data, exposure } = parts;
  return {
    ...{ version, started, data, exposure },
    listeners: () => parts.listeners,
    connections: () => mqtt?.stats().connections ?? 0,
    open: () => mqtt?.open() ?? [],
    messages: () => mqtt?.stats().publishes.reduce((sum, count) => sum + count, 0) ?? 0,
    readings: () => mqtt?.stats().readings ?? 0,
    lag: () =>
      Object.fromEntries([...log.readers()].map(([name, offset]) => [name, log.head - offset])),
    log: () => {
      const { bytes, tail, head, stopped } = log;
      return { bytes, tail, head, stopped: stopped?.message };
    },
    checks: {
      log: () => ({ ok: log.stopped === undefined, detail: log.stopped?.message ?? 'on disk' }),
      series: async () => {
        const { storedPoints, hotPoints } = await series.stats();
        return { ok: true, detail: `${storedPoints + hotPoints} points` };
      },
      registry: async () => {
        await registry.read.settings.get('ready');
        return { ok: true, detail: 'answers' };
      },
    },
  };
}

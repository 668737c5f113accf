// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Diagnosis, Trace, type Ingest } from '#access';
import { startApi, Uploads, type ApiServer, type ApiServices, type SystemInfo } from '#api';
import { loadConfig } from '#config';
import { openPlatform } from '../../src/main.ts';

/** The whole server without its listeners, in a directory of its own; requests go in through `api.app.inject`. */
export interface TestPlatform extends AsyncDisposable {
  readonly api: ApiServer;
  readonly services: ApiServices;
  readonly adminToken: string;
  /** Holds the answers of the HTTP surface that wait for the disk back until the result is called. */
  stall(): () => void;
  /** Resolves when all that is in the log now is in the series store. */
  stored(): Promise<void>;
}

/** `settings` are `key=value` as for `--set`. */
export async function startPlatform(settings: readonly string[] = []): Promise<TestPlatform> {
  await using starting = new AsyncDisposableStack();
  const data = await mkdtemp(join(tmpdir(), 'fengsui-api-'));
  starting.defer(() => rm(data, { recursive: true, force: true }));
  const loaded = loadConfig({
    workingDirectory: data,
    environment: {},
    data: join(data, 'data'),
    set: ['telemetry.log.level=error', 'store.series.memoryMiB=256', ...settings],
  });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
  const platform = await openPlatform(loaded.config, starting);
  const { limits, metrics, registry, log, series, clock } = platform;
  const ingest = new StallingIngest(platform.ingest);
  const services: ApiServices = {
    ...platform,
    ingest,
    diagnosis: new Diagnosis(limits, metrics),
    trace: new Trace(async (offset) => {
      while (series.committed <= offset) await setTimeout(5);
      return clock.now();
    }),
    system: systemOf(platform),
    uploads: new Uploads(registry),
  };
  const api = starting.use(await startApi({ services, upgrades: {} }));
  const adminToken = (await readFile(join(data, 'data', 'admin.token'), 'utf8')).trim();
  const stack = starting.move();
  return {
    ...{ api, services, adminToken },
    stall: () => ingest.stall(),
    stored: async () => {
      const head = log.head;
      while (series.committed < head) await setTimeout(5);
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function systemOf({
  log,
  clock,
}: Pick<Awaited<ReturnType<typeof openPlatform>>, 'log' | 'clock'>): SystemInfo {
  return {
    version: '0.0.0-test',
    started: clock.now(),
    listeners: () => ({ mqtt: 'mqtt://127.0.0.1:1883' }),
    connections: () => 3,
    messages: () => 0,
    readings: () => 0,
    lag: () => Object.fromEntries([...log.readers()].map(([name, at]) => [name, log.head - at])),
    checks: {
      log: () => ({ ok: log.stopped === undefined, detail: 'on disk' }),
      registry: () => Promise.resolve({ ok: true, detail: 'answers' }),
    },
    backup: () => Promise.resolve({ directory: '/backup/1', bytes: 17 }),
  };
}

/** The way into the log as it is, but for answers that can be held back. */
class StallingIngest implements Ingest {
  readonly #ingest: Ingest;
  #stalled: Promise<void> | undefined;

  constructor(ingest: Ingest) {
    this.#ingest = ingest;
  }

  stall(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#stalled = promise;
    return resolve;
  }

  async durable(): Promise<void> {
    await this.#ingest.durable();
    await this.#stalled;
  }

  get generation(): number {
    return this.#ingest.generation;
  }
  get batch(): Ingest['batch'] {
    return this.#ingest.batch;
  }
  get now(): number {
    return this.#ingest.now;
  }
  get congested(): boolean {
    return this.#ingest.congested;
  }
  get durableOffset(): number {
    return this.#ingest.durableOffset;
  }
  add(...entry: Parameters<Ingest['add']>): void {
    this.#ingest.add(...entry);
  }
  wait(...waiter: Parameters<Ingest['wait']>): void {
    this.#ingest.wait(...waiter);
  }
  whenReady(...resume: Parameters<Ingest['whenReady']>): void {
    this.#ingest.whenReady(...resume);
  }
}

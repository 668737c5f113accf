// SPDX-License-Identifier: Apache-2.0
import type { DurationMs } from '#core';
import type { Clock, Timer } from '#runtime';
import type { DeviceKind, Values } from './behaviour.ts';
import { Member } from './member.ts';

/** One device of a fleet. */
export interface FleetMember {
  readonly name: string;
  readonly username: string;
  readonly password: string;
  readonly kind: DeviceKind;
  /** From one message to the next. */
  readonly period: DurationMs;
  /** `wrong-token`: knocks in vain, now and then; `wrong-values`: reports a value out of range from time to time. */
  readonly trouble?: 'wrong-token' | 'wrong-values' | undefined;
}

/** A device of a fleet to which something happens. */
export interface FleetDevice {
  /** Measures these values from now on and says so; none: what is usual again. */
  force(values?: Values): void;
  /** Reports an event of its model; nothing happens while it is not connected. */
  report(event: string, data: unknown): void;
}

export interface FleetOptions {
  readonly host: string;
  readonly port: number;
  readonly members: readonly FleetMember[];
  /** How fast the devices come; the server bounds it for one address (`mqtt.connectsPerSecondPerSource`). */
  readonly connectsPerSecond: number;
  readonly clock: Clock;
  /** The same seed gives the same values at the same times. */
  readonly seed: number;
}

/** What a fleet has done so far. */
export interface FleetCounts {
  readonly connected: number;
  readonly published: number;
  readonly acknowledged: number;
  /** Connections refused or lost, and messages that were not acknowledged. */
  readonly failed: number;
  readonly lastFailure: string | undefined;
}

/** Devices whose right token was refused, after which the others are not tried: the server would ban the address. */
const refusedMax = 3;

/** A fleet of simulated devices over real connections, each publishing with QoS 1 at its own moment of its period. */
export class Fleet {
  readonly #clock: Clock;
  readonly #connectEveryMs: DurationMs;
  readonly #members: readonly Member[];
  readonly #timers = new Set<Timer>();
  readonly #counts = { connected: 0, published: 0, acknowledged: 0, failed: 0 };
  #lastFailure: string | undefined;
  #refused = 0;
  #stopped = false;

  constructor({ host, port, members, connectsPerSecond, clock, seed }: FleetOptions) {
    this.#clock = clock;
    this.#connectEveryMs = 1_000 / connectsPerSecond;
    const events = {
      later: (delay: DurationMs, action: () => void) => this.#later(delay, action),
      count: (name: keyof Omit<FleetCounts, 'lastFailure'>, by = 1) =>
        void (this.#counts[name] += by),
      fail: (reason: unknown) => this.#fail(reason),
      refused: () => this.#refuse(),
    };
    this.#members = members.map((of) => new Member({ of, host, port, clock, seed, events }));
  }

  /** Connects one device after another; resolves at once. */
  start(): void {
    for (const [index, member] of this.#members.entries()) {
      this.#later(index * this.#connectEveryMs, () => member.connect());
    }
  }

  /** The device of that name. */
  device(name: string): FleetDevice | undefined {
    return this.#members.find((member) => member.name === name);
  }

  counts(): FleetCounts {
    return { ...this.#counts, lastFailure: this.#lastFailure };
  }

  /** Disconnects all in order. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    for (const member of this.#members) member.stop();
  }

  #later(delay: DurationMs, action: () => void): void {
    if (this.#stopped) return;
    const timer = this.#clock.after(delay, () => {
      this.#timers.delete(timer);
      action();
    });
    this.#timers.add(timer);
  }

  #refuse(): void {
    this.#refused++;
    if (this.#refused >= refusedMax) this.stop();
  }

  #fail(reason: unknown): void {
    if (this.#stopped) return;
    this.#counts.failed++;
    this.#lastFailure = reason instanceof Error ? reason.message : String(reason);
  }
}

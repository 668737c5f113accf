// SPDX-License-Identifier: Apache-2.0
import type { DurationMs, TimeMs } from '#core';
import type { Clock, Timer } from '../clock.ts';

interface Pending {
  due: DurationMs;
  readonly order: number;
  readonly period: DurationMs | undefined;
  readonly action: () => void;
}

/** A clock that moves only when it is told to. */
export class SimClock implements Clock {
  readonly #start: TimeMs;
  #elapsed: DurationMs = 0;
  #order = 0;
  readonly #pending = new Set<Pending>();

  constructor(start: TimeMs = Date.UTC(2026, 0, 1)) {
    this.#start = start;
  }

  now(): TimeMs {
    return this.#start + Math.floor(this.#elapsed);
  }

  monotonic(): DurationMs {
    return this.#elapsed;
  }

  after(delay: DurationMs, action: () => void): Timer {
    return this.#add(delay, undefined, action);
  }

  every(period: DurationMs, action: () => void): Timer {
    return this.#add(period, Math.max(period, 1), action);
  }

  /** Timers that have not fired. */
  get pending(): number {
    return this.#pending.size;
  }

  /** Moves on by so many milliseconds and fires what falls due, in order of time, then of creation. */
  advance(by: DurationMs): void {
    const end = this.#elapsed + by;
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#elapsed = next.due;
      if (next.period === undefined) this.#pending.delete(next);
      else next.due += next.period;
      next.action();
    }
    this.#elapsed = end;
  }

  #next(end: DurationMs): Pending | undefined {
    let first: Pending | undefined;
    for (const timer of this.#pending) {
      if (timer.due > end) continue;
      if (
        !first ||
        timer.due < first.due ||
        (timer.due === first.due && timer.order < first.order)
      ) {
        first = timer;
      }
    }
    return first;
  }

  #add(delay: DurationMs, period: DurationMs | undefined, action: () => void): Timer {
    const due = this.#elapsed + Math.max(delay, 0);
    const timer = { due, order: this.#order++, period, action };
    this.#pending.add(timer);
    return { cancel: () => this.#pending.delete(timer) };
  }
}

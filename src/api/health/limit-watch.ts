// SPDX-License-Identifier: Apache-2.0
import { limitTable, Seconds, type LimitName, type TimeMs } from '#core';
import type { Clock, Metrics, Timer } from '#runtime';

export interface LimitHit {
  readonly name: LimitName;
  /** Since the start. */
  readonly count: number;
  /** When it was last hit, to the second. */
  readonly last: TimeMs | undefined;
}

const names: readonly LimitName[] = Object.keys(limitTable).filter((name) => isLimitName(name));

/**
 * Remembers when each limit was last hit. It looks at the counters instead of being told, so that whoever counts a hit
 * pays an addition and no more, and nobody can be forgotten.
 */
export class LimitWatch implements Disposable {
  readonly #metrics: Metrics;
  readonly #clock: Clock;
  readonly #counts = new Map<LimitName, number>();
  readonly #last = new Map<LimitName, TimeMs>();
  #timer: Timer | undefined;

  constructor(metrics: Metrics, clock: Clock) {
    this.#metrics = metrics;
    this.#clock = clock;
  }

  start(): void {
    this.#timer = this.#clock.every(Seconds(1), () => this.#look());
    this.#look();
  }

  [Symbol.dispose](): void {
    this.#timer?.cancel();
  }

  /** Every limit of the table. */
  hits(): readonly LimitHit[] {
    this.#look();
    return names.map((name) => {
      return { name, count: this.#counts.get(name) ?? 0, last: this.#last.get(name) };
    });
  }

  #look(): void {
    const now = this.#clock.now();
    for (const name of names) {
      const count = this.#metrics.value('fengsui_limit_hits_total', { limit: name });
      if (count > (this.#counts.get(name) ?? 0)) this.#last.set(name, now);
      this.#counts.set(name, count);
    }
  }
}

function isLimitName(name: string): name is LimitName {
  return Object.hasOwn(limitTable, name);
}

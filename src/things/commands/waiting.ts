// SPDX-License-Identifier: Apache-2.0
import type { DurationMs } from '#core';
import type { Clock } from '#runtime';

/** Callers that wait for something to happen, by key, each with a time-out. */
export class Waiting<K, V> {
  readonly #clock: Clock;
  readonly #waiting = new Map<K, Set<(value: V) => void>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves with what `settle` is given for the key, or with undefined when the time is over. */
  for(key: K, timeout: DurationMs): Promise<V | undefined> {
    return new Promise((resolve) => {
      const settle = (value: V | undefined): void => {
        timer.cancel();
        const waiting = this.#waiting.get(key);
        waiting?.delete(settle);
        if (waiting?.size === 0) this.#waiting.delete(key);
        resolve(value);
      };
      const timer = this.#clock.after(timeout, () => settle(undefined));
      const waiting = this.#waiting.get(key) ?? new Set();
      waiting.add(settle);
      this.#waiting.set(key, waiting);
    });
  }

  settle(key: K, value: V): void {
    for (const settle of [...(this.#waiting.get(key) ?? [])]) settle(value);
  }
}

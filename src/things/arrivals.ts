// SPDX-License-Identifier: Apache-2.0
import { FaultError, fault, Minutes, type Limits, type TimeMs } from '#core';

/** Sources that are counted at the same time. */
const countedMax = 10_000;

/** Counts the devices that an authority or a key brings in, so that a leaked one does not flood the registry. */
export class Arrivals {
  readonly #limits: Limits;
  readonly #counted = new Map<string, { since: TimeMs; count: number }>();

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Counts one more. Fault: `common.limit`. */
  count(source: string, now: TimeMs): void {
    let counted = this.#counted.get(source);
    if (counted === undefined || now - counted.since >= Minutes(1)) {
      counted = { since: now, count: 0 };
      this.#counted.delete(source);
      this.#counted.set(source, counted);
      if (this.#counted.size > countedMax) {
        const oldest = this.#counted.keys().next();
        if (oldest.done !== true) this.#counted.delete(oldest.value);
      }
    }
    if (counted.count >= this.#limits['authorities.registrationsPerMinute'])
      throw new FaultError(fault('common.limit', 'authorities.registrationsPerMinute'));
    counted.count++;
  }
}

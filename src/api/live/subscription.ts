// SPDX-License-Identifier: Apache-2.0
import type { ItemsFrame, SubscribeFrame } from './protocol.ts';

/** Items are sent this often at most, so that a fast stream costs a client ten frames a second and not ten thousand. */
export const flushEveryMs = 100;
/** Series of which a reading waits for room. */
const waitingMax = 1_000;

/** What changes from one reading of a series to the next. */
export interface Measured {
  time: number;
  value: unknown;
  quality: number;
}

interface Waiting extends Measured {
  readonly item: (measured: Measured) => unknown;
}

/**
 * One subscription of a live connection: a token bucket by its rate. What has no room is counted as left out, but of each
 * series the newest reading waits for its turn, so that none starves and the last reading of each arrives in the end.
 */
export class Subscription {
  readonly request: SubscribeFrame;
  readonly ratePerSecond: number;
  readonly #waiting = new Map<number, Waiting>();
  #budget: number;
  #items: unknown[] = [];
  #dropped = 0;

  constructor(request: SubscribeFrame, ratePerSecondMax: number) {
    this.request = request;
    this.ratePerSecond = Math.min(request.ratePerSecond ?? ratePerSecondMax, ratePerSecondMax);
    this.#budget = Math.max(1, this.ratePerSecond);
  }

  push(item: unknown): void {
    if (this.#budget < 1) {
      this.#dropped++;
      return;
    }
    this.#budget--;
    this.#items.push(item);
  }

  /** Takes a reading: as the item that `item` makes of it, or to wait in place of the last one of its series. */
  reading(series: number, measured: Measured, item: Waiting['item']): void {
    if (this.#budget >= 1) return this.push(item(measured));
    const waiting = this.#waiting.get(series);
    if (waiting === undefined && this.#waiting.size < waitingMax) {
      this.#waiting.set(series, { ...measured, item });
      return;
    }
    this.#dropped++;
    if (waiting === undefined) return;
    waiting.time = measured.time;
    waiting.value = measured.value;
    waiting.quality = measured.quality;
  }

  /** The client does not read: nothing more until the next flush. */
  hold(): undefined {
    this.#budget = 0;
  }

  /** What gathered since the last call, or undefined; refills the bucket for `elapsedMs`. */
  flush(elapsedMs: number): ItemsFrame | undefined {
    const burst = Math.max(1, this.ratePerSecond);
    this.#budget = Math.min(burst, this.#budget + (this.ratePerSecond * elapsedMs) / 1_000);
    for (const [series, waiting] of this.#waiting) {
      if (this.#budget < 1) break;
      this.#waiting.delete(series);
      this.push(waiting.item(waiting));
    }
    if (this.#items.length === 0 && this.#dropped === 0) return undefined;
    const { id, kind } = this.request;
    const frame = { id, kind, items: this.#items, dropped: this.#dropped };
    this.#items = [];
    this.#dropped = 0;
    return frame;
  }
}

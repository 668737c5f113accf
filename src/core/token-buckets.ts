// SPDX-License-Identifier: Apache-2.0
import type { DurationMs } from './duration.ts';

export interface TokenRate {
  readonly perSecond: number;
  readonly burst: number;
  /** Keys remembered at most; the longest quiet one is forgotten first, and begins with a full bucket again. */
  readonly rememberedMax: number;
}

/** A token bucket for each key: a burst, then so many a second, refilled evenly. */
export class TokenBuckets {
  readonly #rate: TokenRate;
  readonly #buckets = new Map<string, { tokens: number; at: DurationMs }>();

  constructor(rate: TokenRate) {
    this.#rate = rate;
  }

  /** Takes one; false when there is none. */
  take(key: string, now: DurationMs): boolean {
    const { perSecond, burst, rememberedMax } = this.#rate;
    const bucket = this.#buckets.get(key) ?? { tokens: burst, at: now };
    const elapsed = Math.max(0, now - bucket.at);
    bucket.tokens = Math.min(burst, bucket.tokens + (elapsed * perSecond) / 1_000);
    bucket.at = now;
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > rememberedMax) {
      const oldest = this.#buckets.keys().next();
      if (oldest.done !== true) this.#buckets.delete(oldest.value);
    }
    if (bucket.tokens < 1) return false;
    bucket.tokens--;
    return true;
  }
}

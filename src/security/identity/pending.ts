// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from 'node:crypto';
import type { DurationMs, LimitName, Limits } from '#core';
import type { Clock } from '#runtime';
import { hashToken } from '../secret.ts';

export interface PendingOptions {
  readonly limits: Limits;
  readonly clock: Clock;
  /** Told each time a limit is reached. */
  readonly hit: (limit: LimitName) => void;
}

/**
 * What waits for somebody to come back with a secret: logins half done, challenges. Each for a while and in bounded
 * number; the oldest goes first.
 */
export class Pending<T> {
  readonly #options: PendingOptions;
  readonly #life: DurationMs;
  /** By the hash of the secret, so that timing tells nothing of it. */
  readonly #waiting = new Map<string, { readonly value: T; readonly until: DurationMs }>();

  constructor(options: PendingOptions, life: DurationMs) {
    this.#options = options;
    this.#life = life;
  }

  /** Keeps a value; the result brings it back. */
  add(value: T): string {
    const { limits, clock, hit } = this.#options;
    const secret = randomBytes(32).toString('base64url');
    const until = clock.monotonic() + this.#life;
    this.#waiting.set(hashToken(secret), { value, until });
    for (const [key, { until: end }] of this.#waiting) {
      const full = this.#waiting.size > limits['auth.loginsOpenMax'];
      if (!full && end >= clock.monotonic()) break;
      if (full) hit('auth.loginsOpenMax');
      this.#waiting.delete(key);
    }
    return secret;
  }

  find(secret: string): T | undefined {
    const key = hashToken(secret);
    const found = this.#waiting.get(key);
    if (found === undefined) return undefined;
    if (found.until >= this.#options.clock.monotonic()) return found.value;
    this.#waiting.delete(key);
    return undefined;
  }

  /** The same, and never again. */
  take(secret: string): T | undefined {
    const value = this.find(secret);
    this.#waiting.delete(hashToken(secret));
    return value;
  }
}

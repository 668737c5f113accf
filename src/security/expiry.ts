// SPDX-License-Identifier: Apache-2.0
import { Seconds, type TimeMs } from '#core';
import type { Clock, Timer } from '#runtime';
import type { Revocation } from './port.ts';

const lookEvery = Seconds(0.5);

interface Watched {
  readonly revocation: Revocation;
  readonly expires: TimeMs;
}

/** Ends the right of credentials at the moment they expire, for connections that they have opened. */
export class Expiry {
  readonly #clock: Clock;
  readonly #expired: (revocation: Revocation) => void;
  /** No more than the credentials in use that have an end. */
  readonly #watched = new Map<string, Watched>();
  #timer: Timer | undefined;

  constructor(clock: Clock, expired: (revocation: Revocation) => void) {
    this.#clock = clock;
    this.#expired = expired;
  }

  /** A credential or token has let somebody in. */
  watch(revocation: Revocation, expires: TimeMs | undefined): void {
    if (expires === undefined) return;
    this.#watched.set(JSON.stringify(revocation), { revocation, expires });
    this.#timer ??= this.#clock.every(lookEvery, () => this.#look());
  }

  #look(): void {
    const now = this.#clock.now();
    for (const [key, { revocation, expires }] of this.#watched) {
      if (expires > now) continue;
      this.#watched.delete(key);
      this.#expired(revocation);
    }
    if (this.#watched.size > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}

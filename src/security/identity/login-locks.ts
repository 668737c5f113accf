// SPDX-License-Identifier: Apache-2.0
import { Hours, type DurationMs, type LimitName, type Limits, type TimeMs } from '#core';
import type { Clock } from '#runtime';
import { hashToken } from '../secret.ts';

const lockMsMax: DurationMs = Hours(24);

interface Tally {
  failures: number;
  locks: number;
  lockedUntil: TimeMs;
  last: TimeMs;
}

export interface LoginLocksOptions {
  readonly limits: Limits;
  readonly clock: Clock;
  /** Told each time a limit is reached. */
  readonly hit: (limit: LimitName) => void;
}

/**
 * Locks a name after a number of wrong logins in a row, twice as long each time up to a day, whether somebody has the
 * name or not: the answer must not tell. A day without a wrong login forgets what was before.
 */
export class LoginLocks {
  readonly #options: LoginLocksOptions;
  readonly #tallies = new Map<string, Tally>();

  constructor(options: LoginLocksOptions) {
    this.#options = options;
  }

  /** Until when the name is locked; undefined when it is not. */
  lockedUntil(name: string): TimeMs | undefined {
    const until = this.#tallies.get(keyOf(name))?.lockedUntil ?? 0;
    return until > this.#options.clock.now() ? until : undefined;
  }

  /** Counts a wrong login; the result is until when this one has locked the name. */
  failed(name: string): TimeMs | undefined {
    const { limits, clock, hit } = this.#options;
    const now = clock.now();
    const key = keyOf(name);
    const known = this.#tallies.get(key);
    const fresh = { failures: 0, locks: 0, lockedUntil: 0, last: now };
    const tally =
      known === undefined || now - Math.max(known.last, known.lockedUntil) > lockMsMax
        ? fresh
        : known;
    this.#tallies.delete(key);
    this.#tallies.set(key, tally);
    if (this.#tallies.size > limits['auth.rememberedMax']) {
      const [oldest] = this.#tallies.keys();
      if (oldest !== undefined) this.#tallies.delete(oldest);
    }
    // Those under way when a lock began do not make it longer.
    if (tally.lockedUntil > now) return undefined;
    tally.last = now;
    if (++tally.failures < limits['auth.loginFailuresMax']) return undefined;
    hit('auth.loginFailuresMax');
    tally.failures = 0;
    tally.lockedUntil = now + Math.min(limits['auth.loginLockMs'] * 2 ** tally.locks++, lockMsMax);
    return tally.lockedUntil;
  }

  /** A complete login, or an administrator, clears what a name had against it. */
  clear(name: string): void {
    this.#tallies.delete(keyOf(name));
  }
}

/** As accounts compare their names; hashed, since somebody may type anything, also a password. */
function keyOf(name: string): string {
  return hashToken(name.normalize('NFKC').toLowerCase());
}

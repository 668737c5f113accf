// SPDX-License-Identifier: Apache-2.0
import { Hours, Minutes, sourceKey, type DurationMs, type LimitName, type Limits } from '#core';
import type { Clock } from '#runtime';
import { hashToken } from './secret.ts';

const banMsMax: DurationMs = Hours(24);
/** A user name may have 64 KiB: longer ones than this are remembered by their hash. */
const keyLengthMax = 64;

interface Tally {
  failures: number;
  /** When the first of these failures was. */
  since: DurationMs;
  bannedUntil: DurationMs;
  bans: number;
}

/** A ban that wrong credentials have brought. */
export interface AttemptBan {
  readonly kind: 'source' | 'identity';
  /** An address, a /64, or the name that was guessed at; long names as their hash. */
  readonly target: string;
  /** How long it lasts from now. */
  readonly left: DurationMs;
  readonly reason: LimitName;
}

export interface AttemptGuardOptions {
  readonly limits: Limits;
  readonly clock: Clock;
  /** Told each time a limit is reached. */
  readonly hit: (limit: LimitName) => void;
  /** Whether many stand behind an address, as behind a carrier's: then one of them does not ban the others. */
  readonly isShared?: ((source: string) => boolean) | undefined;
}

/**
 * Slows guessing down: a source that shows too many wrong credentials in a minute is banned, twice
 * as long each time up to a day; an identity that was guessed at too often in an hour is locked for
 * an hour. After a day without a ban a source begins anew.
 */
export class AttemptGuard {
  readonly #options: AttemptGuardOptions;
  readonly #sources = new Map<string, Tally>();
  readonly #identities = new Map<string, Tally>();

  constructor(options: AttemptGuardOptions) {
    this.#options = options;
  }

  /** Whether an attempt may be looked at now. */
  admits(source: string, identity: string | undefined): boolean {
    const now = this.#options.clock.monotonic();
    if (isBanned(this.#sources.get(sourceKey(source)), now)) return false;
    return identity === undefined || !isBanned(this.#identities.get(keyOf(identity)), now);
  }

  /**
   * Counts a wrong credential; those that were under way when a ban began do not make it longer.
   */
  failed(source: string, identity: string | undefined): void {
    const { limits, isShared } = this.#options;
    if (isShared?.(source) !== true) this.#countSource(source);
    if (identity === undefined) return;
    const byIdentity = this.#count(this.#identities, keyOf(identity), Hours(1));
    if (byIdentity.failures >= limits['auth.failuresPerHourPerIdentity']) {
      this.#ban(byIdentity, Hours(1), 'auth.failuresPerHourPerIdentity');
    }
  }

  #countSource(source: string): void {
    const { limits } = this.#options;
    const bySource = this.#count(this.#sources, sourceKey(source), Minutes(1));
    if (bySource.failures < limits['auth.failuresPerMinutePerSource']) return;
    const length = Math.min(limits['auth.sourceBanMs'] * 2 ** bySource.bans, banMsMax);
    this.#ban(bySource, length, 'auth.failuresPerMinutePerSource');
  }

  /** A right credential clears what its identity had against it; a source has to wait. */
  succeeded(identity: string): void {
    this.#identities.delete(keyOf(identity));
  }

  /** The bans in force. */
  bans(): AttemptBan[] {
    const now = this.#options.clock.monotonic();
    const of = (same: Pick<AttemptBan, 'kind' | 'reason'>, tallies: ReadonlyMap<string, Tally>) =>
      [...tallies]
        .filter(([, tally]) => isBanned(tally, now))
        .map(([target, { bannedUntil }]) => ({ ...same, target, left: bannedUntil - now }));
    return [
      ...of({ kind: 'source', reason: 'auth.failuresPerMinutePerSource' }, this.#sources),
      ...of({ kind: 'identity', reason: 'auth.failuresPerHourPerIdentity' }, this.#identities),
    ];
  }

  /** Forgets what a source (by its address) or an identity has against it. */
  lift(kind: AttemptBan['kind'], target: string): void {
    if (kind === 'identity') this.#identities.delete(keyOf(target));
    else this.#sources.delete(target.endsWith('/64') ? target : sourceKey(target));
  }

  #count(tallies: Map<string, Tally>, key: string, window: DurationMs): Tally {
    const now = this.#options.clock.monotonic();
    const tally = tallies.get(key) ?? { failures: 0, since: now, bannedUntil: 0, bans: 0 };
    if (now - tally.since >= window) {
      tally.failures = 0;
      tally.since = now;
    }
    if (now - tally.bannedUntil >= banMsMax) tally.bans = 0;
    if (!isBanned(tally, now)) tally.failures++;
    tallies.delete(key);
    tallies.set(key, tally);
    if (tallies.size > this.#options.limits['auth.rememberedMax']) {
      const oldest = tallies.keys().next();
      if (oldest.done !== true) tallies.delete(oldest.value);
    }
    return tally;
  }

  #ban(tally: Tally, length: DurationMs, limit: LimitName): void {
    tally.bannedUntil = this.#options.clock.monotonic() + length;
    tally.bans++;
    tally.failures = 0;
    this.#options.hit(limit);
  }
}

function isBanned(tally: Tally | undefined, now: DurationMs): boolean {
  return tally !== undefined && tally.bannedUntil > now;
}

function keyOf(identity: string): string {
  return identity.length <= keyLengthMax ? identity : hashToken(identity);
}

// SPDX-License-Identifier: Apache-2.0
import { AddressRanges, sourceKey, type LimitName, type Limits, type TimeMs } from '#core';
import type { AutomaticBan, AutomaticBans, BanKind } from './bans.ts';

/** What is remembered of one source; forgotten when it has been quiet. */
interface Source {
  tokens: number;
  at: TimeMs;
  failures: number;
  failuresSince: TimeMs;
  bannedUntil: TimeMs;
  bans: number;
}

/** Sources remembered at most; the longest quiet one goes first. */
const sourcesMax = 100_000;
const quietMs = 3_600_000;

/** Accept rate and bans of remote sources, each a /32 or a /64. */
export class SourceLimits implements AutomaticBans {
  readonly #limits: Limits;
  readonly #sources = new Map<string, Source>();
  readonly #now: () => TimeMs;
  readonly #shared: AddressRanges;

  /** `shared`: ranges in which many clients have one address, whose connects are not counted. */
  constructor(
    limits: Limits,
    now: () => TimeMs = () => 0,
    shared: AddressRanges = new AddressRanges([]),
  ) {
    this.#limits = limits;
    this.#now = now;
    this.#shared = shared;
  }

  bans(): AutomaticBan[] {
    const now = this.#now();
    return [...this.#sources]
      .filter(([, { bannedUntil }]) => bannedUntil > now)
      .map(([target, { bannedUntil }]) => ({
        ...{ kind: 'source', target, left: bannedUntil - now },
        reason: 'auth.failuresPerMinutePerSource',
      }));
  }

  lift(kind: BanKind, target: string): void {
    if (kind !== 'source') return;
    this.#sources.delete(target.endsWith('/64') ? target : sourceKey(target));
  }

  /** Whether a connection may be accepted; the limit that forbids it otherwise. */
  accept(address: string, now: TimeMs): LimitName | undefined {
    if (this.#shared.has(address)) return undefined;
    const source = this.#source(address, now);
    if (source.bannedUntil > now) return 'auth.sourceBanMs';
    const burst = this.#limits['mqtt.connectBurstPerSource'];
    const perMs = this.#limits['mqtt.connectsPerSecondPerSource'] / 1_000;
    source.tokens = Math.min(burst, source.tokens + Math.max(0, now - source.at) * perMs);
    source.at = now;
    if (source.tokens < 1) return 'mqtt.connectsPerSecondPerSource';
    source.tokens--;
    return undefined;
  }

  /** A wrong credential; true when it brings a ban. */
  failure(address: string, now: TimeMs): boolean {
    // A ban would shut out all who share the address; the identities that are guessed at are locked.
    if (this.#shared.has(address)) return false;
    const source = this.#source(address, now);
    if (now - source.failuresSince > 60_000) {
      source.failures = 0;
      source.failuresSince = now;
    }
    source.failures++;
    if (source.failures < this.#limits['auth.failuresPerMinutePerSource']) return false;
    source.failures = 0;
    source.bannedUntil = now + this.#limits['auth.sourceBanMs'] * 2 ** Math.min(source.bans, 10);
    source.bans++;
    return true;
  }

  #source(address: string, now: TimeMs): Source {
    const key = sourceKey(address);
    const burst = this.#limits['mqtt.connectBurstPerSource'];
    let source = this.#sources.get(key);
    if (source && now - source.at > quietMs && source.bannedUntil + quietMs < now)
      source = undefined;
    source ??= { tokens: burst, at: now, failures: 0, failuresSince: now, bannedUntil: 0, bans: 0 };
    this.#sources.delete(key);
    this.#sources.set(key, source);
    if (this.#sources.size > sourcesMax) {
      const oldest = this.#sources.keys().next();
      if (!oldest.done) this.#sources.delete(oldest.value);
    }
    return source;
  }
}

/** Counts events of one identity, `tenant:name`, in a window, for bans: reconnects of a client. */
export class IdentityLimits implements AutomaticBans {
  readonly #windowMs: number;
  readonly #countMax: number;
  readonly #banMs: number;
  readonly #now: () => TimeMs;
  readonly #identities = new Map<string, { count: number; since: TimeMs; bannedUntil: TimeMs }>();

  constructor(options: {
    readonly windowMs: number;
    readonly countMax: number;
    readonly banMs: number;
    /** For the list of bans. */
    readonly now?: () => TimeMs;
  }) {
    this.#windowMs = options.windowMs;
    this.#countMax = options.countMax;
    this.#banMs = options.banMs;
    this.#now = options.now ?? (() => 0);
  }

  bans(): AutomaticBan[] {
    const now = this.#now();
    return [...this.#identities]
      .filter(([, { bannedUntil }]) => bannedUntil > now)
      .map(([key, { bannedUntil }]) => ({
        ...{ kind: 'identity', ...namedBy(key), left: bannedUntil - now },
        reason: 'mqtt.flapConnectsPerMinute',
      }));
  }

  lift(kind: BanKind, target: string, tenant?: number): void {
    if (kind !== 'identity') return;
    for (const key of this.#identities.keys()) {
      const named = namedBy(key);
      const same = named.target === target && (tenant === undefined || tenant === named.tenant);
      if (same) this.#identities.delete(key);
    }
  }

  banned(identity: string, now: TimeMs): boolean {
    return (this.#identities.get(identity)?.bannedUntil ?? 0) > now;
  }

  /** Counts one; true when it brings a ban. */
  count(identity: string, now: TimeMs): boolean {
    const known = this.#identities.get(identity);
    const fresh = !known || (now - known.since > this.#windowMs && known.bannedUntil <= now);
    const entry = fresh ? { count: 0, since: now, bannedUntil: 0 } : known;
    this.#identities.delete(identity);
    this.#identities.set(identity, entry);
    if (this.#identities.size > sourcesMax) {
      const oldest = this.#identities.keys().next();
      if (!oldest.done) this.#identities.delete(oldest.value);
    }
    entry.count++;
    if (entry.count <= this.#countMax || entry.bannedUntil > now) return false;
    entry.bannedUntil = now + this.#banMs;
    return true;
  }
}

/** The parts of a key `tenant:name`. */
function namedBy(key: string): { readonly tenant: number; readonly target: string } {
  const colon = key.indexOf(':');
  return { tenant: Number(key.slice(0, colon)), target: key.slice(colon + 1) };
}

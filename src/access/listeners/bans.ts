// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import {
  AddressRanges,
  FaultError,
  fault,
  parseRange,
  Seconds,
  type DurationMs,
  type Limits,
  type TimeMs,
} from '#core';
import type { Clock, Logger, Timer } from '#runtime';
import { rootTenant } from '#security';
import type { Registry } from '#store';
import { bansOf, type StoredBan } from './stored-bans.ts';

export type BanKind = 'source' | 'identity';

/** A ban as it is listed. */
export interface Ban extends Omit<StoredBan, 'by'> {
  readonly by: string | undefined;
  /** Brought by wrong credentials or reconnects, not by a person. */
  readonly automatic: boolean;
}

/** Bans that a part of the server makes by itself. */
export interface AutomaticBans {
  bans(): readonly AutomaticBan[];
  /** Of every tenant where none is named. */
  lift(kind: BanKind, target: string, tenant?: number): void;
}

export interface AutomaticBan {
  readonly kind: BanKind;
  readonly target: string;
  readonly left: DurationMs;
  /** Whose client it is; undefined for sources and names of strangers, which are the root tenant's. */
  readonly tenant?: number | undefined;
  readonly reason: string;
}

/** What is known of a client when it is asked whether it may be here. */
export interface BannedAs {
  readonly source: string;
  /** Undefined while it has proved nothing. */
  readonly tenant?: number | undefined;
  /** Client identifier, user name, id and uri of the thing, as far as known. */
  readonly names?: readonly (string | undefined)[];
}

export interface NewBan {
  readonly tenant: number;
  readonly kind: BanKind;
  readonly target: string;
  readonly reason: string;
  readonly by: string;
  readonly durationMs: DurationMs | undefined;
  /** Where the request comes from: nobody shuts himself out. */
  readonly ownSource: string;
}

interface TenantBans {
  readonly sources: AddressRanges;
  readonly names: ReadonlySet<string>;
}

/** Where bans outlive a restart. */
export interface BanStore {
  read(): Promise<unknown>;
  write(bans: readonly StoredBan[]): Promise<void>;
}

/** Keeps them in the registry. */
export function banStore(registry: Registry): BanStore {
  return {
    read: () => registry.read.settings.get(settingKey),
    write: (bans) => registry.write((tables) => tables.settings.put(settingKey, bans)),
  };
}

export interface BansOptions {
  readonly store: BanStore;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly logger: Logger;
}

const settingKey = 'access.bans';
const pruneEvery = Seconds(0.5);

/**
 * Who is kept out by an administrator, and the one list of those who are kept out by themselves. A source banned in the root
 * tenant is shut out before it is read; a ban of any other tenant is for the clients of that tenant, known by what they
 * proved: one tenant cannot shut out another's.
 */
export class Bans implements AsyncDisposable {
  readonly #options: BansOptions;
  readonly #automatic: AutomaticBans[] = [];
  readonly #listeners = new Set<() => void>();
  #bans: readonly StoredBan[] = [];
  #byTenant: ReadonlyMap<number, TenantBans> = new Map();
  #writing: Promise<unknown> = Promise.resolve();
  #timer: Timer | undefined;

  constructor(options: BansOptions) {
    this.#options = options;
  }

  /** Reads what was banned before the restart. */
  async start(): Promise<void> {
    const { store, clock, logger } = this.#options;
    this.#set(bansOf(await store.read()));
    this.#timer = clock.every(pruneEvery, () => {
      const now = clock.now();
      if (this.#bans.every((ban) => inForce(ban, now))) return;
      this.#change((bans) => bans.filter((ban) => inForce(ban, now))).catch((error: unknown) =>
        logger.warn({ err: error }, 'ended bans could not be taken from the registry'),
      );
    });
  }

  /** Whether anybody is banned at all: one look before names are put together. */
  get any(): boolean {
    return this.#bans.length > 0;
  }

  /** Whether a client may not be here. */
  refuses({ source, tenant, names = [] }: BannedAs): boolean {
    if (this.#bans.length === 0) return false;
    const root = this.#byTenant.get(rootTenant);
    if (root?.sources.has(source) === true) return true;
    const own = tenant === undefined ? undefined : this.#byTenant.get(tenant);
    if (own === undefined) return false;
    return (
      own.sources.has(source) || names.some((name) => name !== undefined && own.names.has(name))
    );
  }

  /** Called when somebody was banned: live connections are looked through. */
  onBanned(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Adds a part that bans by itself. */
  watch(automatic: AutomaticBans): void {
    this.#automatic.push(automatic);
  }

  /** Bans of a tenant, its own first; the root tenant has those of strangers too. */
  list(tenant: number): Ban[] {
    const now = this.#options.clock.now();
    const manual = this.#bans
      .filter((ban) => ban.tenant === tenant && inForce(ban, now))
      .map((ban) => ({ ...ban, automatic: false }));
    const seen = new Map<string, Ban>();
    for (const each of this.#automatic.flatMap((part) => part.bans())) {
      if ((each.tenant ?? rootTenant) !== tenant) continue;
      const { kind, target, reason, left } = each;
      const id = idOf('auto', tenant, kind, target);
      const until = now + left;
      // Two parts may have banned the same for the same reason: the longer one counts.
      if ((seen.get(id)?.until ?? 0) > until) continue;
      const ban = { id, tenant, kind, target, reason, created: undefined, until, by: undefined };
      seen.set(id, { ...ban, automatic: true });
    }
    return [...manual, ...seen.values()];
  }

  /** Bans a source or an identity. Faults: `access.bad-range`, `access.own-address`, `common.limit`. */
  async add(asked: NewBan): Promise<Ban> {
    const { limits, clock } = this.#options;
    const { tenant, kind, reason, by, durationMs, ownSource } = asked;
    const target = kind === 'source' ? parseRange(asked.target) : asked.target;
    if (target === undefined)
      throw new FaultError(fault('access.bad-range', 'source', asked.target));
    if (kind === 'source' && new AddressRanges([target]).has(ownSource))
      throw new FaultError(fault('access.own-address', 'source', target));
    const created = clock.now();
    const until = durationMs === undefined ? undefined : created + durationMs;
    const ban = { id: idOf('ban', tenant, kind, target), tenant, kind, target, reason, by };
    const whole: StoredBan = { ...ban, created, until };
    await this.#change((bans) => {
      const others = bans.filter(({ id }) => id !== whole.id);
      if (others.filter((each) => each.tenant === tenant).length >= limits['access.bansMax'])
        throw new FaultError(fault('common.limit', 'access.bansMax'));
      return [...others, whole];
    });
    for (const listener of this.#listeners) listener();
    return { ...whole, automatic: false };
  }

  /** Ends a ban of the tenant, also one that nobody made. Fault: `common.not-found`. */
  async remove(tenant: number, id: string): Promise<Ban> {
    const ban = this.list(tenant).find((each) => each.id === id);
    if (ban === undefined) throw new FaultError(fault('common.not-found', 'ban', id));
    if (ban.automatic) this.lift(ban.kind, ban.target, tenant);
    else await this.#change((bans) => bans.filter((each) => each.id !== id));
    return ban;
  }

  /** Ends what was brought by wrong credentials or reconnects. */
  lift(kind: BanKind, target: string, tenant?: number): void {
    for (const part of this.#automatic) part.lift(kind, target, tenant);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#timer?.cancel();
    await this.#writing.catch(() => {});
  }

  /** One change after the other: each is in force when it is durable. */
  #change(change: (bans: readonly StoredBan[]) => readonly StoredBan[]): Promise<void> {
    const changing = this.#writing
      .catch(() => {})
      .then(async () => {
        const bans = change(this.#bans);
        await this.#options.store.write(bans);
        this.#set(bans);
      });
    this.#writing = changing;
    return changing;
  }

  #set(bans: readonly StoredBan[]): void {
    this.#bans = bans;
    const byTenant = Map.groupBy(bans, (ban) => ban.tenant);
    const targets = (some: readonly StoredBan[], kind: BanKind): string[] =>
      some.filter((ban) => ban.kind === kind).map((ban) => ban.target);
    this.#byTenant = new Map(
      [...byTenant].map(([tenant, some]) => [
        tenant,
        {
          sources: new AddressRanges(targets(some, 'source')),
          names: new Set(targets(some, 'identity')),
        },
      ]),
    );
  }
}

function inForce({ until }: StoredBan, now: TimeMs): boolean {
  return until === undefined || until > now;
}

function idOf(how: 'ban' | 'auto', tenant: number, kind: BanKind, target: string): string {
  const same = JSON.stringify([how, tenant, kind, target]);
  return createHash('sha256').update(same).digest('base64url').slice(0, 16);
}

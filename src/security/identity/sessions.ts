// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from 'node:crypto';
import { Minutes, type DurationMs, type LimitName, type Limits, type TimeMs } from '#core';
import type { Clock, Logger, Timer } from '#runtime';
import type { Registry, RegistryTables, SessionRow } from '#store';
import type { Principal, Revocation } from '../port.ts';
import { hashToken } from '../secret.ts';

const writePeriod = Minutes(1);
/** 32 bytes in base64url; anything else is no session and costs no look-up. */
const cookiePattern = /^[\w-]{43}$/;
const agentLengthMax = 256;

export interface SessionsOptions {
  readonly registry: Pick<Registry, 'read' | 'write'>;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A session ends after this without a request. */
  readonly idleMs: DurationMs;
  /** And after this in any case: a page that is left open asks all the time. */
  readonly lifeMs: DurationMs;
  /** Told each time a limit is reached. */
  readonly hit: (limit: LimitName) => void;
  /** Tells everybody that has live connections of a session that it is over. */
  readonly revoke: (revocation: Revocation) => void;
}

/** Whose a session is: an account's, or that of the token with which somebody signed in. */
export type SessionOwner = { readonly account: number } | { readonly token: number };

export interface SessionTraits {
  readonly strong: boolean;
  readonly source: string;
  readonly agent: string;
}

type SessionPrincipal = Principal & { readonly kind: 'user' | 'token' };

interface Held {
  readonly row: SessionRow;
  readonly principal: SessionPrincipal;
  readonly expires: TimeMs;
  used: TimeMs;
}

/**
 * Browser sessions: in the registry, so that a restart ends none, with those in use in memory. When one was last used
 * is written once a minute for all. The text of a session is only in its cookie.
 */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #held = new Map<string, Held>();
  #uses = new Map<string, TimeMs>();
  /** Counts endings, so that what was read before one is not kept after it. */
  #version = 0;
  #timer: Timer | undefined;
  #tidying: Promise<void> | undefined;

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  start(): void {
    const { clock, logger } = this.#options;
    this.#timer = clock.every(writePeriod, () => {
      this.#tidying ??= this.#tidy()
        .catch((error: unknown) => {
          logger.warn({ err: error }, 'the use of sessions could not be noted');
        })
        .finally(() => (this.#tidying = undefined));
    });
  }

  /** Opens a session; the result goes into an HttpOnly cookie. */
  async open(owner: SessionOwner, { strong, source, agent }: SessionTraits): Promise<string> {
    const { registry, clock, lifeMs } = this.#options;
    const cookie = randomBytes(32).toString('base64url');
    const opened = clock.now();
    const row: SessionRow = {
      hash: hashToken(cookie),
      account: 'account' in owner ? owner.account : undefined,
      token: 'token' in owner ? owner.token : undefined,
      ...{ strong, source, opened, used: opened, expires: opened + lifeMs },
      agent: agent.slice(0, agentLengthMax),
    };
    const surplus = await registry.write(async (tables) => {
      const ended = await this.#surplus(tables, row);
      await tables.sessions.remove(ended);
      await tables.sessions.insert(row);
      return ended;
    });
    this.#tellEnded(surplus);
    return cookie;
  }

  /** Who the session of a cookie is; counts as a use of it. */
  async find(cookie: string | undefined): Promise<SessionPrincipal | undefined> {
    const held = await this.#valid(cookie);
    if (held === undefined) return undefined;
    held.used = this.#options.clock.now();
    this.#uses.set(held.row.hash, held.used);
    return held.principal;
  }

  /** The same without counting, for a page that only asks whether it is still signed in. */
  async peek(cookie: string | undefined): Promise<SessionPrincipal | undefined> {
    return (await this.#valid(cookie))?.principal;
  }

  /** The open sessions of an account, the one used last first. */
  async ofAccount(account: number): Promise<readonly SessionRow[]> {
    const rows = await this.#options.registry.read.sessions.ofAccount(account);
    return rows
      .map((row) => ({ ...row, used: this.#held.get(row.hash)?.used ?? row.used }))
      .filter((row) => !this.#isOver(row.expires, row.used))
      .toSorted((a, b) => b.used - a.used);
  }

  /** When a session was opened. */
  async opened(session: string): Promise<TimeMs | undefined> {
    const held = this.#held.get(session);
    return (held?.row ?? (await this.#options.registry.read.sessions.byHash(session)))?.opened;
  }

  /** From now on the session is one that was proved by two factors. */
  async strengthen(session: string): Promise<void> {
    await this.#options.registry.write(async (tables) => {
      const row = await tables.sessions.byHash(session);
      if (row === undefined) return;
      await tables.sessions.remove([session]);
      await tables.sessions.insert({ ...row, strong: true });
    });
    this.#forget(session);
  }

  /** Ends the session of a cookie. */
  async close(cookie: string | undefined): Promise<void> {
    if (cookie !== undefined && cookiePattern.test(cookie)) await this.end([hashToken(cookie)]);
  }

  /** Ends sessions; their live connections close within a second. */
  async end(sessions: readonly string[]): Promise<void> {
    if (sessions.length === 0) return;
    await this.#options.registry.write((tables) => tables.sessions.remove(sessions));
    this.#tellEnded(sessions);
  }

  /** Ends all sessions of an account, but for one that stays. */
  async endOfAccount(account: number, except?: string): Promise<void> {
    const rows = await this.#options.registry.read.sessions.ofAccount(account);
    await this.end(rows.map(({ hash }) => hash).filter((hash) => hash !== except));
  }

  /** To be told of what was revoked elsewhere: accounts that were disabled, tokens. */
  revoked({ account, token, session }: Revocation): void {
    if (session !== undefined) this.#forget(session);
    if (account === undefined && token === undefined) return;
    for (const [hash, { row, principal }] of this.#held) {
      const concerned =
        (account !== undefined && (row.account === account || principal.account === account)) ||
        (token !== undefined && row.token === token);
      if (concerned) this.#forget(hash);
    }
    this.#version++;
    const removal = this.#options.registry.write(async (tables) => {
      if (account !== undefined) await tables.sessions.removeOfAccount(account);
      if (token !== undefined) await tables.sessions.removeOfToken(token);
    });
    // Who is disabled or revoked is not let in, also while the row of the session is still there.
    removal.catch((error: unknown) => {
      this.#options.logger.warn({ err: error }, 'sessions that have ended could not be removed');
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#timer?.cancel();
    await this.#tidying;
    await this.#writeUses();
  }

  async #valid(cookie: string | undefined): Promise<Held | undefined> {
    if (cookie === undefined || !cookiePattern.test(cookie)) return undefined;
    const hash = hashToken(cookie);
    const held = this.#held.get(hash) ?? (await this.#load(hash));
    if (held === undefined || this.#isOver(held.expires, held.used)) return undefined;
    // The order of the map is that of use, so that who was not here for longest goes first.
    if (this.#held.delete(hash)) this.#held.set(hash, held);
    return held;
  }

  async #load(hash: string): Promise<Held | undefined> {
    const { read } = this.#options.registry;
    const version = this.#version;
    const row = await read.sessions.byHash(hash);
    if (row === undefined) return undefined;
    const found = row.account === undefined ? await this.#ofToken(row) : await this.#ofAccount(row);
    if (version !== this.#version) return this.#load(hash);
    if (found === undefined) return undefined;
    const held: Held = { row, ...found, used: this.#uses.get(hash) ?? row.used };
    this.#held.set(hash, held);
    const { limits, hit } = this.#options;
    if (this.#held.size > limits['auth.sessionsCachedMax']) {
      hit('auth.sessionsCachedMax');
      const [oldest] = this.#held.keys();
      if (oldest !== undefined) this.#held.delete(oldest);
    }
    return held;
  }

  async #ofAccount(row: SessionRow): Promise<Pick<Held, 'principal' | 'expires'> | undefined> {
    const account = await this.#options.registry.read.accounts.byId(row.account ?? 0);
    if (account === undefined || account.disabled) return undefined;
    const { id, name, tenant } = account;
    const { hash: session, strong, expires } = row;
    return {
      principal: { kind: 'user', tenant, home: tenant, account: id, name, session, strong },
      expires,
    };
  }

  async #ofToken(row: SessionRow): Promise<Pick<Held, 'principal' | 'expires'> | undefined> {
    const { read } = this.#options.registry;
    const token = row.token === undefined ? undefined : await read.tokens.byId(row.token);
    if (token === undefined || token.revoked !== undefined) return undefined;
    const { id, name, tenant, account, scopes } = token;
    return {
      principal: { kind: 'token', tenant, home: tenant, token: id, account, name, scopes },
      expires: Math.min(row.expires, token.expires ?? row.expires),
    };
  }

  #isOver(expires: TimeMs, used: TimeMs): boolean {
    const now = this.#options.clock.now();
    return now >= expires || now - used > this.#options.idleMs;
  }

  /** Sessions of the same owner that are one too many with a new one. */
  async #surplus(tables: RegistryTables, row: SessionRow): Promise<readonly string[]> {
    const { limits, hit } = this.#options;
    const most = limits['auth.sessionsPerAccountMax'] - 1;
    const rows =
      row.account === undefined
        ? [...this.#held.values()].flatMap((held) => (held.row.token === row.token ? held.row : []))
        : await tables.sessions.ofAccount(row.account);
    if (rows.length <= most) return [];
    hit('auth.sessionsPerAccountMax');
    const oldest = rows.toSorted((a, b) => a.used - b.used).slice(0, rows.length - most);
    return oldest.map(({ hash }) => hash);
  }

  #forget(session: string): void {
    this.#version++;
    this.#held.delete(session);
    this.#uses.delete(session);
  }

  #tellEnded(sessions: readonly string[]): void {
    for (const session of sessions) {
      this.#forget(session);
      this.#options.revoke({ session });
    }
  }

  /** Writes uses, and ends what is over, so that its live connections end too. */
  async #tidy(): Promise<void> {
    const over = [...this.#held.values()].filter(({ expires, used }) =>
      this.#isOver(expires, used),
    );
    await this.#writeUses();
    await this.end(over.map(({ row }) => row.hash));
    await this.#options.registry.write((t) => t.sessions.prune(this.#options.clock.now()));
  }

  async #writeUses(): Promise<void> {
    if (this.#uses.size === 0) return;
    const uses = [...this.#uses].map(([hash, time]) => ({ hash, time }));
    this.#uses = new Map();
    await this.#options.registry.write((tables) => tables.sessions.used(uses));
  }
}

// SPDX-License-Identifier: Apache-2.0
import { fail, Minutes, ok, type LimitName, type Limits, type Result } from '#core';
import type { Clock } from '#runtime';
import type { Account, Registry } from '#store';
import type { AttemptGuard } from '../attempt-guard.ts';
import { rootTenant } from '../port.ts';
import type { IdentityEvent, IdentityListener } from './events.ts';
import { LoginLocks } from './login-locks.ts';
import type { Passwords } from './password.ts';
import type { AssertionJson } from './passkeys/ceremonies.ts';
import type { RelyingParty } from './passkeys/relying-party.ts';
import { Pending } from './pending.ts';
import type { SecondFactorMethod, SecondFactorProof, SecondFactors } from './second-factors.ts';

/** How long somebody has for the second factor, and how often. */
const halfOpenLife = Minutes(5);
const triesMax = 5;

export interface LoginsOptions {
  readonly registry: Pick<Registry, 'read' | 'write'>;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly hit: (limit: LimitName) => void;
  /** Bans sources that guess. */
  readonly guard: Pick<AttemptGuard, 'admits' | 'failed'>;
  readonly passwords: Passwords;
  readonly factors: SecondFactors;
  readonly tell: IdentityListener;
}

/** Somebody was proved to be an account; `strong`: by two factors. */
export interface Proved {
  readonly state: 'open';
  readonly account: number;
  readonly strong: boolean;
}

/** The password was right; `ticket` goes into a cookie and brings the second factor here. */
export interface HalfOpen {
  readonly state: 'second-factor';
  readonly ticket: string;
  readonly methods: readonly SecondFactorMethod[];
}

interface Waiting {
  readonly account: number;
  readonly name: string;
  tries: number;
}

/**
 * Proves people: by password and second factor, or by a passkey alone. An unknown name, a wrong password, a disabled
 * account and one without a password give the same answer after the same work.
 */
export class Logins {
  readonly #options: LoginsOptions;
  readonly #locks: LoginLocks;
  readonly #halfOpen: Pending<Waiting>;

  constructor(options: LoginsOptions) {
    this.#options = options;
    this.#locks = new LoginLocks(options);
    this.#halfOpen = new Pending(options, halfOpenLife);
  }

  /**
   * Faults: `security.bad-login`, `security.login-locked`, `security.too-many-attempts`; throws `common.limit` when too
   * many passwords wait to be checked.
   */
  async password(
    name: string,
    password: string,
    source: string,
  ): Promise<Result<Proved | HalfOpen>> {
    const { registry, passwords, factors, guard } = this.#options;
    if (!guard.admits(source, undefined)) return fail('security.too-many-attempts', source);
    const row = await registry.read.accounts.byName(name);
    const account = row?.kind === 'user' ? row : undefined;
    const locked = this.#lockOf(name, account);
    if (locked !== undefined) return locked;
    const usable = account?.disabled === false ? account.password : undefined;
    const match = await passwords.verify(password, usable);
    if (match === 'wrong' || account === undefined)
      return this.#refuse('security.bad-login', { name, account, source });
    if (match === 'weak') await this.#rehash(account, password);
    const methods = await factors.methodsOf(account);
    if (methods.length === 0)
      return this.#open(account.id, { source, strong: false, by: 'password' });
    const ticket = this.#halfOpen.add({ account: account.id, name: account.name, tries: 0 });
    return ok({ state: 'second-factor', ticket, methods });
  }

  /** The account that a half-open login is of. */
  halfOpen(ticket: string | undefined): number | undefined {
    return ticket === undefined ? undefined : this.#halfOpen.find(ticket)?.account;
  }

  /**
   * Completes a login. Faults: `security.bad-second-factor`, `security.login-expired` after five tries or minutes,
   * `security.login-locked`, `security.too-many-attempts`.
   */
  async secondFactor(
    ticket: string,
    proof: SecondFactorProof,
    source: string,
  ): Promise<Result<Proved>> {
    const waiting = this.#halfOpen.find(ticket);
    if (waiting === undefined) return fail('security.login-expired');
    if (++waiting.tries > triesMax) {
      this.#halfOpen.take(ticket);
      return fail('security.login-expired');
    }
    const proved = await this.stepUp(waiting.account, proof, source);
    if (!proved.ok) return proved;
    if (this.#halfOpen.take(ticket) === undefined) return fail('security.login-expired');
    const by = `password, ${methodOf(proof)}`;
    return this.#open(waiting.account, { source, strong: true, by });
  }

  /** Proves the second factor of somebody who is signed in without it. Faults as of `secondFactor`. */
  async stepUp(id: number, proof: SecondFactorProof, source: string): Promise<Result<number>> {
    const { registry, factors, guard } = this.#options;
    if (!guard.admits(source, undefined)) return fail('security.too-many-attempts', source);
    const account = await registry.read.accounts.byId(id);
    if (account === undefined || account.disabled) return fail('security.login-expired');
    const { name } = account;
    const locked = this.#lockOf(name, account);
    if (locked !== undefined) return locked;
    if (await factors.check(id, proof)) {
      const who = { account: id, name, tenant: account.tenant, source };
      this.#options.tell({ act: 'login.second-factor', ...who, detail: methodOf(proof) });
      return ok(id);
    }
    return this.#refuse('security.bad-second-factor', { name, account, source });
  }

  /** Proves somebody by a passkey alone, which checks a PIN or a finger itself and so is two factors. */
  async passkey(
    assertion: AssertionJson,
    party: RelyingParty,
    source: string,
  ): Promise<Result<Proved>> {
    const { factors, guard } = this.#options;
    if (!guard.admits(source, undefined)) return fail('security.too-many-attempts', source);
    const account = await factors.checkPasskey(assertion, party);
    if (account !== undefined) return this.#open(account, { source, strong: true, by: 'passkey' });
    return this.#refuse('security.bad-second-factor', { name: '', account: undefined, source });
  }

  /** Takes what somebody else has proved: an identity provider, the administrator's link. */
  accept(
    account: number,
    how: { readonly source: string; readonly strong: boolean; readonly by: string },
  ): Promise<Result<Proved>> {
    return this.#open(account, how);
  }

  /** Checks the password of somebody who is signed in; wrong ones count as wrong logins. */
  async confirm(account: Account, password: string, source: string): Promise<Result<void>> {
    const { passwords, guard } = this.#options;
    if (!guard.admits(source, undefined)) return fail('security.too-many-attempts', source);
    const locked = this.#lockOf(account.name, account);
    if (locked !== undefined) return locked;
    const match = await passwords.verify(password, account.password);
    if (match !== 'wrong') return ok(undefined);
    return this.#refuse('security.wrong-password', { name: account.name, account, source });
  }

  /** Lets an account be tried again before its lock is over. */
  async unlock(id: number): Promise<void> {
    const { registry, clock } = this.#options;
    const account = await registry.read.accounts.byId(id);
    if (account === undefined) return;
    this.#locks.clear(account.name);
    const now = clock.now();
    await registry.write((tables) =>
      tables.accounts.update(id, { lockedUntil: undefined }, { now }),
    );
  }

  #lockOf(name: string, account: Account | undefined): Result<never> | undefined {
    const stored = account?.lockedUntil ?? 0;
    const until = Math.max(stored, this.#locks.lockedUntil(name) ?? 0);
    if (until <= this.#options.clock.now()) return undefined;
    return fail('security.login-locked', 'name', new Date(until).toISOString());
  }

  /** Counts against the source and the name, and locks an account that was tried too often. */
  async #refuse(
    code: 'security.bad-login' | 'security.wrong-password' | 'security.bad-second-factor',
    who: { readonly name: string; readonly account: Account | undefined; readonly source: string },
  ): Promise<Result<never>> {
    const { registry, clock, guard, tell } = this.#options;
    const { name, account, source } = who;
    guard.failed(source, undefined);
    const event: Omit<IdentityEvent, 'act'> = {
      ...{ account: account?.id, name, source },
      tenant: account?.tenant ?? rootTenant,
    };
    const second = code === 'security.bad-second-factor';
    tell({ act: second ? 'login.second-factor' : 'login', ...event, refused: code });
    const lockedUntil = name === '' ? undefined : this.#locks.failed(name);
    if (lockedUntil !== undefined) {
      tell({ act: 'login.locked', ...event, detail: new Date(lockedUntil).toISOString() });
      if (account !== undefined)
        await registry.write((tables) =>
          tables.accounts.update(account.id, { lockedUntil }, { now: clock.now() }),
        );
    }
    return fail(code);
  }

  async #open(
    id: number,
    {
      source,
      strong,
      by,
    }: { readonly source: string; readonly strong: boolean; readonly by: string },
  ): Promise<Result<Proved>> {
    const { registry, clock, tell } = this.#options;
    const now = clock.now();
    const account = await registry.write(async (tables) => {
      const row = await tables.accounts.byId(id);
      if (row === undefined || row.disabled || row.kind !== 'user') return undefined;
      await tables.accounts.update(id, { lastLogin: now, lockedUntil: undefined }, { now });
      return row;
    });
    if (account === undefined) return fail('security.bad-login');
    this.#locks.clear(account.name);
    const { name, tenant } = account;
    tell({ act: 'login', account: id, name, tenant, source, detail: by });
    return ok({ state: 'open', account: id, strong });
  }

  async #rehash(account: Account, password: string): Promise<void> {
    const { registry, clock, passwords } = this.#options;
    const hash = await passwords.hash(password);
    await registry.write(async (tables) => {
      const row = await tables.accounts.byId(account.id);
      // Changed meanwhile: the new one stays.
      if (row?.password !== account.password) return;
      await tables.accounts.update(account.id, { password: hash }, { now: clock.now() });
    });
  }
}

function methodOf(proof: SecondFactorProof): string {
  if ('totp' in proof) return 'totp';
  return 'recovery' in proof ? 'recovery code' : 'passkey';
}

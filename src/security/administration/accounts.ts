// SPDX-License-Identifier: Apache-2.0
import { FaultError, fault } from '#core';
import type {
  Account,
  AccountChanges,
  AccountKind,
  Grant,
  Group,
  Page,
  PageRequest,
  RegistryTables,
} from '#store';
import { accountNamePattern } from '../identity/account-name.ts';
import type { Permission } from '../policy/permissions.ts';
import type { Principal } from '../port.ts';
import { demandRevision, type Change, type Desk } from './desk.ts';
import { effective, heldBy } from './holdings.ts';
import { demandOthers } from './powers.ts';
import { temporaryPassword } from './temporary-password.ts';

/** What administration needs of how people sign in. */
export interface AccountDoors {
  readonly passwords: { hash(password: string): Promise<string> };
  readonly logins: { unlock(account: number): Promise<void> };
  readonly sessions: { endOfAccount(account: number): Promise<void> };
}

export interface NewPerson {
  readonly kind: AccountKind;
  readonly name: string;
  readonly title: string;
  /** Where the actor acts when left out. */
  readonly tenant?: number | undefined;
  readonly language?: string | undefined;
  /** Whether a person gets a temporary password; not needed for those whom an identity provider proves. */
  readonly withPassword?: boolean | undefined;
}

export interface AccountEdit {
  readonly title?: string | undefined;
  /** Null forgets it. */
  readonly language?: string | null | undefined;
  readonly disabled?: boolean | undefined;
}

/** An account by its number and kind. */
export interface AccountRef {
  readonly kind: AccountKind;
  readonly id: number;
}

/** An account as administrators see it. */
export interface SeenAccount extends Account {
  readonly secondFactor: boolean;
}

/** What somebody may do, and by what. */
export interface AccountPowers {
  readonly groups: readonly Group[];
  /** Each with the permissions of its role that count there. */
  readonly grants: readonly {
    readonly grant: Grant;
    readonly permissions: readonly Permission[];
  }[];
  readonly elsewhere: number;
}

/** Users and service accounts. Every change takes effect on live connections at once. */
export class Accounts {
  readonly #desk: Desk;
  readonly #doors: AccountDoors;

  constructor(desk: Desk, doors: AccountDoors) {
    this.#desk = desk;
    this.#doors = doors;
  }

  /** Of the sub-tree, by id; `search` keeps those with it in name or title, `group` its members. */
  async list(
    actor: Principal,
    query: PageRequest & {
      readonly kind: AccountKind;
      readonly search?: string | undefined;
      readonly group?: number | undefined;
    },
  ): Promise<Page<SeenAccount>> {
    const tenants = await this.#desk.powers.subTree(actor);
    const { items, cursor } = await this.#desk.read.accounts.list({ ...query, tenants });
    return { items: await Promise.all(items.map((row) => this.#seen(row))), cursor };
  }

  /** Faults: `common.not-found`. */
  async get(actor: Principal, ref: AccountRef): Promise<SeenAccount> {
    return this.#seen(await this.#find(actor, ref));
  }

  /**
   * What an account may do, from what it and its groups have been granted in the sub-tree; `elsewhere` counts what it
   * has outside of it. Faults: `common.not-found`.
   */
  async powers(actor: Principal, ref: AccountRef): Promise<AccountPowers> {
    const { id } = await this.#find(actor, ref);
    const { read, powers } = this.#desk;
    const mine = new Set(await powers.subTree(actor));
    const groups: Group[] = [];
    for (const group of await read.groups.ofAccount(id)) {
      const row = await read.groups.byId(group);
      if (row !== undefined && mine.has(row.tenant)) groups.push(row);
    }
    const held = await heldBy(read, id);
    const grants = held.filter(({ tenant }) => mine.has(tenant));
    return {
      groups,
      grants: grants.map((grant) => ({ grant, permissions: effective(grant) })),
      elsewhere: held.length - grants.length,
    };
  }

  /** Names of those of the accounts that are in the sub-tree. */
  async names(actor: Principal, ids: Iterable<number>): Promise<ReadonlyMap<number, string>> {
    const mine = new Set(await this.#desk.powers.subTree(actor));
    const names = new Map<number, string>();
    for (const id of new Set(ids)) {
      const row = await this.#desk.read.accounts.byId(id);
      if (row !== undefined && mine.has(row.tenant)) names.set(id, row.name);
    }
    return names;
  }

  /** The password is only in this answer. Faults: `common.conflict`, `common.invalid`, `common.not-found`. */
  async create(
    actor: Principal,
    person: NewPerson,
  ): Promise<{ readonly account: SeenAccount; readonly password: string | undefined }> {
    const { kind, name, title, tenant = actor.tenant, language, withPassword } = person;
    if (!accountNamePattern.test(name)) {
      const detail = '2 to 64 letters, digits and ._@+-';
      throw new FaultError(fault('common.invalid', 'name', detail));
    }
    const wanted = kind === 'user' && withPassword !== false;
    const secret = wanted ? await this.#newPassword() : undefined;
    const id = await this.#desk.change(actor, 'users.manage', async () => {
      await this.#desk.powers.demandReach(actor, tenant, 'tenant');
      return this.#desk.write((tables) =>
        tables.accounts.insert({
          ...{ tenant, kind, name, title, language, created: this.#desk.now },
          ...{ password: secret?.hash, passwordTemporary: secret !== undefined },
        }),
      );
    });
    return { account: await this.get(actor, { kind, id }), password: secret?.password };
  }

  /**
   * Faults: `api.precondition`, `security.own-rights`, `security.last-administrator`; `security.beyond-own-rights` when
   * an account is enabled that may do more than the actor.
   */
  change(
    actor: Principal,
    ref: AccountRef,
    edit: AccountEdit & { readonly revision?: number | undefined },
  ): Promise<Change<SeenAccount>> {
    const { title, language, disabled, revision } = edit;
    return this.#desk.change(actor, 'users.manage', async () => {
      const row = await this.#find(actor, ref);
      const before = await this.#seen(row);
      if (disabled !== undefined) demandOthers(actor, [ref.id]);
      demandRevision(row, revision);
      // Who is enabled has again what was granted before.
      if (disabled === false && row.disabled)
        await this.#desk.powers.demandPowerOver(actor, this.#desk.read, ref.id);
      const changes: AccountChanges = {
        ...(title === undefined ? {} : { title }),
        ...(language === undefined ? {} : { language: language ?? undefined }),
        ...(disabled === undefined ? {} : { disabled }),
      };
      const ends = disabled === true && !row.disabled;
      const tokens = await this.#desk.write(async (tables) => {
        const at = { now: this.#desk.now, revision };
        if (!(await tables.accounts.update(ref.id, changes, at)))
          throw new FaultError(fault('api.precondition', 'if-match'));
        return ends ? this.#endTokens(tables, ref.id) : [];
      });
      if (ends) this.#revoke(ref.id, tokens);
      return { before, after: await this.get(actor, ref) };
    });
  }

  /** Faults: as of `change`. */
  remove(actor: Principal, ref: AccountRef, revision?: number): Promise<SeenAccount> {
    return this.#desk.change(actor, 'users.manage', async () => {
      const row = await this.#find(actor, ref);
      const before = await this.#seen(row);
      demandOthers(actor, [ref.id]);
      demandRevision(row, revision);
      const tokens = await this.#desk.write(async (tables) => {
        const owned = await tables.tokens.ofAccount(ref.id);
        await tables.accounts.remove(ref.id);
        return owned.map(({ id }) => id);
      });
      this.#revoke(ref.id, tokens);
      return before;
    });
  }

  /**
   * A new password that must be changed at the next login; it is only in this answer. Sessions end. Faults:
   * `security.own-rights`; `security.beyond-own-rights` for an account that may do more than the actor.
   */
  async resetPassword(actor: Principal, id: number): Promise<string> {
    const { password, hash } = await this.#newPassword();
    await this.#takeOver(actor, id, async (tables) => {
      const changes = { password: hash, passwordTemporary: true };
      await tables.accounts.update(id, changes, { now: this.#desk.now });
    });
    return password;
  }

  /** Forgets codes, recovery codes and passkeys. Sessions end. Faults: as of `resetPassword`. */
  async resetSecondFactor(actor: Principal, id: number): Promise<void> {
    await this.#takeOver(actor, id, async (tables) => {
      const changes = { totp: undefined, totpStep: 0, recovery: [] };
      await tables.accounts.update(id, changes, { now: this.#desk.now });
      for (const passkey of await tables.passkeys.ofAccount(id))
        await tables.passkeys.remove(id, passkey.id);
    });
  }

  /** Lets an account be tried again before its lock is over. */
  unlock(actor: Principal, id: number): Promise<void> {
    return this.#desk.change(actor, 'users.manage', async () => {
      await this.#find(actor, { kind: 'user', id });
      await this.#doors.logins.unlock(id);
    });
  }

  /** Ends all browser sessions of an account. */
  endSessions(actor: Principal, id: number): Promise<void> {
    return this.#desk.change(actor, 'users.manage', async () => {
      await this.#find(actor, { kind: 'user', id });
      await this.#doors.sessions.endOfAccount(id);
    });
  }

  #takeOver(
    actor: Principal,
    id: number,
    work: (tables: RegistryTables) => Promise<void>,
  ): Promise<void> {
    return this.#desk.change(actor, 'users.manage', async () => {
      await this.#find(actor, { kind: 'user', id });
      demandOthers(actor, [id]);
      await this.#desk.powers.demandPowerOver(actor, this.#desk.read, id);
      await this.#desk.write(work);
      await this.#doors.sessions.endOfAccount(id);
    });
  }

  async #find(actor: Principal, { kind, id }: AccountRef): Promise<Account> {
    const row = await this.#desk.account(actor, id);
    if (row.kind === kind) return row;
    throw new FaultError(fault('common.not-found', 'account', `${id} is a ${row.kind} account`));
  }

  async #seen(row: Account): Promise<SeenAccount> {
    const secondFactor =
      row.totp !== undefined || (await this.#desk.read.passkeys.ofAccount(row.id)).length > 0;
    return { ...row, secondFactor };
  }

  async #newPassword(): Promise<{ readonly password: string; readonly hash: string }> {
    const password = temporaryPassword();
    return { password, hash: await this.#doors.passwords.hash(password) };
  }

  async #endTokens(tables: RegistryTables, account: number): Promise<readonly number[]> {
    const tokens = await tables.tokens.ofAccount(account);
    for (const { tenant, id } of tokens) await tables.tokens.revoke(tenant, id, this.#desk.now);
    return tokens.map(({ id }) => id);
  }

  #revoke(account: number, tokens: readonly number[]): void {
    const { authenticator } = this.#desk.options;
    authenticator.revoke({ account });
    for (const token of tokens) authenticator.revoke({ token });
  }
}

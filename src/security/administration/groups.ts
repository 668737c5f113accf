// SPDX-License-Identifier: Apache-2.0
import { FaultError, fault } from '#core';
import type { Group, Page, PageRequest } from '#store';
import type { Principal } from '../port.ts';
import type { Change, Desk } from './desk.ts';
import { withPermissions, type HeldGrant } from './holdings.ts';
import { demandOthers } from './powers.ts';

export interface NewGroup {
  readonly name: string;
  readonly title: string;
  /** Where the actor acts when left out. */
  readonly tenant?: number | undefined;
}

/** A group with its accounts. */
export interface FilledGroup extends Group {
  readonly members: readonly number[];
}

/** Groups of accounts. To be in one is to have what it has been granted, so the same rules hold as for grants. */
export class Groups {
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Of the sub-tree, by id; `search` keeps those with it in name or title. */
  async list(
    actor: Principal,
    query: PageRequest & { readonly search?: string | undefined },
  ): Promise<Page<Group>> {
    const tenants = await this.#desk.powers.subTree(actor);
    return this.#desk.read.groups.list({ ...query, tenants });
  }

  /** Faults: `common.not-found`. */
  async get(actor: Principal, id: number): Promise<FilledGroup> {
    const group = await this.#desk.read.groups.byId(id);
    if (group === undefined) throw new FaultError(fault('common.not-found', 'group', String(id)));
    await this.#desk.powers.demandReach(actor, group.tenant, 'group');
    return { ...group, members: await this.#desk.read.groups.members(id) };
  }

  /** Faults: `common.conflict` when the tenant has one of that name. */
  create(actor: Principal, group: NewGroup): Promise<FilledGroup> {
    const { name, title, tenant = actor.tenant } = group;
    return this.#desk.change(actor, 'users.manage', async () => {
      await this.#desk.powers.demandReach(actor, tenant, 'tenant');
      const created = this.#desk.now;
      const id = await this.#desk.write((tables) =>
        tables.groups.insert({ tenant, name, title, created }),
      );
      return this.get(actor, id);
    });
  }

  rename(actor: Principal, id: number, title: string): Promise<Change<FilledGroup>> {
    return this.#desk.change(actor, 'users.manage', async () => {
      const before = await this.get(actor, id);
      await this.#desk.write((tables) => tables.groups.rename(id, title));
      return { before, after: { ...before, title } };
    });
  }

  /**
   * Makes these accounts, and no others, the members. Faults: `security.own-rights` where it changes what one has
   * oneself, `security.beyond-own-rights`, `security.duties-conflict`, `security.last-administrator`, `common.limit`.
   */
  setMembers(
    actor: Principal,
    id: number,
    accounts: readonly number[],
  ): Promise<Change<FilledGroup>> {
    return this.#desk.change(actor, 'users.manage', async () => {
      const before = await this.get(actor, id);
      const now = new Set(accounts);
      this.#desk.demandRoom(now.size - 1, 'people.membersPerGroupMax');
      const had = new Set(before.members);
      const added = now.difference(had);
      for (const account of added) await this.#desk.account(actor, account);
      const grants = await this.#demandGrants(actor, id, now.symmetricDifference(had));
      if (added.size > 0) await this.#desk.powers.demandGiveAll(actor, grants);
      await this.#desk.write(async (tables) => {
        await tables.groups.setMembers(id, [...now]);
        await this.#desk.demandOneDuty(tables, added);
      });
      return { before, after: await this.get(actor, id) };
    });
  }

  /** Removes the group with its grants. Faults: as of `setMembers`. */
  remove(actor: Principal, id: number): Promise<FilledGroup> {
    return this.#desk.change(actor, 'users.manage', async () => {
      const before = await this.get(actor, id);
      await this.#demandGrants(actor, id, before.members);
      await this.#desk.write((tables) => tables.groups.remove(id));
      return before;
    });
  }

  /** What a group has been granted; whoever changes who has that must be permitted to. */
  async #demandGrants(
    actor: Principal,
    id: number,
    concerned: Iterable<number>,
  ): Promise<readonly HeldGrant[]> {
    const { read } = this.#desk;
    const grants = await withPermissions(read, await read.grants.ofGroup(id));
    if (grants.length > 0) {
      await this.#desk.demand(actor, 'roles.manage');
      demandOthers(actor, concerned);
    }
    return grants;
  }
}

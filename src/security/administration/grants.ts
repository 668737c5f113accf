// SPDX-License-Identifier: Apache-2.0
import { isDeepStrictEqual } from 'node:util';
import { FaultError, fault } from '#core';
import type { Grant, NewGrant, Page, PageRequest } from '#store';
import { builtInRole, customRoleId } from '../policy/roles.ts';
import type { Principal } from '../port.ts';
import type { Desk } from './desk.ts';
import { permissionsOfRole, subjectsOf } from './holdings.ts';
import { demandOthers } from './powers.ts';

/** What is to be granted: a role to one account or one group. */
export interface GrantRequest {
  readonly account?: number | undefined;
  readonly group?: number | undefined;
  readonly role: string;
  /** Where the actor acts when left out. */
  readonly tenant?: number | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly properties?: readonly string[] | undefined;
}

/** Which of the grants in the sub-tree; for an account only those that name it, not those of its groups. */
export interface GrantFilter {
  readonly account?: number | undefined;
  readonly group?: number | undefined;
  /** For this tenant and those below. */
  readonly tenant?: number | undefined;
}

/** Who has which role where. */
export class Grants {
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Of the sub-tree, by id. */
  async list(actor: Principal, query: PageRequest & GrantFilter): Promise<Page<Grant>> {
    const { powers, read } = this.#desk;
    const { tenant = actor.tenant, ...rest } = query;
    await powers.demandReach(actor, tenant, 'tenant');
    return read.grants.list({ ...rest, tenants: (await powers.tree()).subTree(tenant) });
  }

  /**
   * Faults: `common.not-found` for a subject, role or tenant that the actor does not reach, `security.own-rights`,
   * `security.beyond-own-rights`, `security.duties-conflict`, `common.conflict` when it is there already,
   * `common.limit`.
   */
  create(actor: Principal, request: GrantRequest): Promise<Grant> {
    return this.#desk.change(actor, 'roles.manage', async () => {
      const { read, powers } = this.#desk;
      const { account, group, role, tenant = actor.tenant, labels, properties } = request;
      await powers.demandReach(actor, tenant, 'tenant');
      const subjects = await this.#demandSubject(actor, { account, group });
      await this.#demandRole(role, tenant);
      const permissions = await permissionsOfRole(read, role);
      await powers.demandGive(actor, { permissions, tenant, labels, properties });
      const created = this.#desk.now;
      const grant = { account, group, role, tenant, labels, properties, created };
      const had = (await this.#ofSubject(grant)).filter(
        (each) => each.account === account && each.group === group,
      );
      this.#desk.demandRoom(had.length, 'people.grantsPerSubjectMax');
      const same = had.find((each) => isSame(each, grant));
      if (same !== undefined)
        throw new FaultError(fault('common.conflict', 'grant', String(same.id)));
      return this.#desk.write(async (tables) => {
        const id = await tables.grants.insert(grant);
        await this.#desk.demandOneDuty(tables, subjects);
        return { ...grant, id };
      });
    });
  }

  /** Faults: `common.not-found`, `security.own-rights`, `security.last-administrator`. */
  remove(actor: Principal, id: number): Promise<Grant> {
    return this.#desk.change(actor, 'roles.manage', async () => {
      const { read, powers } = this.#desk;
      const grant = await read.grants.byId(id);
      if (grant === undefined) throw new FaultError(fault('common.not-found', 'grant', String(id)));
      await powers.demandReach(actor, grant.tenant, 'grant');
      demandOthers(actor, await subjectsOf(read, grant));
      await this.#desk.write((tables) => tables.grants.remove(id));
      return grant;
    });
  }

  /** The accounts that will have it. */
  async #demandSubject(
    actor: Principal,
    subject: Pick<Grant, 'account' | 'group'>,
  ): Promise<readonly number[]> {
    const { read, powers } = this.#desk;
    const { account, group } = subject;
    if ((account === undefined) === (group === undefined))
      throw new FaultError(fault('common.invalid', 'account', 'either an account or a group'));
    if (account !== undefined) await this.#desk.account(actor, account);
    if (group !== undefined) {
      const row = await read.groups.byId(group);
      if (row === undefined) throw new FaultError(fault('common.not-found', 'group'));
      await powers.demandReach(actor, row.tenant, 'group');
    }
    const subjects = await subjectsOf(read, subject);
    demandOthers(actor, subjects);
    return subjects;
  }

  /** A role that a tenant has made counts there and below. */
  async #demandRole(role: string, tenant: number): Promise<void> {
    if (builtInRole(role) !== undefined) return;
    const id = customRoleId(role);
    const custom = id === undefined ? undefined : await this.#desk.read.roles.byId(id);
    const tree = await this.#desk.powers.tree();
    if (custom === undefined || !tree.isWithin(tenant, custom.tenant))
      throw new FaultError(fault('common.not-found', 'role', role));
  }

  #ofSubject({ account, group }: Pick<Grant, 'account' | 'group'>): Promise<readonly Grant[]> {
    const { grants } = this.#desk.read;
    return account === undefined ? grants.ofGroup(group ?? 0) : grants.ofAccount(account);
  }
}

function isSame(a: NewGrant, b: NewGrant): boolean {
  const content = ({ role, tenant, labels, properties }: NewGrant): unknown => [
    ...[role, tenant, labels],
    properties?.toSorted(),
  ];
  return isDeepStrictEqual(content(a), content(b));
}

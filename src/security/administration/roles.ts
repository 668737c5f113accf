// SPDX-License-Identifier: Apache-2.0
import { FaultError, fault } from '#core';
import type { CustomRole, RegistryReads } from '#store';
import { isPermission, type Permission } from '../policy/permissions.ts';
import { builtInRoles } from '../policy/roles.ts';
import type { Principal } from '../port.ts';
import { demandRevision, orInUse, type Change, type Desk } from './desk.ts';
import { isOneDuty, subjectsOf, withPermissions } from './holdings.ts';
import { demandOthers } from './powers.ts';

export interface NewRole {
  readonly name: string;
  readonly title: string;
  readonly permissions: readonly string[];
  /** Where the actor acts when left out. */
  readonly tenant?: number | undefined;
}

export interface RoleEdit {
  readonly title?: string | undefined;
  readonly permissions?: readonly string[] | undefined;
}

/** A role that can be granted. */
export interface Role {
  /** As grants name it. */
  readonly id: string;
  readonly en: string;
  readonly zh: string;
  readonly permissions: readonly string[];
  /** Undefined for those that every installation has. */
  readonly custom: CustomRole | undefined;
}

/** Roles: those that every installation has, and those that tenants have made. */
export class Roles {
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** All that can be granted in the sub-tree: also those of the tenants above. */
  async list(actor: Principal): Promise<readonly Role[]> {
    const tree = await this.#desk.powers.tree();
    const all = await customRoles(this.#desk.read);
    const near = all.filter(
      ({ tenant }) => tree.isWithin(tenant, actor.tenant) || tree.isWithin(actor.tenant, tenant),
    );
    const builtIn = Object.entries(builtInRoles).map(([id, role]) => ({
      ...{ id, en: role.en, zh: role.zh, permissions: role.permissions, custom: undefined },
    }));
    return [...builtIn, ...near.map(roleOf)];
  }

  /** Faults: `common.not-found`. */
  async get(actor: Principal, id: string): Promise<Role> {
    const role = (await this.list(actor)).find((each) => each.id === id);
    if (role === undefined) throw new FaultError(fault('common.not-found', 'role', id));
    return role;
  }

  /**
   * Faults: `security.beyond-own-rights`, `security.duties-conflict`, `common.conflict` when the tenant has one of that
   * name, `common.limit`.
   */
  create(actor: Principal, role: NewRole): Promise<Role> {
    const { name, title, tenant = actor.tenant } = role;
    return this.#desk.change(actor, 'roles.manage', async () => {
      await this.#desk.powers.demandReach(actor, tenant, 'tenant');
      const permissions = known(role.permissions);
      this.#demandOneDuty(permissions);
      await this.#demandGive(actor, tenant, permissions);
      const id = await this.#desk.write(async (tables) => {
        this.#desk.demandRoom((await customRoles(tables)).length, 'people.rolesMax');
        const created = this.#desk.now;
        return tables.roles.insert({ tenant, name, title, permissions, created });
      });
      return this.get(actor, `role:${id}`);
    });
  }

  /**
   * Faults: `api.precondition`, `security.own-rights` for the permissions of a role that one has oneself,
   * `security.beyond-own-rights`, `security.duties-conflict`, `security.last-administrator`.
   */
  change(
    actor: Principal,
    id: number,
    edit: RoleEdit & { readonly revision?: number | undefined },
  ): Promise<Change<Role>> {
    return this.#desk.change(actor, 'roles.manage', async () => {
      const before = await this.#find(actor, id);
      demandRevision(before, edit.revision);
      const permissions = edit.permissions && known(edit.permissions);
      if (permissions !== undefined) await this.#demandChange(actor, before, permissions);
      await this.#desk.write(async (tables) => {
        const at = { now: this.#desk.now, revision: edit.revision };
        const { title } = edit;
        const changes = {
          ...(title === undefined ? {} : { title }),
          ...(permissions === undefined ? {} : { permissions }),
        };
        if (!(await tables.roles.update(id, changes, at)))
          throw new FaultError(fault('api.precondition', 'if-match'));
        await this.#desk.demandOneDuty(tables, await holdersOf(tables, id));
      });
      return { before: roleOf(before), after: await this.get(actor, `role:${id}`) };
    });
  }

  /** Faults: `security.in-use` when a grant names it. */
  remove(actor: Principal, id: number, revision?: number): Promise<Role> {
    return this.#desk.change(actor, 'roles.manage', async () => {
      const before = await this.#find(actor, id);
      demandRevision(before, revision);
      await orInUse(this.#desk.write((tables) => tables.roles.remove(id)));
      return roleOf(before);
    });
  }

  async #find(actor: Principal, id: number): Promise<CustomRole> {
    const role = await this.#desk.read.roles.byId(id);
    if (role === undefined) throw new FaultError(fault('common.not-found', 'role', `role:${id}`));
    await this.#desk.powers.demandReach(actor, role.tenant, 'role');
    return role;
  }

  /** What a role gets anew is given to everybody who has it, wherever they have it. */
  async #demandChange(
    actor: Principal,
    role: CustomRole,
    permissions: readonly Permission[],
  ): Promise<void> {
    const { read, powers } = this.#desk;
    this.#demandOneDuty(permissions);
    const had = new Set(role.permissions);
    const now: ReadonlySet<string> = new Set(permissions);
    if (had.symmetricDifference(now).size === 0) return;
    demandOthers(actor, await holdersOf(read, role.id));
    const added = new Set(permissions.filter((permission) => !had.has(permission)));
    await this.#demandGive(actor, role.tenant, added);
    const grants = await withPermissions(read, await read.grants.ofRole(`role:${role.id}`));
    await powers.demandGiveAll(
      actor,
      grants.map((grant) => ({ ...grant, permissions: added })),
    );
  }

  async #demandGive(
    actor: Principal,
    tenant: number,
    permissions: Iterable<Permission>,
  ): Promise<void> {
    const whole = { labels: undefined, properties: undefined };
    const given = { tenant, permissions: new Set(permissions), ...whole };
    await this.#desk.powers.demandGive(actor, given);
  }

  #demandOneDuty(permissions: readonly Permission[]): void {
    if (this.#desk.options.separationOfDuties && !isOneDuty(permissions))
      throw new FaultError(fault('security.duties-conflict', 'permissions'));
  }
}

async function customRoles({
  tenants,
  roles,
}: Pick<RegistryReads, 'tenants' | 'roles'>): Promise<readonly CustomRole[]> {
  return roles.ofTenants((await tenants.all()).map(({ id }) => id));
}

async function holdersOf(
  tables: Pick<RegistryReads, 'grants' | 'groups'>,
  role: number,
): Promise<readonly number[]> {
  const accounts: number[] = [];
  for (const grant of await tables.grants.ofRole(`role:${role}`))
    accounts.push(...(await subjectsOf(tables, grant)));
  return accounts;
}

function known(permissions: readonly string[]): readonly Permission[] {
  const unknown = permissions.find((permission) => !isPermission(permission));
  if (unknown !== undefined) throw new FaultError(fault('common.invalid', 'permissions', unknown));
  return [...new Set(permissions.filter(isPermission))];
}

function roleOf(custom: CustomRole): Role {
  const { id, title, permissions } = custom;
  return { id: `role:${id}`, en: title, zh: title, permissions, custom };
}

// SPDX-License-Identifier: Apache-2.0
import { FaultError, fault } from '#core';
import type { RegistryTables, Tenant } from '#store';
import type { Principal } from '../port.ts';
import { orInUse, type Change, type Desk } from './desk.ts';

export interface NewTenant {
  readonly name: string;
  /** Where the actor acts when left out. */
  readonly parent?: number | undefined;
  readonly unknownProperties?: Tenant['unknownProperties'] | undefined;
}

export interface TenantEdit {
  readonly name?: string | undefined;
  readonly unknownProperties?: Tenant['unknownProperties'] | undefined;
}

/** The tree of organisations. */
export class Tenants {
  readonly #desk: Desk;
  readonly #changed: (tenant: number) => void;

  /** `changed` is told of tenants of which the settings are others now. */
  constructor(desk: Desk, changed: (tenant: number) => void) {
    this.#desk = desk;
    this.#changed = changed;
  }

  /** The tenant in which the actor acts, and all below it. */
  async list(actor: Principal): Promise<readonly Tenant[]> {
    const mine = new Set(await this.#desk.powers.subTree(actor));
    return (await this.#desk.read.tenants.all()).filter(({ id }) => mine.has(id));
  }

  /** Faults: `common.not-found`. */
  async get(actor: Principal, id: number): Promise<Tenant> {
    await this.#desk.powers.demandReach(actor, id, 'tenant');
    const tenant = await this.#desk.read.tenants.get(id);
    if (tenant === undefined) throw new FaultError(fault('common.not-found', 'tenant', String(id)));
    return tenant;
  }

  /** Faults: `common.conflict` when the parent has one of that name, `common.limit`, `common.not-found`. */
  create(actor: Principal, tenant: NewTenant): Promise<Tenant> {
    const { name, parent = actor.tenant, unknownProperties = 'refuse' } = tenant;
    return this.#desk.change(actor, 'tenants.manage', async () => {
      await this.#desk.powers.demandReach(actor, parent, 'parent');
      const row = { name, parent, unknownProperties, created: this.#desk.now };
      return this.#desk.write(async (tables) => {
        this.#desk.demandRoom((await tables.tenants.all()).length, 'people.tenantsMax');
        return { ...row, id: await tables.tenants.insert(row) };
      });
    });
  }

  /** Faults: `common.conflict` when its parent has another of that name. */
  change(actor: Principal, id: number, edit: TenantEdit): Promise<Change<Tenant>> {
    return this.#desk.change(actor, 'tenants.manage', async () => {
      const before = await this.get(actor, id);
      const { name, unknownProperties } = edit;
      const changes = {
        ...(name === undefined ? {} : { name }),
        ...(unknownProperties === undefined ? {} : { unknownProperties }),
      };
      await this.#desk.write((tables) => tables.tenants.update(id, changes));
      const after = await this.get(actor, id);
      if (after.unknownProperties !== before.unknownProperties) this.#changed(id);
      return { before, after };
    });
  }

  /**
   * Removes a tenant with its groups, roles, grants, tokens and authorities. Faults: `security.in-use` while it has
   * tenants, things, models or accounts, and for the tenant in which the actor acts.
   */
  remove(actor: Principal, id: number): Promise<Tenant> {
    return this.#desk.change(actor, 'tenants.manage', async () => {
      const before = await this.get(actor, id);
      if (id === actor.tenant)
        throw new FaultError(fault('security.in-use', 'tenant', 'you act in it'));
      const ended = await orInUse(this.#desk.write((tables) => removeTenant(tables, id)));
      const { authenticator } = this.#desk.options;
      for (const token of ended.tokens) authenticator.revoke({ token });
      for (const authority of ended.authorities) authenticator.revoke({ authority });
      return before;
    });
  }
}

async function removeTenant(
  tables: RegistryTables,
  id: number,
): Promise<{ readonly tokens: readonly number[]; readonly authorities: readonly number[] }> {
  const tokens = await tables.tokens.list(id);
  const authorities = await tables.authorities.ofTenant(id);
  await tables.tenants.remove(id);
  return {
    tokens: tokens.map((token) => token.id),
    authorities: authorities.map((authority) => authority.id),
  };
}

// SPDX-License-Identifier: Apache-2.0
import { sql, type Updateable } from 'kysely';
import { FaultError, fault } from '#core';
import { nullable, optional, orConflict, wordOf } from '../columns.ts';
import type { TenantTable } from '../port.ts';
import type { Tenant } from '../rows.ts';
import type { Db, Row, Schema } from '../schema.ts';

function tenantOf(row: Row<'tenant'>): Tenant {
  return {
    id: row.id,
    name: row.name,
    parent: optional(row.parent),
    unknownProperties: wordOf(['refuse', 'collect'], row.unknown_properties),
    created: row.created,
  };
}

export function tenantTable(db: Db): TenantTable {
  const alive = () => db.selectFrom('tenant').selectAll().where('removed', '=', 0);
  const get = async (id: number): Promise<Tenant | undefined> => {
    const row = await alive().where('id', '=', id).executeTakeFirst();
    return row && tenantOf(row);
  };
  return {
    get,
    async all() {
      return (await alive().orderBy('id').execute()).map(tenantOf);
    },
    async insert({ name, parent, unknownProperties, created }) {
      await requireParent(db, parent);
      const insert = db
        .insertInto('tenant')
        .values({ name, parent: nullable(parent), unknown_properties: unknownProperties, created })
        .returning('id')
        .executeTakeFirstOrThrow();
      return (await orConflict(insert, 'common.conflict', 'name', name)).id;
    },
    async update(id, { name, unknownProperties, ...changes }) {
      const set: Updateable<Schema['tenant']> = {};
      if (name !== undefined) set.name = name;
      if (unknownProperties !== undefined) set.unknown_properties = unknownProperties;
      if (changes.parent !== undefined) {
        await requireParent(db, changes.parent, id);
        set.parent = changes.parent;
      }
      if (Object.keys(set).length === 0) return;
      const update = db.updateTable('tenant').set(set).where('id', '=', id).execute();
      await orConflict(update, 'common.conflict', 'name', name ?? '');
    },
    async remove(id) {
      const tenant = await get(id);
      if (tenant === undefined) return;
      if (tenant.parent === undefined) throw conflict('every installation has it');
      await requireEmpty(db, id);
      await removeWhatIsLeft(db, id);
      await db.updateTable('tenant').set({ removed: 1 }).where('id', '=', id).execute();
    },
  };
}

/** The parent is there, and is not in the tree below the tenant that moves. */
async function requireParent(db: Db, parent: number | undefined, moved = 0): Promise<void> {
  if (parent === undefined) return;
  const { rows } = await sql<{ id: number }>`
    WITH RECURSIVE up (id, parent) AS (
      SELECT id, parent FROM tenant WHERE id = ${parent} AND removed = 0
      UNION SELECT t.id, t.parent FROM tenant AS t JOIN up ON t.id = up.parent)
    SELECT id FROM up`.execute(db);
  if (rows.length === 0) throw new FaultError(fault('common.not-found', 'parent', String(parent)));
  if (rows.some((row) => row.id === moved)) {
    throw new FaultError(fault('common.conflict', 'parent', 'it is below this tenant'));
  }
}

async function requireEmpty(db: Db, id: number): Promise<void> {
  const holders = {
    tenants: sql`SELECT 1 FROM tenant WHERE parent = ${id} AND removed = 0`,
    things: sql`SELECT 1 FROM thing WHERE tenant = ${id} AND deleted IS NULL`,
    models: sql`SELECT 1 FROM model WHERE tenant = ${id}`,
    accounts: sql`SELECT 1 FROM account WHERE tenant = ${id} AND removed = 0`,
  };
  for (const [what, query] of Object.entries(holders)) {
    const { rows } = await sql`${query} LIMIT 1`.execute(db);
    if (rows.length > 0) throw conflict(`it has ${what}`);
  }
}

/** What would let somebody into a tenant that is gone. */
async function removeWhatIsLeft(db: Db, id: number): Promise<void> {
  const tokens = db.selectFrom('api_token').select('id').where('tenant', '=', id);
  await db.deleteFrom('session').where('token', 'in', tokens).execute();
  await db.deleteFrom('api_token').where('tenant', '=', id).execute();
  await db.deleteFrom('role_grant').where('tenant', '=', id).execute();
  await db.deleteFrom('account_group').where('tenant', '=', id).execute();
  await db.deleteFrom('custom_role').where('tenant', '=', id).execute();
  await db.deleteFrom('authority').where('tenant', '=', id).execute();
  await db.deleteFrom('provisioning_key').where('tenant', '=', id).execute();
}

function conflict(detail: string): FaultError {
  return new FaultError(fault('common.conflict', 'tenant', detail));
}

// SPDX-License-Identifier: Apache-2.0
import type { Updateable } from 'kysely';
import { FaultError, fault } from '#core';
import {
  jsonOrNull,
  nullable,
  optional,
  orConflict,
  stringMapFromJson,
  stringsFromJson,
} from '../columns.ts';
import { idCursor, pageById } from '../cursor.ts';
import type { GrantReads, GrantTable, RoleTable } from '../people-port.ts';
import type { CustomRole, Grant } from '../people-rows.ts';
import type { Db, Row, Schema } from '../schema.ts';

export function roleTable(db: Db): RoleTable {
  const role = (row: Row<'custom_role'>): CustomRole => ({
    ...row,
    permissions: stringsFromJson(row.permissions),
  });
  return {
    async byId(id) {
      const row = await db
        .selectFrom('custom_role')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst();
      return row && role(row);
    },
    async ofTenants(tenants) {
      const rows = await db
        .selectFrom('custom_role')
        .selectAll()
        .where('tenant', 'in', tenants)
        .orderBy('id')
        .execute();
      return rows.map(role);
    },
    async insert({ permissions, created, ...columns }) {
      const insert = db
        .insertInto('custom_role')
        .values({
          ...columns,
          permissions: JSON.stringify(permissions),
          created,
          updated: created,
          revision: 1,
        })
        .returning('id')
        .executeTakeFirstOrThrow();
      return (await orConflict(insert, 'common.conflict', 'name', columns.name)).id;
    },
    async update(id, { title, permissions }, { now, revision }) {
      const set: Updateable<Schema['custom_role']> = {};
      if (title !== undefined) set.title = title;
      if (permissions !== undefined) set.permissions = JSON.stringify(permissions);
      let update = db
        .updateTable('custom_role')
        .set(set)
        .set((column) => ({ updated: now, revision: column('revision', '+', 1) }))
        .where('id', '=', id);
      if (revision !== undefined) update = update.where('revision', '=', revision);
      return (await update.returning('id').executeTakeFirst()) !== undefined;
    },
    async remove(id) {
      const grant = await db
        .selectFrom('role_grant')
        .select('id')
        .where('role', '=', `role:${id}`)
        .limit(1)
        .executeTakeFirst();
      if (grant !== undefined) {
        throw new FaultError(fault('common.conflict', 'role', `grant ${grant.id} names it`));
      }
      await db.deleteFrom('custom_role').where('id', '=', id).execute();
    },
  };
}

function grantReads(db: Db): GrantReads {
  const grant = (row: Row<'role_grant'>): Grant => ({
    ...row,
    account: optional(row.account),
    group: optional(row.group),
    labels: row.labels === null ? undefined : stringMapFromJson(row.labels),
    properties: row.properties === null ? undefined : stringsFromJson(row.properties),
  });
  return {
    async byId(id) {
      const row = await db
        .selectFrom('role_grant')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst();
      return row && grant(row);
    },
    async ofAccount(account) {
      const groups = db.selectFrom('group_member').select('group').where('account', '=', account);
      const rows = await db
        .selectFrom('role_grant')
        .selectAll()
        .where((by) => by.or([by('account', '=', account), by('group', 'in', groups)]))
        .orderBy('id')
        .execute();
      return rows.map(grant);
    },
    async ofTenants(tenants) {
      const rows = await db
        .selectFrom('role_grant')
        .selectAll()
        .where('tenant', 'in', tenants)
        .orderBy('id')
        .execute();
      return rows.map(grant);
    },
    async ofGroup(group) {
      const query = db.selectFrom('role_grant').selectAll().where('group', '=', group);
      return (await query.orderBy('id').execute()).map(grant);
    },
    async ofRole(role) {
      const query = db.selectFrom('role_grant').selectAll().where('role', '=', role);
      return (await query.orderBy('id').execute()).map(grant);
    },
    async list({ tenants, account, group, limit, cursor }) {
      let query = db
        .selectFrom('role_grant')
        .selectAll()
        .where('tenant', 'in', tenants)
        .orderBy('id')
        .limit(limit + 1);
      if (account !== undefined) query = query.where('account', '=', account);
      if (group !== undefined) query = query.where('group', '=', group);
      if (cursor !== undefined) query = query.where('id', '>', idCursor(cursor));
      return pageById((await query.execute()).map(grant), limit);
    },
    async accountsWith(role, tenant) {
      const rows = await db
        .selectFrom('role_grant as g')
        .leftJoin('group_member as m', 'm.group', 'g.group')
        .select((by) => by.fn.coalesce('g.account', 'm.account').as('account'))
        .distinct()
        .where('g.role', '=', role)
        .where('g.tenant', '=', tenant)
        .orderBy('account')
        .execute();
      return rows.flatMap(({ account }) => (account === null ? [] : [account]));
    },
  };
}

export function grantTable(db: Db): GrantTable {
  return {
    ...grantReads(db),
    async insert({ account, group, labels, properties, ...columns }) {
      const row = await db
        .insertInto('role_grant')
        .values({
          ...columns,
          account: nullable(account),
          group: nullable(group),
          labels: jsonOrNull(labels),
          properties: jsonOrNull(properties),
        })
        .returning('id')
        .executeTakeFirstOrThrow();
      return row.id;
    },
    async remove(id) {
      const row = await db
        .deleteFrom('role_grant')
        .where('id', '=', id)
        .returning('id')
        .executeTakeFirst();
      return row !== undefined;
    },
  };
}

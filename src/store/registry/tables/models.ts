// SPDX-License-Identifier: Apache-2.0
import { sql } from 'kysely';
import { objectFromJson, orConflict, wordOf } from '../columns.ts';
import { cursorOf, idCursor } from '../cursor.ts';
import type { ModelReads, ModelTable } from '../port.ts';
import type { ModelRow } from '../rows.ts';
import type { Db, Row } from '../schema.ts';

function model(row: Row<'model'>): ModelRow {
  return {
    ...row,
    document: objectFromJson(row.document),
    status: wordOf(['active', 'deprecated'], row.status),
  };
}

/** Whether uri or title has a text, whatever its case. */
function says(text: string) {
  const wanted = text.toLowerCase();
  return sql<boolean>`(instr(lower(uri), ${wanted}) > 0 OR instr(lower(title), ${wanted}) > 0)`;
}

function modelReads(db: Db): ModelReads {
  const ofTenant = (tenant: number) =>
    db.selectFrom('model').selectAll().where('tenant', '=', tenant);
  const newestOf = (tenant: number) =>
    db
      .selectFrom('model')
      .select((each) => each.fn.max('id').as('id'))
      .where('tenant', '=', tenant)
      .groupBy('uri');
  return {
    async get(tenant, uri, version) {
      let query = ofTenant(tenant).where('uri', '=', uri).orderBy('id', 'desc').limit(1);
      if (version !== undefined) query = query.where('version', '=', version);
      const row = await query.executeTakeFirst();
      return row && model(row);
    },
    async byId(tenant, id) {
      const row = await ofTenant(tenant).where('id', '=', id).executeTakeFirst();
      return row && model(row);
    },
    async versions(tenant, uri) {
      const rows = await ofTenant(tenant).where('uri', '=', uri).orderBy('id').execute();
      return rows.map(model);
    },
    async list(tenant, { limit, cursor, uri, newest, text }) {
      let query = ofTenant(tenant)
        .orderBy('id')
        .limit(limit + 1);
      if (uri !== undefined) query = query.where('uri', '=', uri);
      if (newest === true) query = query.where('id', 'in', newestOf(tenant));
      if (text !== undefined) query = query.where(says(text));
      if (cursor !== undefined) query = query.where('id', '>', idCursor(cursor));
      const rows = await query.execute();
      const items = rows.slice(0, limit).map(model);
      return {
        items,
        cursor: rows.length > limit ? cursorOf('id', [items.at(-1)?.id ?? 0]) : undefined,
      };
    },
    async count(tenant, max) {
      const { rows } = await sql<{ count: number }>`
        SELECT count(*) AS count FROM (
          SELECT DISTINCT uri FROM model WHERE tenant = ${tenant} LIMIT ${max + 1})`.execute(db);
      const count = rows[0]?.count ?? 0;
      return { count: Math.min(count, max), exact: count <= max };
    },
    async search(tenant, text, limit) {
      const rows = await ofTenant(tenant)
        .where(says(text))
        .where('id', 'in', newestOf(tenant))
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(model);
    },
    async inUse({ tenant, uri, version }) {
      const thing = await db
        .selectFrom('thing')
        .select('id')
        .where('tenant', '=', tenant)
        .where('model_uri', '=', uri)
        .where('model_version', '=', version)
        .limit(1)
        .executeTakeFirst();
      return thing !== undefined;
    },
  };
}

export function modelTable(db: Db): ModelTable {
  return {
    ...modelReads(db),
    async insert({ document, ...columns }) {
      const insert = db
        .insertInto('model')
        .values({ ...columns, document: JSON.stringify(document) })
        .returning('id')
        .executeTakeFirstOrThrow();
      const named = `${columns.uri} ${columns.version}`;
      return (await orConflict(insert, 'common.conflict', 'version', named)).id;
    },
    async setStatus(id, status) {
      await db.updateTable('model').set({ status }).where('id', '=', id).execute();
    },
    async remove(id) {
      await db.deleteFrom('model').where('id', '=', id).execute();
    },
  };
}

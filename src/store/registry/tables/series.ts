// SPDX-License-Identifier: Apache-2.0
import { chunked, nullable, optional, orConflict } from '../columns.ts';
import type { SeriesTable } from '../port.ts';
import type { SeriesRow } from '../rows.ts';
import type { Db, Row } from '../schema.ts';

export function seriesTable(db: Db): SeriesTable {
  const series = (row: Row<'series'>): SeriesRow => ({
    ...row,
    unit: optional(row.unit),
    retired: optional(row.retired),
  });
  return {
    async ofThings(things, retired) {
      const found: SeriesRow[] = [];
      for (const some of chunked(things, 1_000)) {
        let query = db.selectFrom('series').selectAll().where('thing', 'in', some).orderBy('id');
        if (retired === undefined) query = query.where('retired', 'is', null);
        for (const row of await query.execute()) found.push(series(row));
      }
      return found;
    },
    async byIds(ids) {
      const found: SeriesRow[] = [];
      for (const some of chunked(ids, 1_000)) {
        const rows = await db.selectFrom('series').selectAll().where('id', 'in', some).execute();
        for (const row of rows) found.push(series(row));
      }
      return found;
    },
    async idsOfType(type) {
      const rows = await db
        .selectFrom('series')
        .select('id')
        .where('type', '=', type)
        .where('retired', 'is', null)
        .execute();
      return Uint32Array.from(rows, (row) => row.id);
    },
    async insert(rows) {
      for (const some of chunked(rows, 250)) {
        const values = some.map((row) => ({
          ...row,
          unit: nullable(row.unit),
          retired: nullable(row.retired),
        }));
        const insert = db.insertInto('series').values(values).execute();
        await orConflict(insert, 'common.conflict', 'property', some[0]?.property ?? '');
      }
    },
    async retire(ids, now) {
      for (const some of chunked(ids, 1_000)) {
        await db.updateTable('series').set({ retired: now }).where('id', 'in', some).execute();
      }
    },
  };
}

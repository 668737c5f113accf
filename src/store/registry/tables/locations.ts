// SPDX-License-Identifier: Apache-2.0
import { sql } from 'kysely';
import { chunked, objectFromJson } from '../columns.ts';
import type { LocationTable } from '../port.ts';
import type { LocationRow } from '../rows.ts';
import type { Db, Row } from '../schema.ts';

export function locationTable(db: Db): LocationTable {
  const location = (row: Row<'location_track'>): LocationRow => ({
    ...row,
    geometry: objectFromJson(row.geometry),
  });
  return {
    async latest(things) {
      const found: LocationRow[] = [];
      for (const some of chunked(things, 500)) {
        const rows = await db
          .selectFrom('location_track as track')
          .selectAll()
          .where('track.thing', 'in', some)
          .where(
            sql<boolean>`track.time = (SELECT max(newest.time) FROM location_track AS newest
              WHERE newest.thing = track.thing)`,
          )
          .execute();
        for (const row of rows) found.push(location(row));
      }
      return found;
    },
    async track(thing, from, to, limit) {
      const rows = await db
        .selectFrom('location_track')
        .selectAll()
        .where('thing', '=', thing)
        .where('time', '>=', from)
        .where('time', '<', to)
        .orderBy('time')
        .limit(limit)
        .execute();
      return rows.map(location);
    },
    async append(rows) {
      const newest = new Map(rows.map((row) => [`${row.thing} ${row.time}`, row]));
      for (const some of chunked([...newest.values()], 500)) {
        const values = some.map((row) => ({ ...row, geometry: JSON.stringify(row.geometry) }));
        await db
          .insertInto('location_track')
          .values(values)
          .onConflict((conflict) =>
            conflict
              .columns(['thing', 'time'])
              .doUpdateSet((row) => ({ geometry: row.ref('excluded.geometry') })),
          )
          .execute();
      }
    },
  };
}

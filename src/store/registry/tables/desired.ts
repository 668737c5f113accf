// SPDX-License-Identifier: Apache-2.0
import { sql } from 'kysely';
import { fromJson, jsonOrNull, nullable, optional, wordOf } from '../columns.ts';
import type { DesiredTable } from '../port.ts';
import type { DesiredRow } from '../rows.ts';
import type { Db, Row } from '../schema.ts';

const statuses = ['pending', 'sent', 'reported', 'superseded', 'cancelled'] as const;

export function desiredTable(db: Db): DesiredTable {
  const desired = (row: Row<'desired'>): DesiredRow => ({
    tenant: row.tenant,
    thing: row.thing,
    property: row.property,
    version: row.version,
    value: fromJson(row.value),
    requester: row.requester,
    requested: row.requested,
    status: wordOf(statuses, row.status),
    reportedValue: fromJson(row.reported_value),
    reported: optional(row.reported),
  });
  return {
    async ofThing(thing) {
      const rows = await db
        .selectFrom('desired')
        .selectAll()
        .where('thing', '=', thing)
        .where(
          sql<boolean>`version = (SELECT max(newest.version) FROM desired AS newest
            WHERE newest.thing = desired.thing AND newest.property = desired.property)`,
        )
        .orderBy('property')
        .execute();
      return rows.map(desired);
    },
    async open(thing) {
      let query = db
        .selectFrom('desired')
        .selectAll()
        .where(sql<boolean>`status IN ('pending', 'sent')`);
      if (thing !== undefined) query = query.where('thing', '=', thing);
      const rows = await query.orderBy('thing').orderBy('property').execute();
      return rows.map(desired);
    },
    async history(thing, property, limit) {
      const rows = await db
        .selectFrom('desired')
        .selectAll()
        .where('thing', '=', thing)
        .where('property', '=', property)
        .orderBy('version', 'desc')
        .limit(limit)
        .execute();
      return rows.map(desired);
    },
    put: (row, keep) => putDesired(db, row, keep),
  };
}

async function putDesired(db: Db, row: DesiredRow, keep: number): Promise<void> {
  const { tenant, thing, property, version, requester, requested, status } = row;
  const set = {
    value: JSON.stringify(row.value),
    requester,
    requested,
    status,
    reported_value: jsonOrNull(row.reportedValue),
    reported: nullable(row.reported),
  };
  await db
    .insertInto('desired')
    .values({ tenant, thing, property, version, ...set })
    .onConflict((conflict) => conflict.columns(['thing', 'property', 'version']).doUpdateSet(set))
    .execute();
  await db
    .deleteFrom('desired')
    .where('thing', '=', thing)
    .where('property', '=', property)
    .where('version', '<=', version - keep)
    .execute();
}

// SPDX-License-Identifier: Apache-2.0
import { FaultError, fault } from '#core';
import { fromJson, objectFromJson } from '../columns.ts';
import type { CounterTable, FollowUpTable, ReaderTable, SettingTable } from '../port.ts';
import type { FollowUp } from '../rows.ts';
import type { Db, Row } from '../schema.ts';

export function followUpTable(db: Db): FollowUpTable {
  const followUp = (row: Row<'follow_up'>): FollowUp => ({
    ...row,
    payload: objectFromJson(row.payload),
  });
  return {
    async due(now, limit) {
      const rows = await db
        .selectFrom('follow_up')
        .selectAll()
        .where('due', '<=', now)
        .orderBy('due')
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(followUp);
    },
    async add(kind, payload, due) {
      const row = { kind, payload: JSON.stringify(payload), due };
      await db.insertInto('follow_up').values(row).execute();
    },
    async remove(id) {
      await db.deleteFrom('follow_up').where('id', '=', id).execute();
    },
  };
}

export function readerTable(db: Db): ReaderTable {
  return {
    async offset(reader) {
      const row = await db
        .selectFrom('reader_offset')
        .select('committed')
        .where('reader', '=', reader)
        .executeTakeFirst();
      return row?.committed;
    },
    async commit(reader, committed) {
      await db
        .insertInto('reader_offset')
        .values({ reader, committed })
        .onConflict((conflict) => conflict.column('reader').doUpdateSet({ committed }))
        .execute();
    },
  };
}

export function settingTable(db: Db): SettingTable {
  return {
    async get(key) {
      const row = await db
        .selectFrom('setting')
        .select('value')
        .where('key', '=', key)
        .executeTakeFirst();
      return fromJson(row?.value ?? null);
    },
    async put(key, value) {
      const text = JSON.stringify(value);
      await db
        .insertInto('setting')
        .values({ key, value: text })
        .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: text }))
        .execute();
    },
  };
}

export function counterTable(db: Db): CounterTable {
  return {
    async take(name, count, max) {
      const row = await db
        .updateTable('counter')
        .set((column) => ({ next: column('next', '+', count) }))
        .where('name', '=', name)
        .returning('next')
        .executeTakeFirstOrThrow();
      if (row.next - 1 > max) throw new FaultError(fault('common.limit', `registry.${name}`));
      return row.next - count;
    },
  };
}

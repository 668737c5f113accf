// SPDX-License-Identifier: Apache-2.0
import { chunked, orConflict } from '../columns.ts';
import { idCursor, pageById } from '../cursor.ts';
import type { GroupReads, GroupTable } from '../people-port.ts';
import type { Db } from '../schema.ts';

function groupReads(db: Db): GroupReads {
  return {
    byId: (id) =>
      db.selectFrom('account_group').selectAll().where('id', '=', id).executeTakeFirst(),
    ofTenants: (tenants) =>
      db
        .selectFrom('account_group')
        .selectAll()
        .where('tenant', 'in', tenants)
        .orderBy('id')
        .execute(),
    async list({ tenants, search, limit, cursor }) {
      let query = db
        .selectFrom('account_group')
        .selectAll()
        .where('tenant', 'in', tenants)
        .orderBy('id')
        .limit(limit + 1);
      if (cursor !== undefined) query = query.where('id', '>', idCursor(cursor));
      if (search !== undefined) {
        const text = search.toLowerCase();
        query = query.where((by) =>
          by.or(
            (['name', 'title'] as const).map((column) =>
              by(by.fn<number>('instr', [by.fn('lower', [column]), by.val(text)]), '>', 0),
            ),
          ),
        );
      }
      return pageById(await query.execute(), limit);
    },
    async members(group) {
      const rows = await db
        .selectFrom('group_member')
        .select('account')
        .where('group', '=', group)
        .orderBy('account')
        .execute();
      return rows.map((row) => row.account);
    },
    async ofAccount(account) {
      const rows = await db
        .selectFrom('group_member')
        .select('group')
        .where('account', '=', account)
        .orderBy('group')
        .execute();
      return rows.map((row) => row.group);
    },
  };
}

export function groupTable(db: Db): GroupTable {
  return {
    ...groupReads(db),
    async insert(group) {
      const insert = db
        .insertInto('account_group')
        .values(group)
        .returning('id')
        .executeTakeFirstOrThrow();
      return (await orConflict(insert, 'common.conflict', 'name', group.name)).id;
    },
    async rename(id, title) {
      await db.updateTable('account_group').set({ title }).where('id', '=', id).execute();
    },
    async setMembers(group, accounts) {
      await db.deleteFrom('group_member').where('group', '=', group).execute();
      const rows = [...new Set(accounts)].map((account) => ({ group, account }));
      for (const part of chunked(rows, 1_000)) {
        await db.insertInto('group_member').values(part).execute();
      }
    },
    async remove(id) {
      await db.deleteFrom('account_group').where('id', '=', id).execute();
    },
  };
}

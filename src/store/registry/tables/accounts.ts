// SPDX-License-Identifier: Apache-2.0
import type { Updateable } from 'kysely';
import { nullable, optional, orConflict, stringsFromJson, wordOf } from '../columns.ts';
import { idCursor, pageById } from '../cursor.ts';
import type { AccountTable } from '../people-port.ts';
import type { Account, AccountChanges } from '../people-rows.ts';
import type { Db, Row, Schema } from '../schema.ts';

/** A name as it is compared: two that look the same to a person are the same. */
function keyOfName(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}

function accountOf(row: Row<'account'>): Account {
  return {
    id: row.id,
    tenant: row.tenant,
    kind: wordOf(['user', 'service'], row.kind),
    name: row.name,
    title: row.title,
    password: optional(row.password),
    passwordTemporary: row.password_temporary === 1,
    totp: optional(row.totp),
    totpStep: row.totp_step,
    recovery: stringsFromJson(row.recovery),
    disabled: row.disabled === 1,
    lockedUntil: optional(row.locked_until),
    language: optional(row.language),
    created: row.created,
    updated: row.updated,
    lastLogin: optional(row.last_login),
    revision: row.revision,
  };
}

export function accountTable(db: Db): AccountTable {
  const alive = () => db.selectFrom('account').selectAll().where('removed', '=', 0);
  return {
    async byId(id) {
      const row = await alive().where('id', '=', id).executeTakeFirst();
      return row && accountOf(row);
    },
    async byName(name) {
      const row = await alive().where('name_key', '=', keyOfName(name)).executeTakeFirst();
      return row && accountOf(row);
    },
    async list({ tenants, kind, search, group, limit, cursor }) {
      let query = alive()
        .where('tenant', 'in', tenants)
        .orderBy('id')
        .limit(limit + 1);
      if (kind !== undefined) query = query.where('kind', '=', kind);
      if (cursor !== undefined) query = query.where('id', '>', idCursor(cursor));
      if (group !== undefined) {
        const members = db.selectFrom('group_member').select('account').where('group', '=', group);
        query = query.where('id', 'in', members);
      }
      if (search !== undefined) {
        query = query.where((by) =>
          by.or([
            by(by.fn<number>('instr', ['name_key', by.val(keyOfName(search))]), '>', 0),
            by(by.fn<number>('instr', ['title', by.val(search)]), '>', 0),
          ]),
        );
      }
      return pageById((await query.execute()).map(accountOf), limit);
    },
    async insert({ password, passwordTemporary, language, ...columns }) {
      const insert = db
        .insertInto('account')
        .values({
          ...columns,
          name_key: keyOfName(columns.name),
          password: nullable(password),
          password_temporary: passwordTemporary ? 1 : 0,
          totp_step: 0,
          recovery: '[]',
          disabled: 0,
          language: nullable(language),
          updated: columns.created,
          revision: 1,
        })
        .returning('id')
        .executeTakeFirstOrThrow();
      return (await orConflict(insert, 'common.conflict', 'name', columns.name)).id;
    },
    async update(id, changes, { now, revision }) {
      let update = db
        .updateTable('account')
        .set(columnsOf(changes))
        .set((column) => ({ updated: now, revision: column('revision', '+', 1) }))
        .where('id', '=', id)
        .where('removed', '=', 0);
      if (revision !== undefined) update = update.where('revision', '=', revision);
      return (await update.returning('id').executeTakeFirst()) !== undefined;
    },
    remove: (id) => removeAccount(db, id),
  };
}

function columnsOf(changes: AccountChanges): Updateable<Schema['account']> {
  const set: Updateable<Schema['account']> = {};
  const { title, passwordTemporary, totpStep, recovery, disabled } = changes;
  if (title !== undefined) set.title = title;
  if (passwordTemporary !== undefined) set.password_temporary = passwordTemporary ? 1 : 0;
  if (totpStep !== undefined) set.totp_step = totpStep;
  if (recovery !== undefined) set.recovery = JSON.stringify(recovery);
  if (disabled !== undefined) set.disabled = disabled ? 1 : 0;
  if ('password' in changes) set.password = nullable(changes.password);
  if ('totp' in changes) set.totp = nullable(changes.totp);
  if ('lockedUntil' in changes) set.locked_until = nullable(changes.lockedUntil);
  if ('language' in changes) set.language = nullable(changes.language);
  if ('lastLogin' in changes) set.last_login = nullable(changes.lastLogin);
  return set;
}

/** Of the account only its id and its name are left. */
async function removeAccount(db: Db, id: number): Promise<void> {
  const tokens = db.selectFrom('api_token').select('id').where('account', '=', id);
  await db.deleteFrom('session').where('token', 'in', tokens).execute();
  for (const table of [
    'session',
    'api_token',
    'passkey',
    'federated_identity',
    'group_member',
    'role_grant',
  ] as const) {
    await db.deleteFrom(table).where('account', '=', id).execute();
  }
  const gone = { password: null, totp: null, recovery: '[]', title: '', removed: 1, disabled: 1 };
  await db.updateTable('account').set(gone).where('id', '=', id).execute();
}

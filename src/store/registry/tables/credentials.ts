// SPDX-License-Identifier: Apache-2.0
import { sql } from 'kysely';
import { chunked, nullable, optional, orConflict, stringsFromJson, wordOf } from '../columns.ts';
import { idCursor, pageById } from '../cursor.ts';
import type { CredentialReads, CredentialTable, TokenReads, TokenTable } from '../port.ts';
import type { ApiToken, Credential, CredentialMatch } from '../rows.ts';
import type { Db, Row } from '../schema.ts';
import { lifecycles } from './things.ts';

function credentialOf(row: Row<'credential'>): Credential {
  return {
    id: row.id,
    tenant: row.tenant,
    thing: row.thing,
    kind: wordOf(['token', 'certificate'], row.kind),
    name: row.name,
    hash: optional(row.hash),
    fingerprint: optional(row.fingerprint),
    subject: optional(row.subject),
    username: optional(row.username),
    created: row.created,
    expires: optional(row.expires),
    revoked: optional(row.revoked),
    used: optional(row.used),
  };
}

async function matchOf(
  db: Db,
  column: 'hash' | 'fingerprint' | 'subject',
  value: string,
): Promise<CredentialMatch | undefined> {
  const row = await db
    .selectFrom('credential')
    .innerJoin('thing', 'thing.id', 'credential.thing')
    .selectAll('credential')
    .select(['thing.uri as thingUri', 'thing.lifecycle as lifecycle'])
    .where(`credential.${column}`, '=', value)
    .where('credential.revoked', 'is', null)
    .where('thing.deleted', 'is', null)
    .executeTakeFirst();
  return (
    row && {
      ...credentialOf(row),
      thingUri: row.thingUri,
      lifecycle: wordOf(lifecycles, row.lifecycle),
    }
  );
}

function credentialReads(db: Db): CredentialReads {
  return {
    byHash: (hash) => matchOf(db, 'hash', hash),
    byFingerprint: (fingerprint) => matchOf(db, 'fingerprint', fingerprint),
    bySubject: (subject) => matchOf(db, 'subject', subject),
    async ofThing(thing) {
      const rows = await db
        .selectFrom('credential')
        .selectAll()
        .where('thing', '=', thing)
        .orderBy('id')
        .execute();
      return rows.map(credentialOf);
    },
    async isRevoked(fingerprint) {
      const row = await db
        .selectFrom('credential')
        .select('id')
        .where('fingerprint', '=', fingerprint)
        .where('revoked', 'is not', null)
        .limit(1)
        .executeTakeFirst();
      return row !== undefined;
    },
    async revokedBySubject(prefix, limit) {
      const rows = await db
        .selectFrom('credential')
        .selectAll()
        .where('subject', '>=', prefix)
        .where('subject', '<', `${prefix}\u{10ffff}`)
        .where('revoked', 'is not', null)
        .orderBy('revoked', 'desc')
        .limit(limit)
        .execute();
      return rows.map(credentialOf);
    },
  };
}

export function credentialTable(db: Db): CredentialTable {
  return {
    ...credentialReads(db),
    async insert(credential) {
      const insert = db
        .insertInto('credential')
        .values({
          ...credential,
          hash: nullable(credential.hash),
          fingerprint: nullable(credential.fingerprint),
          subject: nullable(credential.subject),
          username: nullable(credential.username),
          expires: nullable(credential.expires),
        })
        .returning('id')
        .executeTakeFirstOrThrow();
      const shown = credential.fingerprint ?? credential.subject ?? '';
      return (await orConflict(insert, 'common.conflict', 'fingerprint', shown)).id;
    },
    async revoke(thing, id, now) {
      const row = await db
        .updateTable('credential')
        .set({ revoked: now })
        .where('id', '=', id)
        .where('thing', '=', thing)
        .where('revoked', 'is', null)
        .returning('id')
        .executeTakeFirst();
      return row !== undefined;
    },
    async revokeOfThing(thing, now) {
      await db
        .updateTable('credential')
        .set({ revoked: now })
        .where('thing', '=', thing)
        .where('revoked', 'is', null)
        .execute();
    },
    async expire(thing, id, expires) {
      const row = await db
        .updateTable('credential')
        .set({ expires: sql`min(coalesce(expires, ${expires}), ${expires})` })
        .where('id', '=', id)
        .where('thing', '=', thing)
        .where('revoked', 'is', null)
        .returning('id')
        .executeTakeFirst();
      return row !== undefined;
    },
    async forget(thing, keep, now) {
      const over = db
        .selectFrom('credential')
        .select('id')
        .where('thing', '=', thing)
        .where('kind', '=', 'token')
        .where((is) => is.or([is('revoked', 'is not', null), is('expires', '<=', now)]))
        .orderBy('id', 'desc')
        .limit(-1)
        .offset(keep);
      await db.deleteFrom('credential').where('id', 'in', over).execute();
      await db
        .deleteFrom('credential')
        .where('thing', '=', thing)
        .where('kind', '=', 'certificate')
        .where('expires', '<=', now)
        .execute();
    },
    used: (uses) => setUsed(db, 'credential', uses),
  };
}

function tokenReads(db: Db): TokenReads {
  const token = (row: Row<'api_token'>): ApiToken => ({
    ...row,
    account: optional(row.account),
    scopes: stringsFromJson(row.scopes),
    expires: optional(row.expires),
    revoked: optional(row.revoked),
    used: optional(row.used),
  });
  return {
    async byHash(hash) {
      const row = await db
        .selectFrom('api_token')
        .selectAll()
        .where('hash', '=', hash)
        .where('revoked', 'is', null)
        .executeTakeFirst();
      return row && token(row);
    },
    async byId(id) {
      const query = db.selectFrom('api_token').selectAll().where('id', '=', id);
      const row = await query.executeTakeFirst();
      return row && token(row);
    },
    async list(tenant) {
      const rows = await db
        .selectFrom('api_token')
        .selectAll()
        .where('tenant', '=', tenant)
        .orderBy('id')
        .execute();
      return rows.map(token);
    },
    async ofAccount(account) {
      const query = db.selectFrom('api_token').selectAll().where('account', '=', account);
      return (await query.where('revoked', 'is', null).orderBy('id').execute()).map(token);
    },
    async page({ tenants, account, limit, cursor }) {
      let query = db
        .selectFrom('api_token')
        .selectAll()
        .where('tenant', 'in', tenants)
        .orderBy('id')
        .limit(limit + 1);
      if (account !== undefined) query = query.where('account', '=', account);
      if (cursor !== undefined) query = query.where('id', '>', idCursor(cursor));
      return pageById((await query.execute()).map(token), limit);
    },
  };
}

export function tokenTable(db: Db): TokenTable {
  return {
    ...tokenReads(db),
    async insert({ account, scopes, expires, ...columns }) {
      const row = await db
        .insertInto('api_token')
        .values({
          ...columns,
          account: nullable(account),
          scopes: JSON.stringify(scopes),
          expires: nullable(expires),
        })
        .returning('id')
        .executeTakeFirstOrThrow();
      return row.id;
    },
    async revoke(tenant, id, now) {
      const row = await db
        .updateTable('api_token')
        .set({ revoked: now })
        .where('id', '=', id)
        .where('tenant', '=', tenant)
        .where('revoked', 'is', null)
        .returning('id')
        .executeTakeFirst();
      return row !== undefined;
    },
    used: (uses) => setUsed(db, 'api_token', uses),
  };
}

async function setUsed(
  db: Db,
  table: 'credential' | 'api_token',
  uses: readonly { readonly id: number; readonly time: number }[],
): Promise<void> {
  for (const [time, some] of Map.groupBy(uses, (use) => use.time)) {
    for (const ids of chunked(
      some.map((use) => use.id),
      1_000,
    )) {
      await db.updateTable(table).set({ used: time }).where('id', 'in', ids).execute();
    }
  }
}

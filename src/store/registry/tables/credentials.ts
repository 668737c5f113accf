// SPDX-License-Identifier: Apache-2.0
import { chunked, nullable, optional, orConflict, stringsFromJson, wordOf } from '../columns.ts';
import type { CredentialTable, TokenTable } from '../port.ts';
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

export function credentialTable(db: Db): CredentialTable {
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
    async insert(credential) {
      const insert = db
        .insertInto('credential')
        .values({
          ...credential,
          hash: nullable(credential.hash),
          fingerprint: nullable(credential.fingerprint),
          subject: nullable(credential.subject),
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
    used: (uses) => setUsed(db, 'credential', uses),
  };
}

export function tokenTable(db: Db): TokenTable {
  const token = (row: Row<'api_token'>): ApiToken => ({
    ...row,
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
    async list(tenant) {
      const rows = await db
        .selectFrom('api_token')
        .selectAll()
        .where('tenant', '=', tenant)
        .orderBy('id')
        .execute();
      return rows.map(token);
    },
    async insert({ scopes, expires, ...columns }) {
      const row = await db
        .insertInto('api_token')
        .values({ ...columns, scopes: JSON.stringify(scopes), expires: nullable(expires) })
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

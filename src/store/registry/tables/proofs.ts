// SPDX-License-Identifier: Apache-2.0
import { chunked, nullable, optional, orConflict } from '../columns.ts';
import type { FederatedTable, PasskeyTable, SessionTable } from '../people-port.ts';
import type { Passkey, SessionRow } from '../people-rows.ts';
import type { Db, Row } from '../schema.ts';

export function passkeyTable(db: Db): PasskeyTable {
  const passkey = ({ public_key: publicKey, used, ...row }: Row<'passkey'>): Passkey => ({
    ...row,
    publicKey,
    used: optional(used),
  });
  return {
    async byCredential(credential) {
      const row = await db
        .selectFrom('passkey')
        .selectAll()
        .where('credential', '=', credential)
        .executeTakeFirst();
      return row && passkey(row);
    },
    async ofAccount(account) {
      const rows = await db
        .selectFrom('passkey')
        .selectAll()
        .where('account', '=', account)
        .orderBy('id')
        .execute();
      return rows.map(passkey);
    },
    async insert({ publicKey, ...columns }) {
      const insert = db
        .insertInto('passkey')
        .values({ ...columns, public_key: publicKey })
        .returning('id')
        .executeTakeFirstOrThrow();
      return (await orConflict(insert, 'common.conflict', 'credential', columns.name)).id;
    },
    async used(id, counter, now) {
      await db.updateTable('passkey').set({ counter, used: now }).where('id', '=', id).execute();
    },
    async remove(account, id) {
      const row = await db
        .deleteFrom('passkey')
        .where('id', '=', id)
        .where('account', '=', account)
        .returning('id')
        .executeTakeFirst();
      return row !== undefined;
    },
  };
}

export function federatedTable(db: Db): FederatedTable {
  return {
    find: (provider, subject) =>
      db
        .selectFrom('federated_identity')
        .selectAll()
        .where('provider', '=', provider)
        .where('subject', '=', subject)
        .executeTakeFirst(),
    ofAccount: (account) =>
      db
        .selectFrom('federated_identity')
        .selectAll()
        .where('account', '=', account)
        .orderBy('provider')
        .orderBy('subject')
        .execute(),
    async put(identity) {
      const { account, created } = identity;
      await db
        .insertInto('federated_identity')
        .values(identity)
        .onConflict((conflict) =>
          conflict.columns(['provider', 'subject']).doUpdateSet({ account, created }),
        )
        .execute();
    },
  };
}

export function sessionTable(db: Db): SessionTable {
  const session = (row: Row<'session'>): SessionRow => ({
    ...row,
    account: optional(row.account),
    token: optional(row.token),
    strong: row.strong === 1,
  });
  return {
    async byHash(hash) {
      const row = await db
        .selectFrom('session')
        .selectAll()
        .where('hash', '=', hash)
        .executeTakeFirst();
      return row && session(row);
    },
    async ofAccount(account) {
      const rows = await db
        .selectFrom('session')
        .selectAll()
        .where('account', '=', account)
        .orderBy('opened')
        .orderBy('hash')
        .execute();
      return rows.map(session);
    },
    async insert({ account, token, strong, ...columns }) {
      await db
        .insertInto('session')
        .values({
          ...columns,
          account: nullable(account),
          token: nullable(token),
          strong: strong ? 1 : 0,
        })
        .execute();
    },
    async used(uses) {
      for (const [time, some] of Map.groupBy(uses, (use) => use.time)) {
        const hashes = some.map((use) => use.hash);
        for (const part of chunked(hashes, 1_000)) {
          await db.updateTable('session').set({ used: time }).where('hash', 'in', part).execute();
        }
      }
    },
    async remove(hashes) {
      for (const part of chunked(hashes, 1_000)) {
        await db.deleteFrom('session').where('hash', 'in', part).execute();
      }
    },
    async removeOfAccount(account) {
      await db.deleteFrom('session').where('account', '=', account).execute();
    },
    async removeOfToken(token) {
      await db.deleteFrom('session').where('token', '=', token).execute();
    },
    async prune(now) {
      await db.deleteFrom('session').where('expires', '<=', now).execute();
    },
  };
}

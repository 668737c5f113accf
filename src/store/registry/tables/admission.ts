// SPDX-License-Identifier: Apache-2.0
import { sql, type Updateable } from 'kysely';
import { chunked, nullable, optional, orConflict, wordOf } from '../columns.ts';
import { cursorOf, textCursor } from '../cursor.ts';
import type { AuthorityTable, ProvisioningReads, ProvisioningTable } from '../people-port.ts';
import type {
  CertificateAuthority,
  JustInTime,
  ProvisionedDevice,
  ProvisioningKey,
} from '../people-rows.ts';
import type { Db, Row, Schema } from '../schema.ts';

const justInTimes = ['refuse', 'register', 'claim'] as const satisfies readonly JustInTime[];

export function authorityTable(db: Db): AuthorityTable {
  const authority = ({
    just_in_time: justInTime,
    ...row
  }: Row<'authority'>): CertificateAuthority => ({
    ...row,
    key: optional(row.key),
    justInTime: wordOf(justInTimes, justInTime),
    model: optional(row.model),
    revoked: optional(row.revoked),
  });
  const inUse = () => db.selectFrom('authority').selectAll().where('revoked', 'is', null);
  return {
    async byId(id) {
      const row = await db
        .selectFrom('authority')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst();
      return row && authority(row);
    },
    async byFingerprint(fingerprint) {
      const row = await inUse().where('fingerprint', '=', fingerprint).executeTakeFirst();
      return row && authority(row);
    },
    async ofTenant(tenant) {
      const rows = await db
        .selectFrom('authority')
        .selectAll()
        .where('tenant', '=', tenant)
        .orderBy('id')
        .execute();
      return rows.map(authority);
    },
    async inUse() {
      return (await inUse().orderBy('id').execute()).map(authority);
    },
    async insert({ key, justInTime, model, ...columns }) {
      const insert = db
        .insertInto('authority')
        .values({
          ...columns,
          key: nullable(key),
          just_in_time: justInTime,
          model: nullable(model),
        })
        .returning('id')
        .executeTakeFirstOrThrow();
      return (await orConflict(insert, 'common.conflict', 'fingerprint', columns.fingerprint)).id;
    },
    async change(id, changes) {
      const set: Updateable<Schema['authority']> = {};
      if (changes.justInTime !== undefined) set.just_in_time = changes.justInTime;
      if ('model' in changes) set.model = nullable(changes.model);
      if (Object.keys(set).length === 0) return;
      await db.updateTable('authority').set(set).where('id', '=', id).execute();
    },
    revoke: (tenant, id, now) => revoke(db, 'authority', { tenant, id, now }),
  };
}

function provisioningReads(db: Db): ProvisioningReads {
  const provisioningKey = ({
    devices_max: devicesMax,
    ...row
  }: Row<'provisioning_key'>): ProvisioningKey => ({
    ...row,
    admits: wordOf(['open', 'listed'], row.admits),
    devicesMax,
    expires: optional(row.expires),
    revoked: optional(row.revoked),
  });
  const device = (row: Row<'provisioned_device'>): ProvisionedDevice => ({
    ...row,
    thing: optional(row.thing),
    issued: optional(row.issued),
  });
  const ofKey = (key: number) =>
    db.selectFrom('provisioned_device').selectAll().where('key', '=', key);
  return {
    async byHash(hash) {
      const row = await db
        .selectFrom('provisioning_key')
        .selectAll()
        .where('hash', '=', hash)
        .where('revoked', 'is', null)
        .executeTakeFirst();
      return row && provisioningKey(row);
    },
    async byId(id) {
      const row = await db
        .selectFrom('provisioning_key')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst();
      return row && provisioningKey(row);
    },
    async ofTenant(tenant) {
      const rows = await db
        .selectFrom('provisioning_key')
        .selectAll()
        .where('tenant', '=', tenant)
        .orderBy('id')
        .execute();
      return rows.map(provisioningKey);
    },
    async device(key, serial) {
      const row = await ofKey(key).where('serial', '=', serial).executeTakeFirst();
      return row && device(row);
    },
    async devices(key, { limit, cursor }) {
      let query = ofKey(key)
        .orderBy('serial')
        .limit(limit + 1);
      if (cursor !== undefined) query = query.where('serial', '>', textCursor(cursor, 'serial'));
      const rows = await query.execute();
      const items = rows.slice(0, limit).map(device);
      const more = rows.length > limit;
      return { items, cursor: more ? cursorOf('serial', [items.at(-1)?.serial ?? '']) : undefined };
    },
  };
}

export function provisioningTable(db: Db): ProvisioningTable {
  const reads = provisioningReads(db);
  return {
    ...reads,
    async insert({ devicesMax, expires, ...columns }) {
      const row = await db
        .insertInto('provisioning_key')
        .values({ ...columns, devices_max: devicesMax, devices: 0, expires: nullable(expires) })
        .returning('id')
        .executeTakeFirstOrThrow();
      return row.id;
    },
    revoke: (tenant, id, now) => revoke(db, 'provisioning_key', { tenant, id, now }),
    async list(key, serials) {
      for (const part of chunked([...new Set(serials)], 1_000)) {
        await db
          .insertInto('provisioned_device')
          .values(part.map((serial) => ({ key, serial, issued: null })))
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      }
    },
    async assign(key, serial, { thing, issued: time }) {
      const issued = nullable(time);
      const was = await reads.device(key, serial);
      await db
        .insertInto('provisioned_device')
        .values({ key, serial, thing, issued })
        .onConflict((conflict) =>
          conflict.columns(['key', 'serial']).doUpdateSet({ thing, issued }),
        )
        .execute();
      if (was?.thing !== undefined) return;
      await db
        .updateTable('provisioning_key')
        .set({ devices: sql`devices + 1` })
        .where('id', '=', key)
        .execute();
    },
  };
}

async function revoke(
  db: Db,
  table: 'authority' | 'provisioning_key',
  { tenant, id, now }: { readonly tenant: number; readonly id: number; readonly now: number },
): Promise<boolean> {
  const row = await db
    .updateTable(table)
    .set({ revoked: now })
    .where('id', '=', id)
    .where('tenant', '=', tenant)
    .where('revoked', 'is', null)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

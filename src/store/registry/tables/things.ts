// SPDX-License-Identifier: Apache-2.0
import { sql } from 'kysely';
import {
  chunked,
  nullable,
  objectFromJson,
  optional,
  orConflict,
  stringMapFromJson,
  stringsFromJson,
  wordOf,
} from '../columns.ts';
import type { Count, Page, ThingQuery, ThingReads, ThingTable } from '../port.ts';
import type { ConnectionChange, Lifecycle, NewThing, Thing, ThingChanges } from '../rows.ts';
import type { Db, Row, Schema } from '../schema.ts';

/** Lists depend on the engine's planner, so each engine brings its own. */
export interface ThingLists {
  list(query: ThingQuery): Promise<Page<Thing>>;
  count(...ask: Parameters<ThingReads['count']>): Promise<Count>;
}

export const lifecycles = [
  'registered',
  'active',
  'disabled',
  'retired',
] as const satisfies readonly Lifecycle[];

export function thingOf(row: Row<'thing'>): Thing {
  const { model_uri: uri, model_version: version } = row;
  return {
    id: row.id,
    tenant: row.tenant,
    uri: row.uri,
    name: row.name,
    description: row.description,
    kind: row.kind,
    types: stringsFromJson(row.types),
    model: uri === null || version === null ? undefined : { uri, version },
    parent: optional(row.parent),
    properties: objectFromJson(row.properties),
    labels: stringMapFromJson(row.labels),
    lifecycle: wordOf(lifecycles, row.lifecycle),
    created: row.created,
    updated: row.updated,
    revision: row.revision,
    online: row.online === 1,
    seen: optional(row.seen),
    cause: optional(row.cause),
    deleted: optional(row.deleted),
  };
}

export function thingTable(db: Db, lists: ThingLists): ThingTable {
  const alive = () => db.selectFrom('thing').selectAll().where('deleted', 'is', null);
  return {
    ...lists,
    async byId(id) {
      const row = await alive().where('id', '=', id).executeTakeFirst();
      return row && thingOf(row);
    },
    async byIds(ids) {
      const things: Thing[] = [];
      for (const some of chunked(ids, 1_000)) {
        const rows = await alive().where('id', 'in', some).execute();
        for (const row of rows) things.push(thingOf(row));
      }
      return things;
    },
    async byUri(tenant, uri) {
      const row = await alive()
        .where('uri', '=', uri)
        .where('tenant', '=', tenant)
        .executeTakeFirst();
      return row && thingOf(row);
    },
    async tombstone(id) {
      const row = await db
        .selectFrom('thing')
        .selectAll()
        .where('id', '=', id)
        .where('deleted', 'is not', null)
        .executeTakeFirst();
      return row && thingOf(row);
    },
    async hasChildren(parent) {
      const row = await alive().where('parent', '=', parent).limit(1).executeTakeFirst();
      return row !== undefined;
    },
    insert: (things) => insertThings(db, things),
    update: (id, revision, changes, now) => updateThing(db, { id, revision, changes, now }),
    async remove(id, now) {
      await db.deleteFrom('thing_label').where('thing', '=', id).execute();
      const dead = { deleted: now, updated: now, online: 0, lifecycle: 'retired' };
      await db.updateTable('thing').set(dead).where('id', '=', id).execute();
    },
    connections: (changes) => setConnections(db, changes),
    async allOffline() {
      await db
        .updateTable('thing')
        .set({ online: 0, cause: 'restarted' })
        .where('online', '=', 1)
        .execute();
    },
  };
}

async function insertThings(db: Db, things: readonly NewThing[]): Promise<void> {
  for (const some of chunked(things, 100)) {
    const rows = some.map(columnsOfNew);
    const named = some.length === 1 ? (some[0]?.uri ?? '') : `one of ${some.length} uris`;
    const insert = db.insertInto('thing').values(rows).execute();
    await orConflict(insert, 'things.uri-taken', 'uri', named);
  }
  await insertLabels(db, things);
}

function columnsOfNew(thing: NewThing): Row<'thing'> {
  const { model, types, labels, properties, parent, ...columns } = thing;
  return {
    ...columns,
    types: JSON.stringify(types),
    labels: JSON.stringify(labels),
    properties: JSON.stringify(properties),
    model_uri: nullable(model?.uri),
    model_version: nullable(model?.version),
    parent: nullable(parent),
    revision: 1,
    online: 0,
    seen: null,
    cause: null,
    deleted: null,
  };
}

type Labelled = Pick<Thing, 'id' | 'tenant' | 'labels'>;

async function insertLabels(db: Db, things: readonly Labelled[]): Promise<void> {
  const rows = things.flatMap(({ id, tenant, labels }) =>
    Object.entries(labels).map(([label, value]) => ({ tenant, label, value, thing: id })),
  );
  for (const some of chunked(rows, 500)) await db.insertInto('thing_label').values(some).execute();
}

interface Update {
  readonly id: number;
  readonly revision: number;
  readonly changes: ThingChanges;
  readonly now: number;
}

async function updateThing(db: Db, { id, revision, changes, now }: Update): Promise<boolean> {
  const update = db
    .updateTable('thing')
    .set({ ...columnsOfChanges(changes), updated: now, revision: revision + 1 })
    .where('id', '=', id)
    .where('revision', '=', revision)
    .where('deleted', 'is', null)
    .returning(['id', 'tenant'])
    .executeTakeFirst();
  const row = await orConflict(update, 'things.uri-taken', 'uri', changes.uri ?? '');
  if (row === undefined) return false;
  if (changes.labels !== undefined) {
    await db.deleteFrom('thing_label').where('thing', '=', id).execute();
    await insertLabels(db, [{ ...row, labels: changes.labels }]);
  }
  return true;
}

function columnsOfChanges(changes: ThingChanges): Partial<Schema['thing']> {
  const { model, types, labels, properties, parent, ...columns } = changes;
  const set: Partial<Schema['thing']> = columns;
  if (types !== undefined) set.types = JSON.stringify(types);
  if (labels !== undefined) set.labels = JSON.stringify(labels);
  if (properties !== undefined) set.properties = JSON.stringify(properties);
  if ('parent' in changes) set.parent = nullable(parent);
  if ('model' in changes) {
    set.model_uri = nullable(model?.uri);
    set.model_version = nullable(model?.version);
  }
  return set;
}

async function setConnections(db: Db, changes: readonly ConnectionChange[]): Promise<void> {
  const newest = new Map<number, ConnectionChange>();
  for (const change of changes) {
    if (change.time >= (newest.get(change.thing)?.time ?? change.time)) {
      newest.set(change.thing, change);
    }
  }
  for (const some of chunked([...newest.values()], 1_000)) {
    const rows = some.map(
      ({ thing, online, time, cause }) =>
        sql`(${thing}, ${online ? 1 : 0}, ${time}, ${cause ?? null})`,
    );
    await sql`WITH change (thing, online, time, cause) AS (VALUES ${sql.join(rows)})
      UPDATE thing SET online = change.online, seen = change.time, cause = change.cause,
        lifecycle = CASE WHEN lifecycle = 'registered' AND change.online = 1
          THEN 'active' ELSE lifecycle END
      FROM change
      WHERE thing.id = change.thing AND thing.deleted IS NULL
        AND coalesce(thing.seen, -1) <= change.time`.execute(db);
  }
}

// SPDX-License-Identifier: Apache-2.0
import { sql, type RawBuilder } from 'kysely';
import { unwrap } from '#core';
import { bindFilter, type Filter } from '#model';
import { cursorOf, keyOf } from '../cursor.ts';
import type { Count, Page, ThingQuery, ThingSort } from '../port.ts';
import type { Thing } from '../rows.ts';
import type { Db, Row } from '../schema.ts';
import { thingFieldType } from '../thing-fields.ts';
import { thingOf } from '../tables/things.ts';
import { stillWanted } from './messages.ts';
import { candidatesOf, type Candidates } from './candidates.ts';
import { filterCondition } from './filter-sql.ts';

/**
 * SQLite knows nothing of how values are spread, so the way is chosen here. A set of candidates that an index gives is
 * sorted when it is smaller than this.
 */
const candidatesMax = 20_000;

/**
 * Else the matches are looked for in order of id, which is the order on disk. When there are fewer than this, and four
 * pages, they are sorted; when there are more, a walk along the wanted order meets a page's rows early.
 */
const matchesMax = 1_000;

/** Lists things; `model.unknown-field` and `model.filter-type` for a filter that names what is not there. */
export async function listThings(db: Db, query: ThingQuery): Promise<Page<Thing>> {
  const { tenant, limit, cursor, sort = 'id', order = 'ascending' } = query;
  const filter = bound(query.filter);
  const name = `${sort} ${order}`;
  const conditions = conditionsOf(tenant, filter);
  if (cursor !== undefined) conditions.push(keyset(sort, order, keyOf(cursor, name)));
  const where = sql.join(conditions, sql` AND `);
  const source = await sourceOf(db, { tenant, filter, where, sort, limit });
  const direction = order === 'ascending' ? sql`ASC` : sql`DESC`;
  const by = keyColumns(sort).map((column) => sql`${sql.ref(column)} ${direction}`);
  const { rows } = await sql<Row<'thing'>>`
    SELECT t.* FROM ${source} WHERE ${where} ORDER BY ${sql.join(by)} LIMIT ${limit + 1}`.execute(
    db,
  );
  const items = rows.slice(0, limit).map(thingOf);
  const last = items.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items, cursor: more ? cursorOf(name, keyOfThing(last, sort)) : undefined };
}

/** Counts things up to `max`. */
export async function countThings(
  db: Db,
  query: Pick<ThingQuery, 'tenant' | 'filter'>,
  max: number,
): Promise<Count> {
  const { tenant } = query;
  const filter = bound(query.filter);
  const where = sql.join(conditionsOf(tenant, filter), sql` AND `);
  const source = await sourceOf(db, { tenant, filter, where, sort: 'id', limit: 0 });
  const count = await countUpTo(db, sql`SELECT t.id FROM ${source} WHERE ${where}`, max + 1);
  return { count: Math.min(count, max), exact: count <= max };
}

type Fragment = RawBuilder<unknown>;

interface Wanted {
  readonly tenant: number;
  readonly filter: Filter | undefined;
  readonly where: Fragment;
  readonly sort: ThingSort;
  readonly limit: number;
}

/** From where `thing AS t` is read. CROSS JOIN and INDEXED BY fix SQLite's plan (https://sqlite.org/optoverview.html § 8.2). */
async function sourceOf(db: Db, wanted: Wanted): Promise<Fragment> {
  const { tenant, filter, where, sort, limit } = wanted;
  const all = candidatesOf(tenant, filter);
  const small = await smallest(db, all);
  if (small !== undefined) return joined(small);
  const walk = sql`thing AS t INDEXED BY ${sql.ref(`thing_by_${sort}`)}`;
  if (filter === undefined || sort === 'id') return walk;
  const [large] = all;
  const source = large === undefined ? sql`thing AS t INDEXED BY thing_by_id` : joined(large);
  const max = matchesMax + 4 * limit;
  const { rows } = await sql<{ id: number }>`
    SELECT t.id FROM ${source} WHERE ${where} LIMIT ${max}`.execute(db);
  if (rows.length === max) return walk;
  const ids = JSON.stringify(rows.map((row) => row.id));
  return joined(sql`SELECT value AS id FROM json_each(${ids})`);
}

function joined(candidates: Candidates): Fragment {
  return sql`(${candidates}) AS c CROSS JOIN thing AS t ON t.id = c.id`;
}

async function smallest(db: Db, all: readonly Candidates[]): Promise<Candidates | undefined> {
  let best: Candidates | undefined;
  let least = candidatesMax;
  for (const candidates of all) {
    const count = await countUpTo(db, candidates, least);
    if (count < least) {
      best = candidates;
      least = count;
    }
    if (least < 100) break;
  }
  return best;
}

async function countUpTo(db: Db, ids: Candidates, max: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    SELECT count(*) AS count FROM (${ids} LIMIT ${max})`.execute(db);
  return rows[0]?.count ?? 0;
}

function conditionsOf(tenant: number, filter: Filter | undefined): Fragment[] {
  const conditions: Fragment[] = [sql`t.tenant = ${tenant}`, sql`t.deleted IS NULL`];
  if (filter !== undefined) conditions.push(sql.raw(stillWanted), filterCondition(filter));
  return conditions;
}

function bound(filter: Filter | undefined): Filter | undefined {
  return filter && unwrap(bindFilter(filter, thingFieldType));
}

function keyColumns(sort: ThingSort): readonly string[] {
  return sort === 'id' ? ['t.id'] : [`t.${sort}`, 't.id'];
}

function keyOfThing(thing: Thing, sort: ThingSort): readonly (string | number)[] {
  return sort === 'id' ? [thing.id] : [thing[sort], thing.id];
}

function keyset(
  sort: ThingSort,
  order: 'ascending' | 'descending',
  after: readonly (string | number)[],
): Fragment {
  const columns = sql.join(keyColumns(sort).map((column) => sql.ref(column)));
  const operator = order === 'ascending' ? sql`>` : sql`<`;
  return sql`(${columns}) ${operator} (${sql.join(after)})`;
}

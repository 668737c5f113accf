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
import { stillWanted } from '../../sqlite/messages.ts';
import { candidatesOf, scopeCandidates, type Candidates } from './candidates.ts';
import { filterCondition } from './filter-sql.ts';
import { inTenants, labelScope, tenantsOf, type LabelSets, type Tenants } from './scope.ts';

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
  const { limit, cursor, sort = 'id', order = 'ascending' } = query;
  const scope = scopeOf(query);
  const name = `${sort} ${order}`;
  const conditions = conditionsOf(scope);
  if (cursor !== undefined) conditions.push(keyset(sort, order, keyOf(cursor, name)));
  const where = sql.join(conditions, sql` AND `);
  const direction = order === 'ascending' ? sql`ASC` : sql`DESC`;
  const keys = keyColumns(sort).map((column) => sql`${sql.ref(column)} ${direction}`);
  const by = sql.join(keys);
  const source = await sourceOf(db, { ...scope, where, sort, by, limit });
  const { rows } = await sql<Row<'thing'>>`
    SELECT t.* FROM ${source} WHERE ${where} ORDER BY ${by} LIMIT ${limit + 1}`.execute(db);
  const items = rows.slice(0, limit).map(thingOf);
  const last = items.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items, cursor: more ? cursorOf(name, keyOfThing(last, sort)) : undefined };
}

/** Counts things up to `max`. */
export async function countThings(db: Db, query: CountQuery, max: number): Promise<Count> {
  const scope = scopeOf(query);
  const where = sql.join(conditionsOf(scope), sql` AND `);
  const source = (await smallSource(db, scope, candidatesOf(scope.tenants, scope.filter))) ?? byId;
  const count = await countUpTo(db, sql`SELECT t.id FROM ${source} WHERE ${where}`, max + 1);
  return { count: Math.min(count, max), exact: count <= max };
}

type Fragment = RawBuilder<unknown>;

export type CountQuery = Pick<ThingQuery, 'tenant' | 'below' | 'labels' | 'filter'>;

/** Which things belong to a list. */
interface Scope {
  readonly tenants: Tenants;
  readonly labels: LabelSets | undefined;
  readonly filter: Filter | undefined;
}

function scopeOf(query: CountQuery): Scope {
  const { labels, filter } = query;
  const bound = filter && unwrap(bindFilter(filter, thingFieldType));
  return { tenants: tenantsOf(query), labels, filter: bound };
}

interface Wanted extends Scope {
  readonly where: Fragment;
  readonly sort: ThingSort;
  readonly by: Fragment;
  readonly limit: number;
}

const byId = sql`thing AS t INDEXED BY thing_by_id`;

/** From where `thing AS t` is read. CROSS JOIN and INDEXED BY fix SQLite's plan (https://sqlite.org/optoverview.html § 8.2). */
async function sourceOf(db: Db, wanted: Wanted): Promise<Fragment> {
  const { tenants, labels, filter, where, sort, limit } = wanted;
  const all = candidatesOf(tenants, filter);
  const small = await smallSource(db, wanted, all);
  if (small !== undefined) return small;
  const walk = walkOf(wanted);
  const plain = filter === undefined && labels === undefined;
  if (plain || sort === 'id') return walk;
  const [large] = all;
  const source = large === undefined ? byId : joined(large);
  const max = matchesMax + 4 * limit;
  const { rows } = await sql<{ id: number }>`
    SELECT t.id FROM ${source} WHERE ${where} LIMIT ${max}`.execute(db);
  if (rows.length === max) return walk;
  const ids = JSON.stringify(rows.map((row) => row.id));
  return joined(sql`SELECT value AS id FROM json_each(${ids})`);
}

/**
 * A walk along the wanted order. The indexes are ordered within a tenant, so of several tenants each gives as many as
 * the whole list needs, and those are sorted.
 */
function walkOf({ tenants, where, sort, by, limit }: Wanted): Fragment {
  const walk = sql`thing AS t INDEXED BY ${sql.ref(`thing_by_${sort}`)}`;
  if (tenants.length === 1) return walk;
  return sql`json_each(${JSON.stringify(tenants)}) AS n CROSS JOIN thing AS t ON t.id IN (
    SELECT t.id FROM ${walk} WHERE t.tenant = n.value AND ${where} ORDER BY ${by} LIMIT ${limit + 1})`;
}

function joined(candidates: Candidates): Fragment {
  return sql`(${candidates}) AS c CROSS JOIN thing AS t ON t.id = c.id`;
}

/** The smallest set of candidates, of the filter or of what the asker may see, when it is small enough to be sorted. */
async function smallSource(
  db: Db,
  { tenants, labels }: Scope,
  ofFilter: readonly Candidates[],
): Promise<Fragment | undefined> {
  let best: Candidates | undefined;
  let least = candidatesMax;
  for (const candidates of [...ofFilter, ...scopeCandidates(tenants, labels)]) {
    const count = await countUpTo(db, candidates, least);
    if (count < least) {
      best = candidates;
      least = count;
    }
    if (least < 100) break;
  }
  return best && joined(sql`SELECT DISTINCT id FROM (${best})`);
}

async function countUpTo(db: Db, ids: Candidates, max: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    SELECT count(*) AS count FROM (${ids} LIMIT ${max})`.execute(db);
  return rows[0]?.count ?? 0;
}

function conditionsOf({ tenants, labels, filter }: Scope): Fragment[] {
  const conditions: Fragment[] = [inTenants('t.tenant', tenants), sql`t.deleted IS NULL`];
  if (labels !== undefined || filter !== undefined) conditions.push(sql.raw(stillWanted));
  if (labels !== undefined) conditions.push(labelScope(labels));
  if (filter !== undefined) conditions.push(filterCondition(filter));
  return conditions;
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

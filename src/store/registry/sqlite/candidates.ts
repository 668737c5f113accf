// SPDX-License-Identifier: Apache-2.0
import { sql, type RawBuilder } from 'kysely';
import { pathSegments, type Filter, type FilterLeaf } from '#model';
import { inTenants, type LabelSets, type Tenants } from './scope.ts';

/** A set of ids that an index gives without a scan and that contains all things a filter lets through. */
export type Candidates = RawBuilder<{ id: number }>;

type Bounds = readonly RawBuilder<unknown>[];

/** The sets that an index can give for a filter's necessary conditions; none for a filter without such. */
export function candidatesOf(tenants: Tenants, filter: Filter | undefined): readonly Candidates[] {
  const byPath = Map.groupBy(necessary(filter), (leaf) => leaf.path);
  const found: Candidates[] = [];
  for (const [path, leaves] of byPath) {
    const candidates = candidatesFor(tenants, path, leaves);
    if (candidates !== undefined) found.push(candidates);
  }
  return found.slice(0, 8);
}

/** Compound SELECTs have at most 500 terms (https://sqlite.org/limits.html). */
const setsMax = 100;

/** Things that carry one label of each set, some of them twice: a superset of those that carry all labels of one. */
export function* scopeCandidates(
  tenants: Tenants,
  labels: LabelSets | undefined,
): Generator<Candidates> {
  const sets = (labels ?? []).map((set) => Object.entries(set));
  if (sets.length === 0 || sets.length > setsMax || sets.some((set) => set.length === 0)) return;
  for (let i = 0; i < 4 && sets.some((set) => i < set.length); i++) {
    const parts = sets.map((set) => {
      const [label = '', value = ''] = set[Math.min(i, set.length - 1)] ?? [];
      return sql`SELECT thing AS id FROM thing_label
        WHERE ${inTenants('tenant', tenants)} AND label = ${label} AND value = ${value}`;
    });
    yield sql`${sql.join(parts, sql` UNION ALL `)}`;
  }
}

function* necessary(filter: Filter | undefined): Generator<FilterLeaf> {
  if (filter === undefined) return;
  switch (filter.op) {
    case 'or':
    case 'not':
      return;
    case 'and':
      for (const item of filter.items) yield* necessary(item);
      return;
    default:
      yield filter;
  }
}

const indexes: Readonly<Record<string, { column: string; index: string }>> = {
  name: { column: 'name', index: 'thing_by_name' },
  created: { column: 'created', index: 'thing_by_created' },
  updated: { column: 'updated', index: 'thing_by_updated' },
  kind: { column: 'kind', index: 'thing_by_kind' },
  lifecycle: { column: 'lifecycle', index: 'thing_by_lifecycle' },
  model: { column: 'model_uri', index: 'thing_by_model' },
};

function candidatesFor(
  tenants: Tenants,
  path: string,
  leaves: readonly FilterLeaf[],
): Candidates | undefined {
  const [first = '', label] = pathSegments(path);
  if (first === 'labels' && label !== undefined) return labelCandidates(tenants, label, leaves);
  const column = indexes[first];
  if (column !== undefined) {
    const bounds = boundsOf(leaves, column.column);
    return bounds.length === 0
      ? undefined
      : sql`SELECT id FROM thing INDEXED BY ${sql.ref(column.index)}
          WHERE ${inTenants('tenant', tenants)} AND deleted IS NULL AND ${sql.join(bounds, sql` AND `)}`;
  }
  if (first === 'online') {
    const online = leaves.some((leaf) => leaf.op === 'eq' && leaf.value === true);
    return online
      ? sql`SELECT id FROM thing INDEXED BY thing_online
          WHERE ${inTenants('tenant', tenants)} AND online = 1`
      : undefined;
  }
  if (first === 'id' || first === 'parent' || first === 'uri') {
    const bounds = boundsOf(
      leaves.filter(({ op }) => op === 'eq' || op === 'in' || (op === 'prefix' && first === 'uri')),
      first,
    );
    return bounds.length === 0
      ? undefined
      : sql`SELECT id FROM thing
          WHERE ${sql.join(bounds, sql` AND `)} AND ${inTenants('+tenant', tenants)} AND deleted IS NULL`;
  }
  return undefined;
}

function labelCandidates(
  tenants: Tenants,
  label: string,
  leaves: readonly FilterLeaf[],
): Candidates | undefined {
  const bounds = boundsOf(leaves, 'value');
  if (bounds.length === 0 && !leaves.some((leaf) => leaf.op === 'exists')) return undefined;
  return sql`SELECT thing AS id FROM thing_label
    WHERE ${sql.join([inTenants('tenant', tenants), sql`label = ${label}`, ...bounds], sql` AND `)}`;
}

function boundsOf(leaves: readonly FilterLeaf[], column: string): Bounds {
  const bounds: RawBuilder<unknown>[] = [];
  const ref = sql.ref(column);
  for (const leaf of leaves) {
    switch (leaf.op) {
      case 'eq':
        if (leaf.value !== null) bounds.push(sql`${ref} = ${leaf.value}`);
        break;
      case 'in':
        if (!leaf.values.includes(null) && leaf.values.length > 0) {
          bounds.push(sql`${ref} IN (${sql.join(leaf.values)})`);
        }
        break;
      case 'prefix':
        // Nothing that is valid text sorts after U+10FFFF.
        bounds.push(sql`${ref} >= ${leaf.value}`, sql`${ref} < ${`${leaf.value}\u{10ffff}`}`);
        break;
      case 'lt':
      case 'le':
        if (leaf.value !== null) bounds.push(sql`${ref} <= ${leaf.value}`);
        break;
      case 'gt':
      case 'ge':
        if (leaf.value !== null) bounds.push(sql`${ref} >= ${leaf.value}`);
        break;
      default:
    }
  }
  return bounds;
}

// SPDX-License-Identifier: Apache-2.0
import { sql, type RawBuilder } from 'kysely';
import { pathSegments, type Filter, type FilterLeaf, type FilterValue } from '#model';
import { isThingField, type ThingField } from '../thing-fields.ts';

/** A condition that is 1 or 0, never NULL, so that `not` may be put before it. */
export type Condition = RawBuilder<number>;

type Operand = RawBuilder<unknown>;

/** SQL of a bound filter over `thing AS t`: the same answers as `evaluateFilter` over `thingGetter`. */
export function filterCondition(filter: Filter): Condition {
  switch (filter.op) {
    case 'and':
      return joined(filter.items, sql`1`, sql` AND `);
    case 'or':
      return joined(filter.items, sql`0`, sql` OR `);
    case 'not':
      return sql`(NOT ${filterCondition(filter.item)})`;
    default:
      return leafCondition(filter);
  }
}

function joined(items: readonly Filter[], empty: Condition, by: RawBuilder<unknown>): Condition {
  return items.length === 0 ? empty : sql`(${sql.join(items.map(filterCondition), by)})`;
}

function leafCondition(leaf: FilterLeaf): Condition {
  if (leaf.op === 'ne') return sql`(NOT ${leafCondition({ ...leaf, op: 'eq' })})`;
  const [first = '', ...rest] = pathSegments(leaf.path);
  if (first === 'labels') return labelCondition(leaf, rest[0] ?? '');
  if (first === 'properties') return propertyCondition(leaf, rest);
  return isThingField(first) ? columnCondition(leaf, first) : sql`0`;
}

/** What a column holds, as `json_type` would call it. */
type Holds = 'text' | 'number' | 'boolean';

const columns: Record<Exclude<ThingField, 'types'>, { column: string; holds: Holds }> = {
  id: { column: 't.id', holds: 'number' },
  uri: { column: 't.uri', holds: 'text' },
  name: { column: 't.name', holds: 'text' },
  description: { column: 't.description', holds: 'text' },
  kind: { column: 't.kind', holds: 'text' },
  model: { column: 't.model_uri', holds: 'text' },
  modelVersion: { column: 't.model_version', holds: 'text' },
  parent: { column: 't.parent', holds: 'number' },
  lifecycle: { column: 't.lifecycle', holds: 'text' },
  created: { column: 't.created', holds: 'number' },
  updated: { column: 't.updated', holds: 'number' },
  seen: { column: 't.seen', holds: 'number' },
  online: { column: 't.online', holds: 'boolean' },
  revision: { column: 't.revision', holds: 'number' },
};

function columnCondition(leaf: FilterLeaf, field: ThingField): Condition {
  if (field === 'types') return manyCondition(leaf, sql`t.types`, sql`'$'`);
  const { column, holds } = columns[field];
  return sql`coalesce(${typedCondition(leaf, sql.ref(column), holds)}, 0)`;
}

function labelCondition(leaf: FilterLeaf, label: string): Condition {
  const where = (condition: Operand): Condition =>
    sql`EXISTS (SELECT 1 FROM thing_label AS l WHERE l.tenant = t.tenant AND l.label = ${label}
      AND l.thing = t.id AND ${condition})`;
  const missing = sql`(NOT ${where(sql`1`)})`;
  if (leaf.op === 'exists') return where(sql`1`);
  if (leaf.op === 'eq' && leaf.value === null) return sql`${missing}`;
  const present = where(typedCondition(leaf, sql.ref('l.value'), 'text'));
  const orMissing = leaf.op === 'in' && leaf.values.includes(null);
  return orMissing ? sql`(${present} OR ${missing})` : present;
}

function propertyCondition(leaf: FilterLeaf, names: readonly string[]): Condition {
  const path = sql`${`$${names.map((name) => `."${name}"`).join('')}`}`;
  const scalar = anyCondition(
    leaf,
    sql`json_type(t.properties, ${path})`,
    sql`json_extract(t.properties, ${path})`,
  );
  return sql`CASE json_type(t.properties, ${path}) WHEN 'array'
    THEN ${manyCondition(leaf, sql`t.properties`, path)} ELSE coalesce(${scalar}, 0) END`;
}

/** A condition on an array: one of its values fulfils it; an empty one is like a missing field. */
function manyCondition(leaf: FilterLeaf, json: Operand, path: Operand): Condition {
  const scalars = sql`e.type NOT IN ('object', 'array')`;
  const one = sql`EXISTS (SELECT 1 FROM json_each(${json}, ${path}) AS e
    WHERE ${scalars} AND ${anyCondition(leaf, sql.ref('e.type'), sql.ref('e.value'))})`;
  const anyScalar = sql`EXISTS (SELECT 1 FROM json_each(${json}, ${path}) AS e WHERE ${scalars})`;
  if (leaf.op === 'exists') return sql`${anyScalar}`;
  return takesNull(leaf) ? sql`(${one} OR NOT ${anyScalar})` : sql`${one}`;
}

function takesNull(leaf: FilterLeaf): boolean {
  return leaf.op === 'in' ? leaf.values.includes(null) : leaf.op === 'eq' && leaf.value === null;
}

/** A condition on a JSON value whose type is known only in the row. */
function anyCondition(leaf: FilterLeaf, type: Operand, value: Operand): Operand {
  switch (leaf.op) {
    case 'exists':
      return sql`(${type} IS NOT NULL AND ${type} NOT IN ('null', 'object'))`;
    case 'in':
      return orOf(leaf.values.map((wanted) => anyEquals(wanted, type, value)));
    case 'prefix':
    case 'contains':
      return sql`(${type} = 'text' AND ${typedCondition(leaf, value, 'text')})`;
    case 'eq':
      return anyEquals(leaf.value, type, value);
    default: {
      if (typeof leaf.value === 'string') {
        return sql`(${type} = 'text' AND ${typedCondition(leaf, value, 'text')})`;
      }
      return sql`(${type} IN ('integer', 'real') AND ${typedCondition(leaf, value, 'number')})`;
    }
  }
}

function anyEquals(wanted: FilterValue, type: Operand, value: Operand): Operand {
  switch (typeof wanted) {
    case 'string':
      return sql`(${type} = 'text' AND ${value} = ${wanted})`;
    case 'number':
      return sql`(${type} IN ('integer', 'real') AND ${value} = ${wanted})`;
    case 'boolean':
      return sql`(${type} = ${wanted ? 'true' : 'false'})`;
    default:
      return sql`(${type} IS NULL OR ${type} IN ('null', 'object'))`;
  }
}

/** A condition on a column whose type is known. */
function typedCondition(leaf: FilterLeaf, column: Operand, holds: Holds): Operand {
  switch (leaf.op) {
    case 'exists':
      return sql`(${column} IS NOT NULL)`;
    case 'in':
      return inCondition(leaf.values, column, holds);
    case 'prefix':
      return sql`(substr(${column}, 1, length(${leaf.value})) = ${leaf.value})`;
    case 'contains':
      return sql`(instr(${column}, ${leaf.value}) > 0)`;
    case 'eq':
      return inCondition([leaf.value], column, holds);
    default:
      return fits(leaf.value, holds) && holds !== 'boolean'
        ? sql`(${column} ${operators[leaf.op]} ${leaf.value})`
        : sql`0`;
  }
}

function inCondition(values: readonly FilterValue[], column: Operand, holds: Holds): Operand {
  const fitting = values.filter((value) => fits(value, holds));
  const conditions: Operand[] = [];
  if (fitting.length > 0) conditions.push(sql`coalesce(${column} IN (${sql.join(fitting)}), 0)`);
  if (values.includes(null)) conditions.push(sql`(${column} IS NULL)`);
  return orOf(conditions);
}

function fits(value: FilterValue, holds: Holds): boolean {
  return typeof value === (holds === 'text' ? 'string' : holds);
}

function orOf(conditions: readonly Operand[]): Operand {
  return conditions.length === 0 ? sql`0` : sql`(${sql.join(conditions, sql` OR `)})`;
}

const operators = {
  ne: sql`<>`,
  lt: sql`<`,
  le: sql`<=`,
  gt: sql`>`,
  ge: sql`>=`,
} as const;

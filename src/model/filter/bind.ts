// SPDX-License-Identifier: Apache-2.0
import { fail, ok, type Result } from '#core';
import type { Filter, FilterLeaf, FilterValue } from './ast.ts';
import { parseTime } from '../time.ts';

/** Type of a field that can be filtered on; `any` for free JSON such as labels. */
export type FieldType = 'string' | 'number' | 'boolean' | 'time' | 'any';

/**
 * Checks a filter against the fields that there are, and turns the ISO strings that are compared with time fields
 * into milliseconds. Faults: `model.unknown-field`, `model.filter-type`, with the path in `at`.
 */
export function bindFilter(
  filter: Filter,
  typeOf: (path: string) => FieldType | undefined,
): Result<Filter> {
  switch (filter.op) {
    case 'and':
    case 'or': {
      const items: Filter[] = [];
      for (const item of filter.items) {
        const bound = bindFilter(item, typeOf);
        if (!bound.ok) return bound;
        items.push(bound.value);
      }
      return ok({ op: filter.op, items });
    }
    case 'not': {
      const item = bindFilter(filter.item, typeOf);
      return item.ok ? ok({ op: 'not', item: item.value }) : item;
    }
    default: {
      const type = typeOf(filter.path);
      return type === undefined ? fail('model.unknown-field', filter.path) : bindLeaf(filter, type);
    }
  }
}

function bindLeaf(leaf: FilterLeaf, type: FieldType): Result<Filter> {
  switch (leaf.op) {
    case 'exists':
      return ok(leaf);
    case 'prefix':
    case 'contains':
      return type === 'string' || type === 'any' ? ok(leaf) : wrongType(leaf.path, type);
    case 'in': {
      const values: FilterValue[] = [];
      for (const value of leaf.values) {
        const bound = bindValue(leaf.path, type, value);
        if (!bound.ok) return bound;
        values.push(bound.value);
      }
      return ok({ ...leaf, values });
    }
    default: {
      const bound = bindValue(leaf.path, type, leaf.value);
      return bound.ok ? ok({ ...leaf, value: bound.value }) : bound;
    }
  }
}

function bindValue(path: string, type: FieldType, value: FilterValue): Result<FilterValue> {
  if (value === null || type === 'any') return ok(value);
  if (type !== 'time') return typeof value === type ? ok(value) : wrongType(path, type);
  if (typeof value === 'number') return ok(value);
  const time = typeof value === 'string' ? parseTime(value) : Number.NaN;
  return Number.isNaN(time) ? wrongType(path, type) : ok(time);
}

function wrongType(path: string, type: FieldType): Result<never> {
  const wanted = type === 'time' ? 'a time such as 2026-11-20T08:00:00Z' : `a ${type}`;
  return fail('model.filter-type', path, `${wanted} is expected`);
}

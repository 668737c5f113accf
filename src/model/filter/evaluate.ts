// SPDX-License-Identifier: Apache-2.0
import type { Comparison, Filter, FilterValue } from './ast.ts';

/** Reads a field by its path; undefined where it is missing, an array where it has several values. */
export type FieldGetter = (path: string) => FilterValue | readonly FilterValue[] | undefined;

/** Whether an object fulfils a filter; see `Filter` for the meaning of missing fields and of several values. */
export function evaluateFilter(filter: Filter, get: FieldGetter): boolean {
  switch (filter.op) {
    case 'and':
      return filter.items.every((item) => evaluateFilter(item, get));
    case 'or':
      return filter.items.some((item) => evaluateFilter(item, get));
    case 'not':
      return !evaluateFilter(filter.item, get);
    case 'exists': {
      const value = get(filter.path);
      return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
    }
    case 'in':
      return some(get(filter.path), (value) => filter.values.some((wanted) => same(value, wanted)));
    case 'prefix':
      return some(get(filter.path), (v) => typeof v === 'string' && v.startsWith(filter.value));
    case 'contains':
      return some(get(filter.path), (v) => typeof v === 'string' && v.includes(filter.value));
    default:
      return (
        some(get(filter.path), (value) => compares(filter.op, value, filter.value)) !==
        (filter.op === 'ne')
      );
  }
}

function some(
  value: FilterValue | readonly FilterValue[] | undefined,
  test: (value: FilterValue) => boolean,
): boolean {
  if (typeof value !== 'object' || value === null) return test(value ?? null);
  return value.length === 0 ? test(null) : value.some(test);
}

/** The comparison; for `ne` its opposite, which the caller turns round once over all values. */
function compares(op: Comparison, value: FilterValue, wanted: FilterValue): boolean {
  if (op === 'eq' || op === 'ne') return same(value, wanted);
  const order = orderOf(value, wanted);
  if (order === undefined) return false;
  if (op === 'lt') return order < 0;
  if (op === 'le') return order <= 0;
  return op === 'gt' ? order > 0 : order >= 0;
}

function same(a: FilterValue, b: FilterValue): boolean {
  return a === b;
}

function orderOf(a: FilterValue, b: FilterValue): number | undefined {
  if (typeof a === 'number' && typeof b === 'number') {
    return Number.isNaN(a) || Number.isNaN(b) ? undefined : a - b || Number(a > b) - Number(a < b);
  }
  return typeof a === 'string' && typeof b === 'string' ? compareText(a, b) : undefined;
}

/** Order by code point, which is the order of the UTF-8 bytes; `<` would order by UTF-16 unit. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    const astralX = x >= 0xd800 && x <= 0xdfff;
    const astralY = y >= 0xd800 && y <= 0xdfff;
    return astralX === astralY ? x - y : astralX ? 1 : -1;
  }
  return a.length - b.length;
}

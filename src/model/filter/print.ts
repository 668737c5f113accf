// SPDX-License-Identifier: Apache-2.0
import type { Filter, FilterValue } from './ast.ts';

const symbols = {
  eq: '=',
  ne: '!=',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
  contains: '~',
  prefix: '^=',
} as const;

/** The text of a filter; `parseFilter` gives the same filter back. */
export function printFilter(filter: Filter): string {
  switch (filter.op) {
    case 'and':
    case 'or':
      return filter.items.map(printOperand).join(` ${filter.op} `);
    case 'not':
      return `not ${printOperand(filter.item)}`;
    case 'exists':
      return `exists(${filter.path})`;
    case 'in':
      return `${filter.path} in (${filter.values.map(printValue).join(', ')})`;
    default:
      return `${filter.path} ${symbols[filter.op]} ${printValue(filter.value)}`;
  }
}

function printOperand(filter: Filter): string {
  const text = printFilter(filter);
  return filter.op === 'and' || filter.op === 'or' ? `(${text})` : text;
}

function printValue(value: FilterValue): string {
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  return Object.is(value, -0) ? '-0' : String(value);
}

// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import type { Filter, FilterValue } from './ast.ts';
import { pathOf } from './path.ts';

const segment = fc.oneof(
  fc.constantFrom('a', 'labels', 'name', '温度', 'x-1', 'in', 'exists', '0', ''),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
);
const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map(pathOf);
const text = fc.string({ unit: 'grapheme', maxLength: 8 });
const value: fc.Arbitrary<FilterValue> = fc.oneof(
  text,
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
);
/** Objects as literals make them. */
const plain = { noNullPrototype: true } as const;
const comparison = fc.constantFrom('eq', 'ne', 'lt', 'le', 'gt', 'ge');

/** Filters as the parser makes them. */
export const filter: fc.Arbitrary<Filter> = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.record({ op: comparison, path, value }, plain),
    fc.record(
      {
        op: fc.constant('in' as const),
        path,
        values: fc.array(value, { minLength: 1, maxLength: 4 }),
      },
      plain,
    ),
    fc.record({ op: fc.constantFrom('prefix', 'contains'), path, value: text }, plain),
    fc.record({ op: fc.constant('exists' as const), path }, plain),
    fc.record({ op: fc.constant('not' as const), item: tie('filter') }, plain),
    fc.record(
      {
        op: fc.constantFrom('and', 'or'),
        items: fc.array(tie('filter'), { minLength: 2, maxLength: 3 }),
      },
      plain,
    ),
  ),
})).filter;

// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { limitsOf } from '#core';
import { filter } from './filter.arbitrary.ts';
import {
  evaluateFilter,
  filterFromJson,
  parseFilter,
  printFilter,
  type FieldGetter,
  type FilterValue,
} from './index.ts';

const limits = limitsOf();

test('what is printed is parsed as the same filter', () => {
  fc.assert(
    fc.property(filter, (original) => {
      const text = printFilter(original);
      assert.deepEqual(parseFilter(text, limits), { ok: true, value: original }, text);
    }),
    { numRuns: 500 },
  );
});

test('what is kept as JSON is read as the same filter', () => {
  fc.assert(
    fc.property(filter, (original) => {
      assert.deepEqual(filterFromJson(structuredClone(original), limits), {
        ok: true,
        value: original,
      });
    }),
  );
});

test('ne is the opposite of eq, in is eq with any value', () => {
  const value = fc.oneof(fc.constantFrom<FilterValue>('a', 1, true, null), fc.constant(undefined));
  const field = fc.oneof(value, fc.array(fc.constantFrom<FilterValue>('a', 1, true)));
  fc.assert(
    fc.property(
      field,
      fc.array(fc.constantFrom<FilterValue>('a', 1, 2, null), { minLength: 1 }),
      (is, values) => {
        const get: FieldGetter = () => is;
        const eq = values.map((wanted) =>
          evaluateFilter({ op: 'eq', path: 'x', value: wanted }, get),
        );
        const ne = values.map((wanted) =>
          evaluateFilter({ op: 'ne', path: 'x', value: wanted }, get),
        );
        assert.deepEqual(
          ne,
          eq.map((truth) => !truth),
        );
        assert.equal(evaluateFilter({ op: 'in', path: 'x', values }, get), eq.includes(true));
      },
    ),
  );
});

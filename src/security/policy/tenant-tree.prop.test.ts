// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TenantTree } from './tenant-tree.ts';

/** Trees in which a tenant's parent has a smaller number; 1 is the root. */
const trees = fc.array(fc.nat(), { minLength: 1, maxLength: 40 }).map((choices) =>
  choices.map((choice, i) => ({
    ...{ id: i + 1, name: '', unknownProperties: 'refuse' as const, created: 0 },
    parent: i === 0 ? undefined : 1 + (choice % i),
  })),
);

test('a tenant is in the sub-tree of exactly those that it is within', () => {
  fc.assert(
    fc.property(trees, (rows) => {
      const tree = new TenantTree(rows);
      for (const { id: top } of rows) {
        const below = new Set(tree.subTree(top));
        for (const { id } of rows) assert.equal(below.has(id), tree.isWithin(id, top));
      }
      assert.equal(tree.subTree(1).length, rows.length);
      assert.deepEqual(tree.subTree(999), []);
      assert.equal(tree.isWithin(999, 1), false);
    }),
  );
});

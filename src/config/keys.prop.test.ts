// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { editDistance, findKey, keyText, leaves, suggestKey } from './keys.ts';

const word = fc.string({ maxLength: 12 });

test('edit distance is a metric on what it is used for', () => {
  fc.assert(
    fc.property(word, word, (a, b) => {
      assert.equal(editDistance(a, a), 0);
      assert.equal(editDistance(a, b), editDistance(b, a));
      assert.ok(editDistance(a, b) <= Math.max(a.length, b.length));
      assert.ok(editDistance(a, b) >= Math.abs(a.length - b.length));
    }),
  );
});

test('every key is found from its text in any case', () => {
  for (const [path] of leaves()) {
    assert.deepEqual(findKey(keyText(path).split('.'), []), path);
    assert.deepEqual(findKey(keyText(path).toUpperCase().split('.'), []), path);
  }
});

test('a key with one wrong letter is suggested', () => {
  const keys = [...leaves()].map(([path]) => keyText(path)).filter((key) => key.length > 6);
  fc.assert(
    fc.property(fc.constantFrom(...keys), fc.nat(), (key, where) => {
      const index = where % key.length;
      const broken = `${key.slice(0, index)}~${key.slice(index + 1)}`;
      assert.equal(findKey(broken.split('.'), []), undefined);
      assert.ok(suggestKey(broken.split('.'), []));
    }),
    { numRuns: 30 },
  );
});

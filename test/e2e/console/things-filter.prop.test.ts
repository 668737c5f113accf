// SPDX-License-Identifier: Apache-2.0
// The filter bar of 设备 writes the platform's language and reads it back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { limitsOf } from '#core';
import { bindFilter, parseFilter } from '#model';
import { thingFieldType } from '#store';
import {
  clausesOf,
  conditionsOf,
  filterOf,
} from '../../../console/src/pages/things/list/filter-text.ts';

const limits = limitsOf();
const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
const trimmed = word.map((text) => text.trim()).filter((text) => text !== '');
const plain = { noNullPrototype: true };
const conditions = fc.record(
  {
    text: fc.oneof(fc.constant(''), trimmed, fc.constant('42')),
    online: fc.constantFrom('' as const, 'true' as const, 'false' as const),
    lifecycle: fc.constantFrom('', 'active', 'disabled'),
    model: fc.oneof(fc.constant(''), trimmed),
    labels: fc.array(fc.record({ name: trimmed, value: word }, plain), { maxLength: 3 }),
    others: fc.subarray(['exists(parent)', "(kind = 'a' or kind = 'b')", "not name ^= 'x and y'"]),
  },
  plain,
);

test('what the fields say is a filter that the platform takes, and is read back the same', () => {
  fc.assert(
    fc.property(conditions, (wanted) => {
      const text = filterOf(wanted);
      assert.deepEqual(conditionsOf(text), wanted, text);
      if (text === '') return;
      const parsed = parseFilter(text, limits);
      assert(parsed.ok, `${text}: ${JSON.stringify(parsed)}`);
      assert(bindFilter(parsed.value, thingFieldType).ok, text);
    }),
  );
});

test('a filter written by hand keeps its meaning when a field changes', () => {
  const written = "kind = 'a' or labels.city = 'x and y' and online = true";
  const [whole] = clausesOf(written);
  assert.equal(whole, `(${written})`);
  const changed = filterOf({ ...conditionsOf(written), lifecycle: 'active' });
  const parsed = parseFilter(changed, limits);
  const before = parseFilter(written, limits);
  assert(parsed.ok && before.ok);
  assert.deepEqual(parsed.value, {
    op: 'and',
    items: [{ op: 'eq', path: 'lifecycle', value: 'active' }, before.value],
  });
});

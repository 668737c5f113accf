// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unwrap } from '#core';
import { modelOf } from './payload/fixtures.ts';
import { checkValue, storedAsSeen, valueOf } from './values.ts';

const model = modelOf({
  n: { type: 'number', minimum: 0, maximum: 10 },
  i: { type: 'integer' },
  b: { type: 'boolean' },
  s: { type: 'string', maxLength: 3 },
  o: { type: 'object', properties: { x: { type: 'number' } } },
  a: { type: 'array', maxItems: 2 },
  p: { '@type': 'geo:Point' },
});

function check(name: string, value: unknown): unknown {
  const slot = model.property(name);
  assert.ok(slot !== undefined);
  const stored = checkValue(slot, value);
  if (!stored.ok) return `${stored.fault.code} ${stored.fault.at}`;
  return valueOf(slot.type, stored.value);
}

test('a good value comes back as it was', () => {
  const values: readonly (readonly [string, unknown])[] = [
    ['n', 0],
    ['n', 10],
    ['n', 1e-300],
    ['i', -7],
    ['b', true],
    ['b', false],
    ['s', ''],
    ['s', '温度'],
    ['o', { x: 1, y: [null] }],
    ['a', []],
    ['a', [1, 'x']],
    ['p', [121.5, 31.2, 4]],
  ];
  for (const [name, value] of values) assert.deepEqual(check(name, value), value);
  assert.deepEqual(check('p', { lat: 1, lon: 2 }), [2, 1]);
});

test('a bad value is refused', () => {
  const values: readonly (readonly [string, unknown, string])[] = [
    ['n', -0.1, 'model.out-of-range '],
    ['n', 10.1, 'model.out-of-range '],
    ['n', Number.NaN, 'model.out-of-range '],
    ['n', '1', 'model.wrong-type '],
    ['n', null, 'model.wrong-type '],
    ['n', 1n, 'model.wrong-type '],
    ['i', 1.5, 'model.wrong-type '],
    ['i', 1e300, 'model.out-of-range '],
    ['b', 1, 'model.wrong-type '],
    ['s', 'abcd', 'model.schema-mismatch '],
    ['s', '\ud800', 'model.wrong-type '],
    ['o', [], 'model.wrong-type '],
    ['o', null, 'model.wrong-type '],
    ['o', { x: 'y' }, 'model.schema-mismatch /x'],
    ['o', { y: Number.NaN }, 'model.out-of-range '],
    ['a', {}, 'model.wrong-type '],
    ['a', [1, 2, 3], 'model.schema-mismatch '],
    ['p', [200, 0], 'model.wrong-type '],
    ['p', undefined, 'model.wrong-type '],
  ];
  for (const [name, value, fault] of values)
    assert.equal(check(name, value), fault, `${name} ${String(value)}`);
});

test('values without a model are kept as they come', () => {
  assert.deepEqual(unwrap(storedAsSeen(true)), { kind: 'number', number: 1 });
  assert.deepEqual(unwrap(storedAsSeen({ a: 1 })), { kind: 'text', text: '{"a":1}', textKind: 2 });
  for (const value of [null, undefined, Number.NaN, '\ud800', { a: Number.NaN }, 1n])
    assert.ok(!storedAsSeen(value).ok);
});

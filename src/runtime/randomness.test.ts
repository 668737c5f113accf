// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from './randomness.ts';

test('draws lie in [0, 1), differ, and fill the range', () => {
  const random = systemRandom();
  const draws = Array.from({ length: 5_000 }, () => random.next());
  assert.ok(draws.every((value) => value >= 0 && value < 1));
  assert.equal(new Set(draws).size, draws.length);
  const tenths = new Set(draws.map((value) => Math.floor(value * 10)));
  assert.equal(tenths.size, 10);
});

// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { TokenBuckets } from './token-buckets.ts';

test('a burst, then so many a second, each key by itself', () => {
  const buckets = new TokenBuckets({ perSecond: 2, burst: 3, rememberedMax: 10 });
  const at = (now: number): boolean => buckets.take('a', now);
  assert.deepEqual([at(0), at(0), at(0), at(0)], [true, true, true, false]);
  assert.equal(buckets.take('b', 0), true);
  assert.deepEqual([at(499), at(500), at(500)], [false, true, false]);
  assert.deepEqual([at(60_000), at(60_000), at(60_000), at(60_000)], [true, true, true, false]);
});

test('so many keys are remembered, and no more', () => {
  const buckets = new TokenBuckets({ perSecond: 1, burst: 1, rememberedMax: 2 });
  for (const key of ['a', 'b', 'c']) assert.equal(buckets.take(key, 0), true);
  assert.equal(buckets.take('c', 0), false);
  assert.equal(buckets.take('b', 0), false);
  assert.equal(buckets.take('a', 0), true, 'forgotten');
});

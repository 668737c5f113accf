// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { AddressRanges, limitsOf } from '#core';
import { IdentityLimits, SourceLimits } from './source-limits.ts';

test('accepts a burst, then so many a second, each source by itself', () => {
  const limits = limitsOf({
    'mqtt.connectsPerSecondPerSource': 2,
    'mqtt.connectBurstPerSource': 3,
  });
  const sources = new SourceLimits(limits);
  const at = (now: number): boolean => sources.accept('192.0.2.1', now) === undefined;
  assert.deepEqual([at(0), at(0), at(0), at(0)], [true, true, true, false]);
  assert.equal(sources.accept('192.0.2.2', 0), undefined);
  assert.deepEqual([at(500), at(500)], [true, false]);
  assert.equal(sources.accept('192.0.2.1', 501), 'mqtt.connectsPerSecondPerSource');
});

test('a ban doubles when it is earned again', () => {
  const limits = limitsOf({ 'auth.failuresPerMinutePerSource': 2, 'auth.sourceBanMs': 10_000 });
  const sources = new SourceLimits(limits);
  assert.deepEqual([sources.failure('a', 0), sources.failure('a', 1)], [false, true]);
  assert.equal(sources.accept('a', 10_000), 'auth.sourceBanMs');
  assert.equal(sources.accept('a', 10_001), undefined);
  assert.deepEqual([sources.failure('a', 20_000), sources.failure('a', 20_000)], [false, true]);
  assert.equal(sources.accept('a', 39_999), 'auth.sourceBanMs');
  assert.equal(sources.accept('a', 40_000), undefined);
  assert.deepEqual([sources.failure('b', 0), sources.failure('b', 61_000)], [false, false]);
});

test('an identity is banned when it comes too often, and not for ever', () => {
  const flapping = new IdentityLimits({ windowMs: 1_000, countMax: 2, banMs: 5_000 });
  assert.deepEqual(
    [0, 1, 2].map((now) => flapping.count('c', now)),
    [false, false, true],
  );
  assert.equal(flapping.banned('c', 5_001), true);
  assert.equal(flapping.banned('c', 5_002), false);
  assert.equal(flapping.count('c', 6_000), false);
  assert.equal(flapping.banned('other', 3), false);
});

test('an address that many devices share is neither slowed down nor banned', () => {
  const limits = limitsOf({
    'mqtt.connectsPerSecondPerSource': 1,
    'mqtt.connectBurstPerSource': 1,
    'auth.failuresPerMinutePerSource': 1,
  });
  const sources = new SourceLimits(limits, () => 0, new AddressRanges(['100.64.0.0/10']));
  for (let i = 0; i < 10; i++) {
    assert.equal(sources.accept('100.64.3.4', 0), undefined);
    assert.equal(sources.failure('100.64.3.4', 0), false);
  }
  assert.equal(sources.failure('192.0.2.1', 0), true);
});

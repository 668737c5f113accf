// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Seconds } from '#core';
import { SimClock } from '#runtime/sim';
import { Expiry } from './expiry.ts';
import type { Revocation } from './port.ts';

it('each right ends within a second of its end, once; nothing runs while none has an end', () => {
  const clock = new SimClock();
  const ended: Revocation[] = [];
  const expiry = new Expiry(clock, (revocation) => ended.push(revocation));
  expiry.watch({ credential: 1 }, undefined);
  assert.equal(clock.pending, 0);
  const now = clock.now();
  expiry.watch({ credential: 2 }, now + Seconds(10));
  expiry.watch({ credential: 2 }, now + Seconds(10));
  expiry.watch({ token: 2 }, now + Seconds(20));
  clock.advance(Seconds(9.9));
  assert.deepEqual(ended, []);
  clock.advance(Seconds(1));
  assert.deepEqual(ended, [{ credential: 2 }]);
  clock.advance(Seconds(10));
  assert.deepEqual(ended, [{ credential: 2 }, { token: 2 }]);
  assert.equal(clock.pending, 0);
});

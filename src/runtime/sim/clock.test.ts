// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { SimClock } from './clock.ts';

it('time moves only when told, and fires timers in order', () => {
  const clock = new SimClock(1_000);
  const fired: string[] = [];
  clock.after(20, () => fired.push('b'));
  clock.after(10, () => fired.push('a'));
  clock.after(20, () => fired.push('c'));
  assert.equal(clock.now(), 1_000);
  clock.advance(19);
  assert.deepEqual(fired, ['a']);
  clock.advance(1);
  assert.deepEqual(fired, ['a', 'b', 'c']);
  assert.equal(clock.now(), 1_020);
  assert.equal(clock.monotonic(), 20);
});

it('repeats until cancelled, and sees the time at which each is due', () => {
  const clock = new SimClock(0);
  const times: number[] = [];
  const timer = clock.every(10, () => times.push(clock.now()));
  clock.advance(35);
  timer.cancel();
  clock.advance(100);
  assert.deepEqual(times, [10, 20, 30]);
  assert.equal(clock.pending, 0);
});

it('a timer set by a timer falls due in the same step', () => {
  const clock = new SimClock();
  let fired = false;
  clock.after(5, () => clock.after(5, () => (fired = true)));
  clock.advance(10);
  assert.equal(fired, true);
});

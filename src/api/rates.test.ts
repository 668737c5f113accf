// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Seconds } from '#core';
import { SimClock } from '#runtime/sim';
import { Rates } from './rates.ts';

test('rates: zero at first, over ten seconds now, sixty points over five minutes', () => {
  const clock = new SimClock();
  let messages = 0;
  using rates = new Rates(clock, () => ({ messages, readings: messages * 2 }));
  rates.start();
  assert.deepEqual([rates.now().messages, rates.line()], [0, []]);
  const pass = (seconds: number, perSecond: number): void => {
    for (let i = 0; i < seconds; i++) {
      messages += perSecond;
      clock.advance(Seconds(1));
    }
  };
  pass(2, 10);
  assert.deepEqual([rates.now().messages, rates.now().readings], [10, 20]);
  pass(10, 30);
  assert.equal(rates.now().messages, 30);
  pass(400, 5);
  pass(5, 50);
  const line = rates.line();
  assert.equal(line.length, 60);
  assert.deepEqual(
    line.slice(-2).map((point) => point.messages),
    [5, 50],
  );
  assert.equal(rates.now().messages, 27.5);
  assert.equal(line.at(-1)?.time, clock.now());
});

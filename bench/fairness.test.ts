// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { bench } from './fairness.ts';

test('every kind of noise is measured, and nothing of the honest devices is lost', async () => {
  const small = ['--honest', '200', '--noisy', '20', '--every', '1000'];
  const figures = await bench.run([...small, '--seconds', '1', '--rounds', '1']);
  const rows: unknown = figures['rows'];
  assert(Array.isArray(rows));
  assert.deepEqual(
    rows.map(({ noise }) => noise),
    ['nobody', 'a device', 'devices', 'a tenant'],
  );
  for (const { messages, lost, broken, p99, noise, noisePerSecond } of rows) {
    assert(messages > 100, `${noise}: ${messages} messages`);
    assert.equal(lost + broken, 0, noise);
    assert(p99 > 0);
    assert.equal(noisePerSecond > 0, noise !== 'nobody', noise);
  }
});

// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { it } from 'node:test';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { runDiskSimulation, type SimulationOptions, type SimulationRow } from './index.ts';

/** The test runner follows every promise, which makes the simulation six times slower: it runs in a thread of its own. */
async function simulated(options: SimulationOptions): Promise<SimulationRow[]> {
  const worker = new Worker(import.meta.filename, { workerData: options });
  const [rows] = await once(worker, 'message');
  return rows;
}

/** Known seeds, and new ones every time; the message of a failure has the seed that repeats it. */
for (const [seed, runs, sweeps] of isMainThread
  ? ([
      [1, 800, true],
      [Date.now() % 1_000_000_007, 300, false],
    ] as const)
  : []) {
  it(`the log keeps its promises on a bad disk, seeds from ${seed}`, async () => {
    const rows = await simulated({ seed, runs, sweeps });
    for (const row of rows) {
      assert.deepEqual(row.failures, [], row.scenario);
      assert.ok(row.runs > 0, `${row.scenario} has run`);
    }
    const random = rows[0];
    assert.ok(random && random.acknowledged > runs && random.crashes > runs);
    assert.equal(rows.length, sweeps ? 7 : 1);
  });
}

if (!isMainThread) parentPort?.postMessage(await runDiskSimulation(workerData));

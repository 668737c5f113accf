// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isClean, runCrash } from '../../tools/crash/run.ts';

const seed = Number(process.env['FENGSUI_SEED'] ?? Date.now() % 1_000_000_007);

test(`kill -9 under load loses nothing acknowledged (seed ${seed})`, async (t) => {
  const note = (text: string): void => t.diagnostic(text);
  const report = await runCrash({ runs: 5, seed, checkEvery: 2, note });
  assert.ok(isClean(report), JSON.stringify(report));
});

test(`a log that loses its tail is found out (seed ${seed})`, async (t) => {
  const note = (text: string): void => t.diagnostic(text);
  const report = await runCrash({ runs: 3, seed, checkEvery: 10, plant: 'lose-last', note });
  assert.ok(report.lost > 0, JSON.stringify(report));
});

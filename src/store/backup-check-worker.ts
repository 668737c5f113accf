// SPDX-License-Identifier: Apache-2.0
import { parentPort, workerData } from 'node:worker_threads';
import { FaultError } from '#core';
import type { CheckAnswer } from './backup-check-answer.ts';
import { checkBackup } from './backup-check.ts';

const problemsMax = 5;

async function answer(directory: string): Promise<CheckAnswer> {
  try {
    const check = await checkBackup(directory);
    if ('content' in check) return { ok: true, detail: '', ...check.content };
    const shown = check.problems.slice(0, problemsMax);
    return { ok: false, detail: shown.map((each) => `${each.path}: ${each.problem}`).join('; ') };
  } catch (error) {
    if (!(error instanceof FaultError)) return { ok: false, detail: String(error) };
    const { code, at, detail } = error.fault;
    return { ok: false, detail: [code, at, detail].filter(Boolean).join(': ') };
  }
}

parentPort?.postMessage(await answer(String(workerData)));

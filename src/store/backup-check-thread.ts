// SPDX-License-Identifier: Apache-2.0
import { Worker } from 'node:worker_threads';
import { isCheckAnswer, type CheckAnswer } from './backup-check-answer.ts';

/** Checks a backup on a thread of its own, so that the server goes on; what it found, never a throw. */
export function checkBackupAside(directory: string): Promise<CheckAnswer> {
  const { promise, resolve } = Promise.withResolvers<CheckAnswer>();
  const failed = (reason: string): void => resolve({ ok: false, detail: reason });
  const worker = new Worker(new URL('./backup-check-worker.ts', import.meta.url), {
    workerData: directory,
  });
  worker.once('message', (answer: unknown) => {
    if (isCheckAnswer(answer)) resolve(answer);
    else failed('the check gave no answer');
  });
  worker.once('error', (error: unknown) => failed(String(error)));
  worker.once('exit', (code) => failed(`the check ended with ${code}`));
  return promise;
}

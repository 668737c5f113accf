// SPDX-License-Identifier: Apache-2.0
// Runs every *.fuzz.ts for a time box. Fails on a throw, on an input that takes longer than a second, on a loop
// without end and on memory that grows. The seed it prints reruns the failure.
//   npm run fuzz -- [--seconds 60] [--seed N] [--runs N] [--only part]… [--directory DIR]
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { filesOf } from '../lib/files.ts';
import { root } from '../lib/gate.ts';
import { hangMs, type FuzzOutcome, type FuzzTask } from './port.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    runs: { type: 'string', default: '0' },
    only: { type: 'string', multiple: true },
    directory: { type: 'string', default: root },
  },
});

const loadMsMax = 30_000;
const heapMegabytesMax = 1_024;

/** Watches one worker from outside: a loop without end cannot report itself. */
function watch(task: FuzzTask): Promise<FuzzOutcome> {
  const progress = new Uint32Array(task.progress);
  const name = path.basename(task.file);
  const end = (text: string): FuzzOutcome => ({
    name,
    inputs: Number(progress[0]),
    grownBytes: 0,
    failure: { seed: Number(progress[1]), text },
  });
  return new Promise((resolve) => {
    const worker = new Worker(new URL('worker.ts', import.meta.url), {
      workerData: task,
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytesMax },
    });
    let seen = -1;
    let since = performance.now();
    const timer = setInterval(() => {
      const done = Number(progress[0]);
      if (done !== seen) {
        seen = done;
        since = performance.now();
      }
      const patience = progress[2] === 1 ? hangMs : loadMsMax;
      if (performance.now() - since > patience) finish(end(`hang: no end after ${patience} ms`));
    }, 100);
    const finish = (outcome: FuzzOutcome): void => {
      clearInterval(timer);
      resolve(outcome);
      void worker.terminate();
    };
    worker.on('message', finish);
    worker.on('error', (error) =>
      finish(end(error instanceof Error ? (error.stack ?? error.message) : String(error))),
    );
    worker.on('exit', () => finish(end('the worker ended without an answer')));
  });
}

function report(outcome: FuzzOutcome, file: string): void {
  const { failure, inputs, grownBytes } = outcome;
  const grown = `${(grownBytes / 1_048_576).toFixed(1)} MiB`;
  process.stdout.write(
    `${failure ? 'FAIL' : 'ok  '} ${outcome.name}: ${inputs} inputs, memory ${grown}\n`,
  );
  if (failure === undefined) return;
  const again = `npm run fuzz -- --only ${path.basename(file)} --seed ${failure.seed} --runs 1`;
  process.stdout.write(`     seed ${failure.seed}: ${failure.text}\n     again: ${again}\n`);
}

const base = path.resolve(values.directory);
const files = filesOf(['src/**/*.fuzz.ts', 'test/**/*.fuzz.ts'], base).filter(
  (file) => values.only?.some((part) => file.includes(part)) ?? true,
);
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(values.seed);
const milliseconds = (Number(values.seconds) * 1000) / Math.max(1, files.length);
process.stdout.write(`fuzz: seed ${seed}, ${files.length} fuzzers\n`);
for (const file of files) {
  const outcome = await watch({
    file: path.join(base, file),
    seed,
    milliseconds,
    runs: Number(values.runs),
    progress: new SharedArrayBuffer(12),
  });
  report(outcome, file);
  if (outcome.failure) process.exitCode = 1;
}

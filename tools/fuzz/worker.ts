// SPDX-License-Identifier: Apache-2.0
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';
import { SeededRandom } from '#core';
import { grownBytesMax, inputMsMax, type Fuzz, type FuzzOutcome, type FuzzTask } from './port.ts';

const task: FuzzTask = workerData;
const progress = new Uint32Array(task.progress);

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

function usedBytes(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** One input; its milliseconds. */
async function once(fuzz: Fuzz, seed: number): Promise<number> {
  Atomics.store(progress, 1, seed);
  const started = performance.now();
  const pending = fuzz.run(new SeededRandom(seed));
  if (pending) await pending;
  Atomics.add(progress, 0, 1);
  return performance.now() - started;
}

/** Runs a seed; says what is wrong with it. A slow input is asked again, since the machine may have been busy. */
async function tryInput(fuzz: Fuzz, seed: number): Promise<FuzzOutcome['failure']> {
  try {
    if ((await once(fuzz, seed)) <= inputMsMax) return undefined;
    const ms = await once(fuzz, seed);
    return ms <= inputMsMax ? undefined : { seed, text: `slow: ${ms.toFixed(0)} ms for one input` };
  } catch (error) {
    return { seed, text: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

async function loop(fuzz: Fuzz): Promise<FuzzOutcome> {
  const started = performance.now();
  const over = (share: number): boolean => performance.now() - started > task.milliseconds * share;
  const outcome = { name: fuzz.name, grownBytes: 0 };
  for (const seed of fuzz.corpus ?? []) {
    const failure = await tryInput(fuzz, seed);
    if (failure) return { ...outcome, inputs: Number(progress[0]), failure };
  }
  // Caches and compiled code settle in the first third; what grows after it is kept by the code under test.
  let base: number | undefined;
  for (let index = 0; task.runs === 0 ? !over(1) : index < task.runs; index++) {
    const failure = await tryInput(fuzz, (task.seed + index) >>> 0);
    if (failure) return { ...outcome, inputs: Number(progress[0]), failure };
    if (base === undefined && over(1 / 3)) base = usedBytes();
  }
  const grownBytes = base === undefined ? 0 : usedBytes() - base;
  const text = `memory grew by ${(grownBytes / 1_048_576).toFixed(1)} MiB`;
  const failure = grownBytes > grownBytesMax ? { seed: task.seed, text } : undefined;
  return { ...outcome, inputs: Number(progress[0]), grownBytes, failure };
}

const loaded: { readonly fuzz?: Fuzz } = await import(pathToFileURL(task.file).href);
if (loaded.fuzz === undefined) throw new Error(`${task.file} does not export 'fuzz'`);
Atomics.store(progress, 2, 1);
const outcome = await loop(loaded.fuzz);
await loaded.fuzz.end?.();
parentPort?.postMessage(outcome);

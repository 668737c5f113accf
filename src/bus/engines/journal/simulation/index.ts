// SPDX-License-Identifier: Apache-2.0
import { randomRun } from './random-run.ts';
import { failEvery, flipEveryBit } from './sweeps.ts';

/** One line of the table that `npm run crash` prints. */
export interface SimulationRow {
  readonly scenario: string;
  readonly seed: number;
  readonly runs: number;
  readonly crashes: number;
  readonly appended: number;
  readonly acknowledged: number;
  readonly failures: readonly { readonly seed: number; readonly error: string }[];
}

export interface SimulationOptions {
  readonly seed: number;
  readonly runs: number;
  /** Whether the sweeps over every write, sync and bit come on top (default true). */
  readonly sweeps?: boolean;
}

/**
 * Runs the log on the simulated disk: `runs` random runs with the seeds `seed`, `seed + 1`, …, then each sweep. A failure names
 * the seed that repeats it; it does not end the run.
 */
export async function runDiskSimulation(options: SimulationOptions): Promise<SimulationRow[]> {
  const { seed, sweeps = true } = options;
  const random = await randomRuns(options);
  if (!sweeps) return [random];
  return [
    random,
    await sweep('EIO at every write', seed, () => failEvery(seed, 'write', 'EIO')),
    await sweep('EIO at every sync', seed, () => failEvery(seed, 'sync', 'EIO')),
    await sweep('ENOSPC at every write', seed, () => failEvery(seed, 'write', 'ENOSPC')),
    await sweep('every bit flipped, closed log', seed, () => flipEveryBit(seed, 'closed')),
    await sweep('every bit flipped, after a crash', seed, () => flipEveryBit(seed, 'cut off')),
    await sweep('every bit flipped, older segment', seed, () =>
      flipEveryBit(seed, 'followed by a segment'),
    ),
  ];
}

async function randomRuns({ seed, runs }: SimulationOptions): Promise<SimulationRow> {
  const failures: { seed: number; error: string }[] = [];
  const sum = { crashes: 0, appended: 0, acknowledged: 0 };
  for (let i = 0; i < runs; i++) {
    try {
      const world = await randomRun(seed + i);
      sum.crashes += world.crashes;
      sum.appended += world.appended;
      sum.acknowledged += world.acknowledged;
    } catch (error) {
      failures.push({ seed: seed + i, error: String(error) });
    }
  }
  const scenario = 'power loss, kill, EIO, full disk by chance';
  return { scenario, seed, runs, ...sum, failures };
}

async function sweep(
  scenario: string,
  seed: number,
  run: () => Promise<number>,
): Promise<SimulationRow> {
  const none = { crashes: 0, appended: 0, acknowledged: 0 };
  try {
    return { scenario, seed, runs: await run(), ...none, failures: [] };
  } catch (error) {
    return { scenario, seed, runs: 0, ...none, failures: [{ seed, error: String(error) }] };
  }
}

// SPDX-License-Identifier: Apache-2.0
import { Hours } from '#core';
import type { Grid } from './grid.ts';
import type { Manifest, Period } from './manifest.ts';
import { type Slice, touches } from './source.ts';

/** Width of the roll-ups beside every part. Files hold it: never changed. */
export const rollupMs = Hours(1);

/** A stretch of time that is answered from readings or from roll-ups. */
export interface Run {
  readonly kind: 'readings' | 'rollups';
  readonly from: number;
  readonly to: number;
}

/** More runs than this are not worth it: the readings are asked for all of them at once. */
const runsMax = 32;

/**
 * Cuts a question into runs in order of time. Roll-ups serve whole hours of periods that are fully compacted: late readings
 * and hot ones are not in them yet.
 */
export function runsOf(
  manifest: Manifest,
  slice: Slice,
  grid: Grid,
  usable: (period: Period) => boolean,
): Run[] {
  const whole: Run = { kind: 'readings', from: slice.from, to: slice.to };
  const aligned = [grid.width, grid.origin, manifest.periodMs].every((ms) => ms % rollupMs === 0);
  if (!aligned) return [whole];
  const runs: Run[] = [];
  const add = (kind: Run['kind'], from: number, to: number): void => {
    if (from >= to) return;
    const last = runs.at(-1);
    if (last?.kind === kind) runs[runs.length - 1] = { kind, from: last.from, to };
    else runs.push({ kind, from, to });
  };
  for (const period of manifest.within(slice.from, slice.to)) {
    const from = Math.max(slice.from, manifest.start(period.index));
    const to = Math.min(slice.to, manifest.start(period.index + 1));
    const parts = period.parts.filter((part) => touches(part, slice));
    const compacted = period.hot === undefined && period.late === 0;
    if (!compacted || parts.some((part) => part.rollup === '') || !usable(period)) {
      add('readings', from, to);
      continue;
    }
    const first = Math.ceil(from / rollupMs) * rollupMs;
    const last = Math.floor(to / rollupMs) * rollupMs;
    add('readings', from, Math.min(first, to));
    add('rollups', first, last);
    add('readings', Math.max(first, last), to);
  }
  return runs.length > runsMax ? [whole] : runs;
}

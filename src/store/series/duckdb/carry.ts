// SPDX-License-Identifier: Apache-2.0
import type { Session } from './lanes.ts';
import type { Manifest } from './manifest.ts';
import { type Place, type Slice, seriesIn, sourceOf } from './source.ts';

/**
 * The last number of each series before the slice begins: what a time-weighted mean starts from. Looks back period by period,
 * but only into those that hold one of the series.
 */
export async function carriedInto(
  session: Session,
  manifest: Manifest,
  place: Place,
  slice: Slice & { readonly series: readonly number[] },
): Promise<Map<number, number>> {
  const found = new Map<number, number>();
  let missing = slice.series;
  for (const index of await periodsBefore(session, manifest, place, slice)) {
    const to = Math.min(slice.from, manifest.start(index + 1));
    const source = sourceOf(manifest, place, { series: missing, from: manifest.start(index), to });
    if (source === undefined) continue;
    const rows = await session.ask(
      `SELECT series::DOUBLE, arg_max(value, time) FROM (${source.sql})
        WHERE value IS NOT NULL GROUP BY series`,
      2,
    );
    for (let i = 0; i < rows.rows; i++)
      found.set(rows.numbers[0]?.[i] ?? 0, rows.numbers[1]?.[i] ?? 0);
    missing = missing.filter((id) => !found.has(id));
    if (missing.length === 0) break;
  }
  return found;
}

/** Periods that may hold something of the series before the slice, newest first. */
async function periodsBefore(
  session: Session,
  manifest: Manifest,
  place: Place,
  slice: Slice & { readonly series: readonly number[] },
): Promise<number[]> {
  const periods = new Set<number>();
  const current = Math.floor((slice.from - 1) / manifest.periodMs);
  for (const period of manifest.periods.values()) {
    if (period.index > current) continue;
    const { track } = period;
    const hot =
      track === undefined
        ? period.hot !== undefined
        : slice.series.some((id) => (track.count[id] ?? 0) > 0);
    if (hot || period.late > 0) periods.add(period.index);
  }
  const stored = await session.ask(
    `SELECT DISTINCT period::DOUBLE FROM ${place.alias}.totals
      WHERE ${seriesIn(slice)} AND period <= ${current}`,
    1,
  );
  for (const period of stored.numbers[0] ?? []) periods.add(period);
  return [...periods].sort((a, b) => b - a);
}

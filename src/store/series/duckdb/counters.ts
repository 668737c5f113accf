// oxlint-disable no-non-null-assertion -- reads are bounds-checked by the surrounding loop
// SPDX-License-Identifier: Apache-2.0
import type { Session } from './lanes.ts';
import type { Manifest, Period } from './manifest.ts';
import { type Place, seriesIn, sourceOf } from './source.ts';
import type { WireCounters } from './wire.ts';

/**
 * Number of readings and first and last time of series: from the totals of the files and the arrays of the hot tables. Only
 * periods with late readings (or sealed ones) have to be looked at, because duplicates must not count.
 */
export async function countersOf(
  session: Session,
  manifest: Manifest,
  place: Place,
  series: readonly number[],
): Promise<WireCounters[]> {
  const found = new Map<number, WireCounters>();
  const add = (id: number, count: number, first: number, last: number): void => {
    const known = found.get(id);
    found.set(id, {
      series: id,
      count: (known?.count ?? 0) + count,
      first: Math.min(known?.first ?? Infinity, first),
      last: Math.max(known?.last ?? -Infinity, last),
    });
  };
  const looked: Period[] = [];
  for (const period of manifest.periods.values()) {
    const sealed = period.hot !== undefined && period.track === undefined;
    if (sealed || period.late > 0) looked.push(period);
    else if (period.track !== undefined) addTracked(period, series, add);
  }
  const from = (period: Period): number => manifest.start(period.index);
  const sources = looked.map((p) =>
    sourceOf(manifest, place, { series, from: from(p), to: from(p) + manifest.periodMs }),
  );
  const skip =
    looked.length === 0
      ? ''
      : `AND period NOT IN (${looked.map((period) => period.index).join(',')})`;
  const statements = [
    `SELECT series::DOUBLE, sum(points)::DOUBLE, min(first)::DOUBLE, max(last)::DOUBLE
      FROM ${place.alias}.totals WHERE ${seriesIn({ series, from: 0, to: 0 })} ${skip} GROUP BY series`,
  ];
  for (const source of sources) {
    if (source === undefined) continue;
    statements.push(`SELECT series::DOUBLE, count(*)::DOUBLE, min(time)::DOUBLE, max(time)::DOUBLE
      FROM (${source.sql}) GROUP BY series`);
  }
  for (const statement of statements) {
    const rows = await session.ask(statement, 4);
    const [ids, counts, firsts, lasts] = rows.numbers;
    for (let i = 0; i < rows.rows; i++) add(ids![i]!, counts![i]!, firsts![i]!, lasts![i]!);
  }
  return [...found.values()];
}

function addTracked(
  period: Period,
  series: readonly number[],
  add: (id: number, count: number, first: number, last: number) => void,
): void {
  const { track } = period;
  if (track === undefined) return;
  for (const id of series) {
    const count = track.count[id] ?? 0;
    if (count > 0) add(id, count, track.first[id]!, track.newest[id]!);
  }
}

// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import { quoted } from './database.ts';
import { type Erasure, type Manifest, type Part, type Period, visibleHot } from './manifest.ts';

/** Which readings: of some series (or of a range of them), in [from, to). */
export interface Slice {
  readonly series: readonly number[] | { readonly lo: number; readonly hi: number };
  readonly from: number;
  readonly to: number;
  /** Only late readings that came before this one; for compaction. */
  readonly lateBelow?: number | undefined;
}

/** Where the tables and files are. */
export interface Place {
  readonly alias: string;
  readonly parts: string;
}

/** A subquery with the columns series, time, value, quality, kind, text; each (series, time) once, erased ones left out. */
export interface Source {
  readonly sql: string;
  /** Whether some of the values may be text. */
  readonly texts: boolean;
  readonly parts: readonly Part[];
  /** Work it takes, in rows that are answered, roughly. */
  readonly cost: number;
  /** Rows that are answered, roughly. */
  readonly rows: number;
}

/** What looking at a reading costs that is not asked for, beside one that is. */
const scanShare = 0.05;

const noText = 'NULL::UTINYINT AS kind, NULL::VARCHAR AS text';

/** The source of a slice; undefined where no period overlaps it. */
export function sourceOf(manifest: Manifest, place: Place, slice: Slice): Source | undefined {
  const periods = manifest.within(slice.from, slice.to);
  const branches: string[] = [];
  const used: Part[] = [];
  let texts = false;
  let cost = 0;
  let rows = 0;
  const files = new Map<string, { parts: Part[]; condition: string; sample: Part }>();
  for (const period of periods) {
    for (const part of period.parts) {
      if (!touches(part, slice)) continue;
      const condition = visibleParts(manifest, slice, part.seq);
      const key = `${part.scale} ${part.texts > 0} ${condition}`;
      const group = files.get(key);
      if (group === undefined) files.set(key, { parts: [part], condition, sample: part });
      else group.parts.push(part);
      used.push(part);
      texts ||= part.texts > 0;
      const share = part.points * shareOf(slice, part.first, part.last + 1);
      rows += share * seriesShare(slice, part);
      cost += share * seriesShare(slice, part);
    }
    const share = shareOf(slice, manifest.start(period.index), manifest.start(period.index + 1));
    const hot = hotBranches(manifest, place, period, slice);
    branches.push(...hot.sql);
    texts ||= hot.texts || period.late > 0;
    const held = (period.hot?.rows ?? 0) + period.late;
    const matching = held * share * hotShare(slice, period);
    // Hot tables are not sorted: every reading of the range is looked at.
    cost += matching + held * share * scanShare;
    rows += matching;
  }
  for (const group of files.values()) branches.unshift(partBranch(place, slice, group));
  const late = periods.some((period) => period.late > 0);
  if (branches.length === 0 && !late) return undefined;
  const sql = late ? withLate(manifest, place, slice, branches) : branches.join(' UNION ALL ');
  return { sql, texts, parts: used, cost, rows };
}

function hotBranches(
  manifest: Manifest,
  place: Place,
  period: Period,
  slice: Slice,
): { sql: string[]; texts: boolean } {
  const { hot } = period;
  if (hot === undefined) return { sql: [], texts: false };
  const visible = visibleHot(erasedOf(manifest, slice), hot.seq);
  const where = `${seriesIn(slice)} AND time >= ${slice.from} AND time < ${slice.to} AND ${visible}`;
  const sql = [
    `SELECT series, time, value, quality, ${noText} FROM ${place.alias}."${hot.numbers}" WHERE ${where}`,
  ];
  if (hot.texts !== undefined) {
    sql.push(
      `SELECT series, time, NULL::DOUBLE AS value, quality, kind, text FROM ${place.alias}."${hot.texts}" WHERE ${where}`,
    );
  }
  return { sql, texts: hot.texts !== undefined };
}

function partBranch(
  place: Place,
  slice: Slice,
  group: { parts: Part[]; condition: string; sample: Part },
): string {
  const list = group.parts.map((part) => quoted(join(place.parts, part.file))).join(',');
  const text = group.sample.texts > 0 ? 'kind, text' : noText;
  return `SELECT series::UINTEGER AS series, epoch_ms(time) AS time, value::DOUBLE AS value, quality, ${text}
    FROM read_parquet([${list}], hive_partitioning = false)
    WHERE ${seriesIn(slice)} AND time >= make_timestamp_ms(${slice.from})
      AND time < make_timestamp_ms(${slice.to}) AND ${group.condition}`;
}

/** Late readings beat what is in files and hot tables, and later ones beat earlier ones. */
function withLate(
  manifest: Manifest,
  place: Place,
  slice: Slice,
  branches: readonly string[],
): string {
  const below = slice.lateBelow === undefined ? '' : `AND seq < ${slice.lateBelow}`;
  const late = `SELECT series, time, value, quality, kind, text FROM ${place.alias}.late
    WHERE ${seriesIn(slice)} AND time >= ${slice.from} AND time < ${slice.to} ${below}
      AND ${visibleLate(manifest, slice)}
    QUALIFY row_number() OVER (PARTITION BY series, time ORDER BY seq DESC) = 1`;
  if (branches.length === 0) return late;
  return `WITH late AS MATERIALIZED (${late}), base AS (${branches.join(' UNION ALL ')})
    SELECT * FROM late UNION ALL
    SELECT base.* FROM base ANTI JOIN late ON base.series = late.series AND base.time = late.time`;
}

/** A part that may hold readings of the slice. */
export function touches(part: Part, slice: Slice): boolean {
  if (part.last < slice.from || part.first >= slice.to) return false;
  return inRange(slice.series, part.lo, part.hi);
}

function inRange(series: Slice['series'], lo: number, hi: number): boolean {
  if ('lo' in series) return series.lo <= hi && series.hi >= lo;
  return series.some((id) => id >= lo && id <= hi);
}

export function seriesIn(slice: Slice): string {
  const { series } = slice;
  if ('lo' in series) return `series BETWEEN ${series.lo} AND ${series.hi}`;
  if (series.length === 1) return `series = ${series[0]}`;
  const least = series.reduce((a, b) => Math.min(a, b), Infinity);
  const most = series.reduce((a, b) => Math.max(a, b), 0);
  // A full range needs no list, and the bounds let the scan skip row groups.
  if (most - least + 1 === series.length) return `series BETWEEN ${least} AND ${most}`;
  return `series BETWEEN ${least} AND ${most} AND series IN (${series.join(',')})`;
}

function erasedOf(manifest: Manifest, slice: Slice): Erasure[] {
  return [...manifest.erased.values()].filter((e) => inRange(slice.series, e.series, e.series));
}

/** A condition that lets through what is not erased in parts with a number. */
export function visibleParts(manifest: Manifest, slice: Slice, seq: number): string {
  const hidden = erasedOf(manifest, slice).filter((e) => e.seq > seq);
  return hidden.length === 0 ? 'true' : `series NOT IN (${hidden.map((e) => e.series).join(',')})`;
}

function visibleLate(manifest: Manifest, slice: Slice): string {
  const hidden = erasedOf(manifest, slice).map(
    (e) => `NOT (series = ${e.series} AND seq < ${e.seq})`,
  );
  return hidden.length === 0 ? 'true' : hidden.join(' AND ');
}

function shareOf(slice: Slice, from: number, to: number): number {
  const overlap = Math.min(slice.to, to) - Math.max(slice.from, from);
  return Math.max(0, Math.min(1, overlap / Math.max(1, to - from)));
}

function seriesShare(slice: Slice, part: Part): number {
  if ('lo' in slice.series) return 1;
  const asked = slice.series.filter((id) => id >= part.lo && id <= part.hi).length;
  return Math.min(1, asked / Math.max(1, part.spread));
}

function hotShare(slice: Slice, period: Period): number {
  if ('lo' in slice.series || period.track === undefined) return 1;
  const { count } = period.track;
  const held = slice.series.reduce((total, id) => total + (count[id] ?? 0), 0);
  return held / Math.max(1, period.hot?.rows ?? 1);
}

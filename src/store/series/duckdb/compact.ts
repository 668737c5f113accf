// oxlint-disable no-non-null-assertion -- reads are bounds-checked by the surrounding loop
// SPDX-License-Identifier: Apache-2.0
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FaultError, fault } from '#core';
import { scalar, table } from './columns.ts';
import { quoted, syncPath } from './database.ts';
import { type HotTable, Manifest, type Part, type Period } from './manifest.ts';
import { type WrittenPart, writePiece } from './piece.ts';
import { type Slice, sourceOf } from './source.ts';
import { appendTotals } from './staging.ts';
import type { Store } from './store.ts';

const seriesMax = 4_294_967_295;
/** Files that one piece may become: one for each scale, one for doubles. */
const filesPerPiece = 4;

interface Piece {
  readonly lo: number;
  readonly hi: number;
  readonly replaced: readonly Part[];
}

/** What was settled before the first byte is written: later readings and erasures do not change it. */
interface Plan {
  readonly index: number;
  /** Its tables, which get nothing more; they are dropped in the end. */
  readonly hot: HotTable | undefined;
  readonly lateBelow: number;
  readonly pieces: readonly {
    readonly piece: Piece;
    readonly sql: string;
    readonly texts: boolean;
    readonly numbers: number;
  }[];
  readonly checks: readonly { readonly slice: Slice; readonly sql: string }[];
}

/**
 * Moves a finished period to sorted files: seals its tables, writes files, reads them back and compares, and only then, in one
 * transaction, makes them count and drops the tables. A crash at any point leaves either state, and orphans that
 * the next start removes.
 */
export async function compactPeriod(
  store: Store,
  index: number,
): Promise<{ points: number; bytes: number }> {
  const written: WrittenPart[] = [];
  try {
    const plan = await planOf(store, index);
    if (plan === undefined) return { points: 0, bytes: 0 };
    await writeParts(store, plan, written);
    await store.reading(() => verify(store, plan, written));
    for (const { part } of written) await syncFiles(store, part);
    await syncPath(store.database.partsDirectory);
    await store.writing.run(() => install(store, plan, written));
  } catch (error) {
    // A commit that failed may have been one all the same: what the database names is kept.
    const { parts } = store.manifest.period(index);
    const counted = new Set(parts.map((part) => part.seq));
    for (const { part } of written) if (!counted.has(part.seq)) await removeFiles(store, part);
    throw error;
  } finally {
    store.manifest.sealed.delete(index);
  }
  const points = written.reduce((total, { part }) => total + part.points, 0);
  const bytes = written.reduce((total, { part }) => total + part.bytes, 0);
  return { points, bytes };
}

async function writeParts(store: Store, plan: Plan, written: WrittenPart[]): Promise<void> {
  for (const { piece, sql, texts, numbers } of plan.pieces) {
    let number = numbers;
    const options = {
      directory: store.database.partsDirectory,
      period: plan.index,
      lo: piece.lo,
      hi: piece.hi,
      texts,
      rollups: store.options.rollups,
      number: () => number++,
    };
    const parts = await store.reading(() => writePiece(store.maintainer, sql, options));
    written.push(...parts);
  }
}

async function planOf(store: Store, index: number): Promise<Plan | undefined> {
  // From here on, readings of the period are late ones and get a number that is not below `lateBelow`.
  const lateBelow = await store.writing.run(async () => {
    const { manifest } = store;
    manifest.sealed.add(index);
    store.rows.release(index);
    manifest.period(index).track = undefined;
    return manifest.seq;
  });
  const pieces = await store.reading(() =>
    piecesOf(store, store.manifest.period(index), lateBelow),
  );
  const { manifest } = store;
  const period = manifest.period(index);
  // Tables whose readings were all erased are still to be dropped.
  if (pieces.length === 0 && period.hot === undefined && period.late === 0) return undefined;
  // No await below: the statements belong to one state of the manifest, and so do the numbers of the parts.
  const from = manifest.start(period.index);
  const to = manifest.start(period.index + 1);
  const sliceOf = (lo: number, hi: number): Slice => ({ series: { lo, hi }, from, to, lateBelow });
  const planned = pieces.map((piece) => {
    const source = sourceOf(manifest, store.place, sliceOf(piece.lo, piece.hi));
    const texts = source?.texts ?? false;
    const numbers = manifest.seq;
    manifest.seq += filesPerPiece;
    const sql = `SELECT series::DOUBLE, time::DOUBLE, value, quality::DOUBLE${texts ? ', kind::DOUBLE, text' : ''}
      FROM (${source?.sql ?? ''}) ORDER BY series, time`;
    return { piece, sql, texts, numbers };
  });
  const whole = pieces.reduce((total, piece) => total + piece.hi - piece.lo + 1, 0) > seriesMax;
  const slices = whole
    ? [sliceOf(0, seriesMax)]
    : pieces.map((piece) => sliceOf(piece.lo, piece.hi));
  const checks = slices.map((slice) => ({
    slice,
    sql: sourceOf(manifest, store.place, slice)?.sql ?? '',
  }));
  return { index, hot: period.hot, lateBelow, pieces: planned, checks };
}

/** The ranges of series whose files must be written: all of them at first, later only those that changed. */
async function piecesOf(store: Store, period: Period, lateBelow: number): Promise<Piece[]> {
  const changed = await changedSeries(store, period, lateBelow);
  const target = store.options.limits['store.partPointsMax'];
  if (period.parts.length === 0) {
    return changed.size === 0 ? [] : split({ lo: 0, hi: seriesMax, replaced: [] }, changed, target);
  }
  const ranges = new Map<string, Piece>();
  for (const part of period.parts) {
    const key = `${part.lo} ${part.hi}`;
    const range = ranges.get(key);
    ranges.set(key, { lo: part.lo, hi: part.hi, replaced: [...(range?.replaced ?? []), part] });
  }
  const pieces: Piece[] = [];
  for (const range of withoutGaps([...ranges.values()])) {
    const added = [...changed].filter(([series]) => series >= range.lo && series <= range.hi);
    if (added.length === 0 && !(await holdsErased(store, range.replaced))) continue;
    const points = range.replaced.reduce((total, part) => total + part.points, 0);
    const more = added.reduce((total, [, count]) => total + count, 0);
    if (points + more <= target * 2) pieces.push(range);
    else pieces.push(...split(range, await countsOf(store, range, new Map(added)), target));
  }
  return pieces;
}

/** A range whose readings were all erased has left no file: its neighbour takes it over. */
function withoutGaps(ranges: readonly Piece[]): Piece[] {
  const sorted = ranges.toSorted((a, b) => a.lo - b.lo);
  return sorted.map((range, index) => ({
    ...range,
    lo: index === 0 ? 0 : range.lo,
    hi: (sorted[index + 1]?.lo ?? seriesMax + 1) - 1,
  }));
}

/** Readings by series that are not in files yet. */
async function changedSeries(
  store: Store,
  period: Period,
  lateBelow: number,
): Promise<Map<number, number>> {
  const { alias } = store.place;
  const from = store.manifest.start(period.index);
  const tables = [period.hot?.numbers, period.hot?.texts].filter((name) => name !== undefined);
  const sources = tables.map((name) => `SELECT series FROM ${alias}."${name}"`);
  sources.push(
    `SELECT series FROM ${alias}.late
      WHERE time >= ${from} AND time < ${from + store.manifest.periodMs} AND seq < ${lateBelow}`,
  );
  return counted(
    store,
    `SELECT series::DOUBLE, count(*)::DOUBLE FROM (${sources.join(' UNION ALL ')}) GROUP BY series`,
  );
}

async function countsOf(
  store: Store,
  range: Piece,
  added: Map<number, number>,
): Promise<Map<number, number>> {
  const parts = range.replaced.map((part) => part.seq).join(',');
  const counts = await counted(
    store,
    `SELECT series::DOUBLE, sum(points)::DOUBLE FROM ${store.place.alias}.totals
      WHERE seq IN (${parts}) GROUP BY series`,
  );
  for (const [series, count] of added) counts.set(series, (counts.get(series) ?? 0) + count);
  return counts;
}

async function counted(store: Store, sql: string): Promise<Map<number, number>> {
  const rows = await table(store.maintainer, sql, 2);
  const counts = new Map<number, number>();
  for (let i = 0; i < rows.rows; i++) counts.set(rows.numbers[0]![i]!, rows.numbers[1]![i]!);
  return counts;
}

/** Cuts a range so that each piece has about `target` points; no series is cut. */
function split(range: Piece, counts: ReadonlyMap<number, number>, target: number): Piece[] {
  const pieces: Piece[] = [];
  let { lo } = range;
  let points = 0;
  let previous = lo;
  for (const series of [...counts.keys()].sort((a, b) => a - b)) {
    const count = counts.get(series) ?? 0;
    if (points > 0 && points + count > target) {
      pieces.push({ lo, hi: previous, replaced: pieces.length === 0 ? range.replaced : [] });
      lo = previous + 1;
      points = 0;
    }
    points += count;
    previous = series;
  }
  pieces.push({ lo, hi: range.hi, replaced: pieces.length === 0 ? range.replaced : [] });
  return pieces;
}

/** Whether files of the parts still hold something that was erased. */
async function holdsErased(store: Store, parts: readonly Part[]): Promise<boolean> {
  for (const part of parts) {
    const erased = [...store.manifest.erased.values()].filter(
      (e) => e.seq > part.seq && e.series >= part.lo && e.series <= part.hi,
    );
    if (erased.length === 0) continue;
    const found = await scalar(
      store.maintainer,
      `SELECT count(*)::DOUBLE FROM read_parquet(${quoted(join(store.place.parts, part.file))})
        WHERE series IN (${erased.map((e) => e.series).join(',')})`,
    );
    if (found > 0) return true;
  }
  return false;
}

const digest = (sql: string): string =>
  `SELECT count(*)::DOUBLE, coalesce(bit_xor(hash(series, time, value, quality, coalesce(kind, 0), coalesce(text, ''))), 0)::VARCHAR
    FROM (${sql})`;

/** Reads the new files and compares them with what they were made from. */
async function verify(store: Store, plan: Plan, written: readonly WrittenPart[]): Promise<void> {
  const files = new Manifest(store.manifest.periodMs);
  files.period(plan.index).parts = written.map(({ part }) => part);
  for (const check of plan.checks) {
    const expected = await table(store.maintainer, digest(check.sql), 1);
    const source = sourceOf(files, store.place, check.slice);
    const found =
      source === undefined ? undefined : await table(store.maintainer, digest(source.sql), 1);
    const rows = found?.numbers[0]?.[0] ?? 0;
    const same =
      rows === expected.numbers[0]?.[0] &&
      (rows === 0 || found?.texts[0]?.[0] === expected.texts[0]?.[0]);
    if (!same) {
      const detail = `${rows} of ${expected.numbers[0]?.[0]} readings`;
      throw new FaultError(fault('store.verify-failed', `period/${plan.index}`, detail));
    }
  }
}

async function syncFiles(store: Store, part: Part): Promise<void> {
  for (const file of [part.file, part.rollup]) {
    if (file !== '') await syncPath(join(store.database.partsDirectory, file));
  }
}

async function removeFiles(store: Store, part: Part): Promise<void> {
  for (const file of [part.file, part.rollup]) {
    if (file !== '') await rm(join(store.database.partsDirectory, file), { force: true });
  }
}

/** Makes the new files count and drops what they replace. */
async function install(store: Store, plan: Plan, written: readonly WrittenPart[]): Promise<void> {
  const { manifest, writer } = store;
  const period = manifest.period(plan.index);
  const { alias } = store.place;
  const replaced = plan.pieces.flatMap(({ piece }) => piece.replaced);
  const from = manifest.start(period.index);
  const ofPeriod = `time >= ${from} AND time < ${from + manifest.periodMs}`;
  const later = [...manifest.erased.values()].filter((e) => e.seq >= plan.lateBelow);
  let late = 0;
  await store.restructure(
    async () => {
      const old = replaced.map((part) => part.seq).join(',');
      if (old !== '')
        await writer.run(
          `DELETE FROM ${alias}.parts WHERE seq IN (${old}); DELETE FROM ${alias}.totals WHERE seq IN (${old})`,
        );
      for (const { part, totals } of written) {
        await writer.run(insertPart(alias, part));
        await appendTotals(writer, alias, part, totals);
      }
      if (later.length > 0 && written.length > 0) {
        // These series were erased while the files were written.
        await writer.run(`DELETE FROM ${alias}.totals WHERE series IN (${later.map((e) => e.series).join(',')})
          AND seq IN (${written.map(({ part }) => part.seq).join(',')})`);
      }
      for (const name of [plan.hot?.numbers, plan.hot?.texts]) {
        if (name !== undefined) await writer.run(`DROP TABLE ${alias}."${name}"`);
      }
      if (period.late > 0)
        await writer.run(`DELETE FROM ${alias}.late WHERE ${ofPeriod} AND seq < ${plan.lateBelow}`);
      late = await scalar(writer, `SELECT count(*)::DOUBLE FROM ${alias}.late WHERE ${ofPeriod}`);
      await writer.run(`UPDATE ${alias}.state SET seq = ${manifest.seq}`);
    },
    () => {
      const gone = new Set(replaced);
      period.parts = [
        ...period.parts.filter((part) => !gone.has(part)),
        ...written.map(({ part }) => part),
      ];
      period.hot = undefined;
      period.late = late;
      manifest.tidy(period);
    },
  );
  store.discard(replaced);
}

function insertPart(alias: string, part: Part): string {
  const numbers = [
    part.seq,
    part.period,
    part.lo,
    part.hi,
    part.first,
    part.last,
    part.points,
    part.spread,
    part.texts,
    part.bytes,
    part.scale,
  ];
  return `INSERT INTO ${alias}.parts VALUES (${numbers.join(',')}, ${quoted(part.file)}, ${quoted(part.rollup)})`;
}

// oxlint-disable no-non-null-assertion -- reads are bounds-checked by the surrounding loop
// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import { FaultError, fault } from '#core';
import type { Aggregate } from '../port.ts';
import { carriedInto } from './carry.ts';
import type { Table } from './columns.ts';
import { quoted } from './database.ts';
import { type Grid, gridOf } from './grid.ts';
import type { Session } from './lanes.ts';
import type { Manifest } from './manifest.ts';
import { reversed } from './raw.ts';
import { type Run, runsOf } from './runs.ts';
import { type Place, type Slice, seriesIn, sourceOf, touches, visibleParts } from './source.ts';
import type { WireQuery, WireSeries, WireText } from './wire.ts';

/** Quality of a bucket without readings: `Quality.gap` (#model); the worker does not load that domain. */
const gapQuality = 34;
const badQuality = 128;

/** Columns of a partial answer: what a run knows of a (series, bucket). */
const column = {
  series: 0,
  bucket: 1,
  readings: 2,
  quality: 3,
  texts: 4,
  values: 5,
  sum: 6,
  min: 7,
  max: 8,
  firstTime: 9,
  first: 10,
  lastTime: 11,
  last: 12,
  integral: 13,
  firstKind: 14,
  lastKind: 15,
} as const;
const columns = Object.keys(column).length;

/** What each aggregate needs beside the number of readings and their quality. */
const needs: Readonly<Record<Aggregate, readonly (keyof typeof column)[]>> = {
  avg: ['sum', 'values'],
  sum: ['sum', 'values'],
  min: ['min'],
  max: ['max'],
  count: [],
  first: ['firstTime', 'first'],
  last: ['lastTime', 'last'],
  twa: ['values', 'firstTime', 'first', 'lastTime', 'last', 'integral'],
};

const anyType = new Set<Aggregate>(['count', 'first', 'last']);

/** Answers a question with an aggregate: every series on the same buckets. */
export async function aggregated(
  session: Session,
  manifest: Manifest,
  place: Place,
  query: WireQuery & { readonly aggregate: Aggregate },
): Promise<WireSeries[]> {
  const plan: Plan = {
    manifest,
    place,
    query,
    grid: gridOf(query.from, query.to, query.points, query.bucketMs),
  };
  const { aggregate, series } = query;
  const slice = { series, from: query.from, to: query.to };
  const ends = aggregate === 'first' || aggregate === 'last';
  const runs = runsOf(manifest, slice, plan.grid, (period) => {
    // Roll-ups hold ends of good numbers only.
    return !ends || (query.goodOnly && period.parts.every((part) => part.texts === 0));
  });
  const merge = new Merge(query, plan.grid);
  // All statements are made before the first one runs: they belong to one state of the manifest.
  const statements = runs.map((run) =>
    run.kind === 'rollups' ? rollupSql(plan, run) : readingsSql(plan, run),
  );
  for (const sql of statements) {
    if (sql !== undefined) merge.add(await session.ask(sql, columns));
  }
  const carried =
    aggregate === 'twa' ? await carriedInto(session, manifest, place, slice) : undefined;
  const answers = series.map((id, index) => merge.answer(id, index, carried?.get(id)));
  return query.descending ? answers.map(reversed) : answers;
}

interface Plan {
  readonly manifest: Manifest;
  readonly place: Place;
  readonly query: WireQuery & { readonly aggregate: Aggregate };
  readonly grid: Grid;
}

/** The select list: expressions that are needed, NULL for the others, in the order of `column`. */
function selectList(
  plan: Plan,
  expressions: Readonly<Partial<Record<keyof typeof column, string>>>,
  texts: boolean,
): string {
  const wanted = new Set<string>([
    'series',
    'bucket',
    'readings',
    'quality',
    'texts',
    ...needs[plan.query.aggregate],
  ]);
  if (texts && wanted.has('first')) wanted.add('firstKind');
  if (texts && wanted.has('last')) wanted.add('lastKind');
  return Object.keys(column)
    .map((name) => {
      const expression = Object.entries(expressions).find(([key]) => key === name)?.[1];
      return wanted.has(name) && expression !== undefined
        ? `(${expression})::DOUBLE`
        : 'NULL::DOUBLE';
    })
    .join(', ');
}

const bucketOf = (grid: Grid): string => `(time - ${grid.origin}) // ${grid.width}`;

function readingsSql(plan: Plan, run: Run): string | undefined {
  const { query, grid } = plan;
  const source = sourceOf(plan.manifest, plan.place, {
    series: query.series,
    from: run.from,
    to: run.to,
  });
  if (source === undefined) return undefined;
  const { texts } = source;
  // With bad readings left in, an end may be one without a value.
  const end = query.goodOnly ? 'arg' : 'argnull';
  const pick = (way: 'min' | 'max', of: string): string =>
    end === 'arg' && !texts ? `arg_${way}(${of}, time)` : `arg_${way}_null(${of}, time)`;
  const list = selectList(
    plan,
    {
      series: 'series',
      bucket: 'bucket',
      readings: 'count(*)',
      quality: 'max(quality)',
      texts: texts ? 'count(kind)' : '0',
      values: 'count(value)',
      sum: 'sum(value)',
      min: 'min(value)',
      max: 'max(value)',
      firstTime:
        query.aggregate === 'twa' ? 'min(time) FILTER (WHERE value IS NOT NULL)' : 'min(time)',
      first: query.aggregate === 'twa' ? 'arg_min(value, time)' : pick('min', 'value'),
      lastTime:
        query.aggregate === 'twa' ? 'max(time) FILTER (WHERE value IS NOT NULL)' : 'max(time)',
      last: query.aggregate === 'twa' ? 'arg_max(value, time)' : pick('max', 'value'),
      integral: 'sum(value * (next - time))',
      firstKind: pick('min', 'kind'),
      lastKind: pick('max', 'kind'),
    },
    texts,
  );
  const next =
    query.aggregate === 'twa'
      ? `, lead(time) OVER (PARTITION BY series, ${bucketOf(grid)}, value IS NULL ORDER BY time) AS next`
      : '';
  const good = query.goodOnly ? `WHERE quality < ${badQuality}` : '';
  const ends =
    texts && query.aggregate !== 'count'
      ? `, ${query.aggregate === 'first' ? pick('min', 'text') : pick('max', 'text')}`
      : '';
  return `SELECT ${list}${ends} FROM (
      SELECT *, ${bucketOf(grid)} AS bucket${next} FROM (${source.sql}) ${good})
    GROUP BY series, bucket`;
}

function rollupSql(plan: Plan, run: Run): string | undefined {
  const { query, grid, manifest } = plan;
  const slice: Slice = { series: query.series, from: run.from, to: run.to };
  const branches = new Map<string, { files: string[]; condition: string }>();
  for (const period of manifest.within(run.from, run.to)) {
    for (const part of period.parts.filter((candidate) => touches(candidate, slice))) {
      const condition = visibleParts(manifest, slice, part.seq);
      const key = `${part.scale} ${condition}`;
      const branch = branches.get(key) ?? { files: [], condition };
      branch.files.push(quoted(join(plan.place.parts, part.rollup)));
      branches.set(key, branch);
    }
  }
  if (branches.size === 0) return undefined;
  const readings = query.goodOnly ? 'good' : 'readings';
  const rows = [...branches.values()].map(
    ({ files, condition }) => `SELECT series, epoch_ms(time) AS time, ${readings} AS readings,
        ${query.goodOnly ? 'quality' : 'worst'} AS quality, texts, numbers, sum::DOUBLE AS sum, min::DOUBLE AS min,
        max::DOUBLE AS max, epoch_ms(first_time) AS first_time, first::DOUBLE AS first,
        epoch_ms(last_time) AS last_time, last::DOUBLE AS last, integral
      FROM read_parquet([${files.join(',')}], hive_partitioning = false)
      WHERE ${seriesIn(slice)} AND time >= make_timestamp_ms(${run.from})
        AND time < make_timestamp_ms(${run.to}) AND ${condition}`,
  );
  const list = selectList(
    plan,
    {
      series: 'series',
      bucket: 'bucket',
      readings: 'sum(readings)',
      quality: 'max(quality)',
      texts: 'sum(texts)',
      values: 'sum(numbers)',
      sum: 'sum(sum)',
      min: 'min(min)',
      max: 'max(max)',
      firstTime: 'min(first_time)',
      first: 'arg_min(first, first_time)',
      lastTime: 'max(last_time)',
      last: 'arg_max(last, last_time)',
      integral: 'sum(integral + coalesce(last * (next - last_time), 0))',
    },
    false,
  );
  const next =
    query.aggregate === 'twa'
      ? `, lead(first_time) OVER (PARTITION BY series, ${bucketOf(grid)}, first_time IS NULL ORDER BY first_time) AS next`
      : '';
  return `SELECT ${list} FROM (SELECT *, ${bucketOf(grid)} AS bucket${next} FROM (${rows.join(' UNION ALL ')}))
    GROUP BY series, bucket HAVING sum(readings) > 0`;
}

/** Puts the runs together: one slot a (series, bucket), runs added in order of time. */
class Merge {
  readonly #query: WireQuery & { readonly aggregate: Aggregate };
  readonly #grid: Grid;
  readonly #place: ReadonlyMap<number, number>;
  readonly #slots: Float64Array[];
  readonly #texts = new Map<number, string>();

  constructor(query: WireQuery & { readonly aggregate: Aggregate }, grid: Grid) {
    this.#query = query;
    this.#grid = grid;
    this.#place = new Map(query.series.map((id, index) => [id, index]));
    const size = query.series.length * grid.count;
    const used = new Set<string>([
      'readings',
      'quality',
      ...needs[query.aggregate],
      'firstKind',
      'lastKind',
    ]);
    this.#slots = Object.keys(column).map((name) => new Float64Array(used.has(name) ? size : 0));
  }

  add(partial: Table): void {
    const { aggregate } = this.#query;
    const text = partial.texts[0];
    for (let row = 0; row < partial.rows; row++) {
      const index = this.#place.get(partial.numbers[column.series]![row]!) ?? 0;
      if (partial.numbers[column.texts]![row]! > 0 && !anyType.has(aggregate)) {
        throw new FaultError(fault('store.not-numeric', `series/${this.#query.series[index]}`));
      }
      const slot = index * this.#grid.count + partial.numbers[column.bucket]![row]!;
      const fresh = this.#slots[column.readings]![slot] === 0;
      this.#combine(slot, (name) => partial.numbers[column[name]]![row]!, fresh);
      if (text === undefined || (aggregate === 'first' && !fresh)) continue;
      const value = text[row];
      if (value === null || value === undefined) this.#texts.delete(slot);
      else this.#texts.set(slot, value);
    }
  }

  #combine(slot: number, value: (name: keyof typeof column) => number, fresh: boolean): void {
    const at = (name: keyof typeof column): Float64Array => this.#slots[column[name]]!;
    at('readings')[slot]! += value('readings');
    at('quality')[slot] = Math.max(at('quality')[slot]!, value('quality'));
    switch (this.#query.aggregate) {
      case 'count':
        return;
      case 'avg':
      case 'sum':
        at('sum')[slot]! += value('values') > 0 ? value('sum') : 0;
        at('values')[slot]! += value('values');
        return;
      case 'min':
        at('min')[slot] = fresh ? value('min') : least(at('min')[slot]!, value('min'));
        return;
      case 'max':
        at('max')[slot] = fresh ? value('max') : -least(-at('max')[slot]!, -value('max'));
        return;
      case 'first':
        if (!fresh) return;
        at('first')[slot] = value('first');
        at('firstKind')[slot] = value('firstKind');
        return;
      case 'last':
        at('last')[slot] = value('last');
        at('lastKind')[slot] = value('lastKind');
        return;
      case 'twa':
        this.#combineIntegral(slot, value, at);
    }
  }

  /** Joins two stretches: between them the last value of the earlier one holds. */
  #combineIntegral(
    slot: number,
    value: (name: keyof typeof column) => number,
    at: (name: keyof typeof column) => Float64Array,
  ): void {
    if (!(value('values') > 0)) return;
    const integral = orZero(value('integral'));
    if (at('values')[slot] === 0) {
      at('firstTime')[slot] = value('firstTime');
      at('first')[slot] = value('first');
      at('integral')[slot] = integral;
    } else {
      at('integral')[slot]! +=
        at('last')[slot]! * (value('firstTime') - at('lastTime')[slot]!) + integral;
    }
    at('values')[slot]! += value('values');
    at('lastTime')[slot] = value('lastTime');
    at('last')[slot] = value('last');
  }

  answer(series: number, index: number, carried: number | undefined): WireSeries {
    const { count, width, origin } = this.#grid;
    const time = new Float64Array(count);
    const value = new Float64Array(count).fill(Number.NaN);
    const quality = new Uint8Array(count).fill(gapQuality);
    const texts: WireText[] = [];
    let carry = carried;
    for (let bucket = 0; bucket < count; bucket++) {
      time[bucket] = origin + bucket * width;
      const slot = index * count + bucket;
      if (this.#slots[column.readings]![slot] === 0) continue;
      quality[bucket] = this.#slots[column.quality]![slot]!;
      value[bucket] = this.#value(slot, bucket, carry);
      if (this.#query.aggregate === 'twa' && this.#slots[column.values]![slot]! > 0)
        carry = this.#slots[column.last]![slot];
      const text = this.#texts.get(slot);
      if (text === undefined) continue;
      const kind = this.#query.aggregate === 'first' ? column.firstKind : column.lastKind;
      texts.push({ at: bucket, kind: this.#slots[kind]![slot]!, text });
    }
    return { series, time, value, quality, texts, kind: 'aggregate', bucketMs: width };
  }

  #value(slot: number, bucket: number, carry: number | undefined): number {
    const at = (name: keyof typeof column): number => this.#slots[column[name]]![slot]!;
    switch (this.#query.aggregate) {
      case 'count':
        return at('readings');
      case 'avg':
        return at('values') === 0 ? Number.NaN : at('sum') / at('values');
      case 'sum':
        return at('values') === 0 ? Number.NaN : at('sum');
      case 'min':
        return at('min');
      case 'max':
        return at('max');
      case 'first':
        return at('first');
      case 'last':
        return at('last');
      case 'twa': {
        if (at('values') === 0) return Number.NaN;
        const start = Math.max(this.#query.from, this.#grid.origin + bucket * this.#grid.width);
        const end = Math.min(this.#query.to, this.#grid.origin + (bucket + 1) * this.#grid.width);
        const before = carry === undefined ? 0 : carry * (at('firstTime') - start);
        const covered = end - (carry === undefined ? at('firstTime') : start);
        return (before + at('integral') + at('last') * (end - at('lastTime'))) / covered;
      }
    }
  }
}

const orZero = (value: number): number => (value === value ? value : 0);

/** The smaller one, where NaN stands for none. */
function least(a: number, b: number): number {
  if (a !== a) return b;
  return b < a ? b : a;
}

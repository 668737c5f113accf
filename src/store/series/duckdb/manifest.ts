// SPDX-License-Identifier: Apache-2.0
import type { DuckDBConnection } from '@duckdb/node-api';
import { table } from './columns.ts';
import { stateOf } from './database.ts';
import { PeriodTrack } from './track.ts';

/** A compacted file: readings of one period and of a range of series, sorted by series and time. */
export interface Part {
  /** Order of creation: erasing hides what parts with a smaller number hold. */
  readonly seq: number;
  readonly period: number;
  /** Range of series that the file is responsible for, inclusive; the ranges of a period leave no gap. */
  readonly lo: number;
  readonly hi: number;
  readonly first: number;
  readonly last: number;
  readonly points: number;
  /** Distinct series in it, for estimates. */
  readonly spread: number;
  readonly texts: number;
  readonly bytes: number;
  /** Digits after the point of its decimal values, or −1 where they are doubles. */
  readonly scale: number;
  /** File names within the directory of parts; the roll-up's is empty where none was made. */
  readonly file: string;
  readonly rollup: string;
}

/** The two tables of a period that is still written, or waits for its compaction. */
export interface HotTable {
  readonly seq: number;
  readonly numbers: string;
  /** Table of the readings that are text; made when the first one comes. */
  texts: string | undefined;
  rows: number;
}

/** Everything known of one period. */
export interface Period {
  readonly index: number;
  parts: Part[];
  hot: HotTable | undefined;
  /** Present while readings are appended in order. */
  track: PeriodTrack | undefined;
  /** Late readings, duplicates counted. */
  late: number;
}

/** Readings that must not be seen any more. */
export interface Erasure {
  readonly series: number;
  /** Parts and late readings with a smaller number are hidden. */
  readonly seq: number;
  /** By number of the hot table: readings up to this time are hidden. */
  readonly hot: ReadonlyMap<number, number>;
}

/** What is where. The tables in the database are the truth; this is their image in memory. */
export class Manifest {
  readonly periodMs: number;
  committed = 0;
  /** Next number for tables, parts, late readings and erasures. */
  seq = 1;
  readonly periods = new Map<number, Period>();
  readonly erased = new Map<number, Erasure>();
  /** Periods that are being compacted: what comes for them is late, until their files count. */
  readonly sealed = new Set<number>();

  constructor(periodMs: number) {
    this.periodMs = periodMs;
  }

  period(index: number): Period {
    let period = this.periods.get(index);
    if (period === undefined) {
      period = { index, parts: [], hot: undefined, track: undefined, late: 0 };
      this.periods.set(index, period);
    }
    return period;
  }

  /** Periods that overlap [from, to), in order of time. */
  within(from: number, to: number): Period[] {
    const first = Math.floor(from / this.periodMs);
    const last = Math.ceil(to / this.periodMs) - 1;
    const found = [...this.periods.values()].filter((p) => p.index >= first && p.index <= last);
    return found.sort((a, b) => a.index - b.index);
  }

  start(period: number): number {
    return period * this.periodMs;
  }

  /** Forgets a period that holds nothing any more. */
  tidy(period: Period): void {
    const empty = period.parts.length === 0 && period.hot === undefined && period.late === 0;
    if (empty) this.periods.delete(period.index);
  }

  /** Reads the manifest from the database; what is sealed stays so. */
  static async load(
    connection: DuckDBConnection,
    alias: string,
    sealed: Iterable<number> = [],
  ): Promise<Manifest> {
    const manifest = new Manifest(await stateOf(connection, alias, 'period_ms'));
    for (const period of sealed) manifest.sealed.add(period);
    manifest.committed = await stateOf(connection, alias, 'committed');
    manifest.seq = await stateOf(connection, alias, 'seq');
    await manifest.#loadParts(connection, alias);
    await manifest.#loadErased(connection, alias);
    await manifest.#loadHot(connection, alias);
    const late = await table(
      connection,
      `SELECT floor(time / ${manifest.periodMs}::DOUBLE), count(*)::DOUBLE
        FROM ${alias}.late GROUP BY 1`,
      2,
    );
    for (let i = 0; i < late.rows; i++)
      manifest.period(late.numbers[0]?.[i] ?? 0).late = late.numbers[1]?.[i] ?? 0;
    for (const period of manifest.periods.values()) {
      if (period.hot !== undefined && !manifest.sealed.has(period.index))
        period.track = await manifest.loadTrack(connection, alias, period);
    }
    return manifest;
  }

  /** How far each series of a period has come, and what the hot tables hold of it. */
  async loadTrack(
    connection: DuckDBConnection,
    alias: string,
    period: Period,
  ): Promise<PeriodTrack> {
    const track = new PeriodTrack();
    const start = this.start(period.index);
    const names = [period.hot?.numbers, period.hot?.texts].filter((name) => name !== undefined);
    for (const name of names) {
      const visible = visibleHot(this.erased.values(), period.hot?.seq ?? 0);
      const held = await table(
        connection,
        `SELECT series::DOUBLE, (count(*) FILTER (WHERE ${visible}))::DOUBLE,
            (min(time) FILTER (WHERE ${visible}))::DOUBLE, (max(time) FILTER (WHERE ${visible}))::DOUBLE,
            max(time)::DOUBLE FROM ${alias}."${name}" GROUP BY series`,
        5,
      );
      const [series, count, first, newest, last] = held.numbers;
      for (let i = 0; i < held.rows; i++) {
        const id = series?.[i] ?? 0;
        if ((count?.[i] ?? 0) > 0)
          track.load(id, count?.[i] ?? 0, first?.[i] ?? 0, newest?.[i] ?? 0);
        track.raise(id, last?.[i] ?? 0);
      }
    }
    const elsewhere = await table(
      connection,
      `SELECT series::DOUBLE, max(last)::DOUBLE FROM (
          SELECT series, last FROM ${alias}.totals WHERE period = ${period.index}
          UNION ALL SELECT series, time FROM ${alias}.late
            WHERE time >= ${start} AND time < ${start + this.periodMs})
        GROUP BY series`,
      2,
    );
    const [series, last] = elsewhere.numbers;
    for (let i = 0; i < elsewhere.rows; i++) track.raise(series?.[i] ?? 0, last?.[i] ?? 0);
    return track;
  }

  async #loadParts(connection: DuckDBConnection, alias: string): Promise<void> {
    const parts = await table(
      connection,
      `SELECT seq::DOUBLE, period::DOUBLE, lo::DOUBLE, hi::DOUBLE, first::DOUBLE, last::DOUBLE, points::DOUBLE,
          spread::DOUBLE, texts::DOUBLE, bytes::DOUBLE, scale::DOUBLE, file, rollup FROM ${alias}.parts ORDER BY seq`,
      11,
    );
    for (let i = 0; i < parts.rows; i++) {
      const at = (column: number): number => parts.numbers[column]?.[i] ?? 0;
      const part: Part = {
        seq: at(0),
        period: at(1),
        lo: at(2),
        hi: at(3),
        first: at(4),
        last: at(5),
        points: at(6),
        spread: at(7),
        texts: at(8),
        bytes: at(9),
        scale: at(10),
        file: parts.texts[0]?.[i] ?? '',
        rollup: parts.texts[1]?.[i] ?? '',
      };
      this.period(part.period).parts.push(part);
    }
  }

  async #loadErased(connection: DuckDBConnection, alias: string): Promise<void> {
    const rows = await table(
      connection,
      `SELECT series::DOUBLE, seq::DOUBLE, hot::DOUBLE, bound::DOUBLE FROM ${alias}.erased ORDER BY seq`,
      4,
    );
    for (let i = 0; i < rows.rows; i++) {
      const at = (column: number): number => rows.numbers[column]?.[i] ?? 0;
      const hot = new Map(this.erased.get(at(0))?.hot);
      if (at(2) > 0) hot.set(at(2), at(3));
      this.erased.set(at(0), { series: at(0), seq: at(1), hot });
    }
  }

  async #loadHot(connection: DuckDBConnection, alias: string): Promise<void> {
    const names = await table(
      connection,
      `SELECT estimated_size::DOUBLE, table_name FROM duckdb_tables()
        WHERE database_name = '${alias}' ORDER BY table_name`,
      1,
    );
    for (const [i, name] of (names.texts[0] ?? []).entries()) {
      const match = /^(hot|text)_(-?\d+)_(\d+)$/.exec(name ?? '');
      if (match === null || name === null) continue;
      const period = this.period(Number(match[2]));
      const seq = Number(match[3]);
      const rows = names.numbers[0]?.[i] ?? 0;
      if (match[1] === 'hot') period.hot = { seq, numbers: name, texts: undefined, rows };
      else if (period.hot?.seq === seq)
        period.hot = { ...period.hot, texts: name, rows: period.hot.rows + rows };
    }
  }
}

/** A condition that lets through what is not erased in a hot table. */
export function visibleHot(erased: Iterable<Erasure>, hot: number): string {
  const conditions: string[] = [];
  for (const erasure of erased) {
    const bound = erasure.hot.get(hot);
    if (bound !== undefined)
      conditions.push(`NOT (series = ${erasure.series} AND time <= ${bound})`);
  }
  return conditions.length === 0 ? 'true' : conditions.join(' AND ');
}

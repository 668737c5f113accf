// oxlint-disable no-non-null-assertion -- reads are bounds-checked by the surrounding loop
// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { assert } from '#core';
import { copyDoubles, texts as textColumn } from './columns.ts';
import type { Part } from './manifest.ts';
import type { Column } from './parquet/column.ts';
import { ParquetWriter } from './parquet/writer.ts';
import { RollupWriter } from './rollup.ts';
import type { Total } from './staging.ts';

/** A row group ends at a change of series once it has this many rows, … */
const groupRowsMin = 16_384;
/** … and wherever it is at this many. One of about this size is read in a third of a millisecond. */
const groupRowsMax = 32_768;
const chunkRows = 2_048;
/** Texts make a row group end earlier, so that none needs more memory than this. */
const groupTextMax = 4_194_304;

/** Digits after the point that files exist for; values that need more are stored as doubles. */
const scales: readonly number[] = [1, 2, 4];
/** Beyond this, sums of a row group's decimals would not be exact any more. */
const decimalMax = 2 ** 31;

const partColumns = (scale: number, texts: boolean): Column[] => [
  { name: 'series', kind: 'integer', statistics: true },
  { name: 'time', kind: 'time', statistics: true },
  scale < 0
    ? { name: 'value', kind: 'double', optional: true }
    : { name: 'value', kind: 'decimal', scale, optional: true },
  { name: 'quality', kind: 'small' },
  ...(texts
    ? ([
        { name: 'kind', kind: 'small', optional: true },
        { name: 'text', kind: 'text', optional: true },
      ] as const)
    : []),
];

/** What is to be written: readings of one period and of a range of series. */
export interface PieceOptions {
  readonly directory: string;
  readonly period: number;
  readonly lo: number;
  readonly hi: number;
  readonly texts: boolean;
  readonly rollups: boolean;
  /** Number for the next part. */
  readonly number: () => number;
}

export interface WrittenPart {
  readonly part: Part;
  readonly totals: readonly Total[];
}

/** One file of a piece, with its roll-up and totals. */
class Output {
  readonly seq: number;
  readonly scale: number;
  readonly file: string;
  readonly rollupFile: string;
  readonly totals: { series: number; points: number; first: number; last: number }[] = [];
  readonly #writer: ParquetWriter;
  readonly #rollup: RollupWriter | undefined;
  readonly #options: PieceOptions;
  #texts = 0;
  #first = Infinity;
  #last = -Infinity;

  constructor(options: PieceOptions, scale: number) {
    this.#options = options;
    this.scale = scale;
    this.seq = options.number();
    this.file = `${options.period}-${this.seq}.parquet`;
    this.rollupFile = options.rollups ? `${options.period}-${this.seq}.rollup.parquet` : '';
    this.#writer = new ParquetWriter(
      join(options.directory, this.file),
      partColumns(scale, options.texts),
      2,
    );
    this.#rollup = options.rollups
      ? new RollupWriter(join(options.directory, this.rollupFile), scale)
      : undefined;
  }

  add(group: Group): void {
    const { rows, series, time, value, quality, kind, text } = group;
    const power = this.scale < 0 ? 1 : 10 ** this.scale;
    const values = this.scale < 0 ? value : value.map((v) => Math.round(v * power));
    const columns = this.#options.texts
      ? [series, time, values, quality, kind, text]
      : [series, time, values, quality];
    this.#writer.rowGroup(columns, rows);
    this.#rollup?.add(group);
    for (let i = 0; i < rows; i++) {
      const at = time[i]!;
      const known = this.totals.at(-1);
      const total =
        known !== undefined && known.series === series[i]
          ? known
          : { series: series[i]!, points: 0, first: at, last: at };
      if (known !== total) this.totals.push(total);
      total.points++;
      total.last = at;
      if (at < this.#first) this.#first = at;
      if (at > this.#last) this.#last = at;
      if (kind[i] === kind[i]) this.#texts++;
    }
  }

  close(): WrittenPart {
    this.#writer.close();
    this.#rollup?.close();
    const { period, lo, hi } = this.#options;
    const part: Part = {
      seq: this.seq,
      period,
      lo,
      hi,
      first: this.#first,
      last: this.#last,
      points: this.#writer.rows,
      spread: this.totals.length,
      texts: this.#options.texts ? Math.max(1, this.#texts) : 0,
      bytes: this.#writer.bytes + (this.#rollup?.bytes ?? 0),
      scale: this.scale,
      file: this.file,
      rollup: this.rollupFile,
    };
    return { part, totals: this.totals };
  }

  abandon(): void {
    this.#writer.abandon();
    this.#rollup?.abandon();
  }
}

/** Rows of one row group. */
class Group {
  rows = 0;
  readonly series = new Float64Array(groupRowsMax);
  readonly time = new Float64Array(groupRowsMax);
  readonly value = new Float64Array(groupRowsMax);
  readonly quality = new Float64Array(groupRowsMax);
  readonly kind = new Float64Array(groupRowsMax).fill(Number.NaN);
  readonly text: (string | null)[] = [];
  textLength = 0;

  /** The fewest digits that hold every value exactly; −1 where none do. */
  get scale(): number {
    return scales.find((scale) => this.#fits(10 ** scale)) ?? -1;
  }

  clear(): void {
    this.rows = 0;
    this.text.length = 0;
    this.textLength = 0;
  }

  #fits(power: number): boolean {
    for (let i = 0; i < this.rows; i++) {
      const value = this.value[i]!;
      if (value !== value) continue;
      const scaled = Math.round(value * power);
      if (scaled / power !== value || scaled > decimalMax || scaled < -decimalMax) return false;
    }
    return true;
  }
}

/**
 * Writes the rows of a query (series, time, value, quality, and kind and text where there are texts; sorted by series and
 * time) as parts: one file for each scale of decimals that occurs, one for doubles.
 */
export async function writePiece(
  connection: DuckDBConnection,
  sql: string,
  options: PieceOptions,
): Promise<WrittenPart[]> {
  const outputs = new Map<number, Output>();
  const group = new Group();
  const emit = (): void => {
    if (group.rows === 0) return;
    const { scale } = group;
    let output = outputs.get(scale);
    if (output === undefined) {
      output = new Output(options, scale);
      outputs.set(scale, output);
    }
    output.add(group);
    group.clear();
  };
  try {
    const result = await connection.stream(sql);
    const columns = Array.from(
      { length: options.texts ? 5 : 4 },
      () => new Float64Array(chunkRows),
    );
    for (;;) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) break;
      assert(chunk.rowCount <= chunkRows, 'a chunk has at most a vector of rows');
      for (const [index, column] of columns.entries()) copyDoubles(chunk, index, column, 0);
      take(group, columns, options.texts ? textColumn(chunk, 5) : undefined, {
        rows: chunk.rowCount,
        emit,
      });
    }
    emit();
    return [...outputs.values()].map((output) => output.close());
  } catch (error) {
    for (const output of outputs.values()) output.abandon();
    throw error;
  }
}

function take(
  group: Group,
  columns: readonly Float64Array[],
  text: readonly (string | null)[] | undefined,
  chunk: { readonly rows: number; readonly emit: () => void },
): void {
  const [series, time, value, quality, kind] = columns;
  for (let i = 0; i < chunk.rows; i++) {
    const full = group.rows === groupRowsMax || group.textLength > groupTextMax;
    const turn = group.rows >= groupRowsMin && series![i] !== group.series[group.rows - 1];
    if (full || turn) chunk.emit();
    const row = group.rows++;
    group.series[row] = series![i]!;
    group.time[row] = time![i]!;
    group.value[row] = value![i]!;
    group.quality[row] = quality![i]!;
    if (kind === undefined) continue;
    group.kind[row] = kind[i]!;
    const content = text?.[i] ?? null;
    group.text[row] = content;
    group.textLength += content?.length ?? 0;
  }
}

// oxlint-disable no-non-null-assertion -- reads are bounds-checked by the surrounding loop
// SPDX-License-Identifier: Apache-2.0
import type { Column } from './parquet/column.ts';
import { ParquetWriter } from './parquet/writer.ts';
import { rollupMs } from './runs.ts';

const badQuality = 128;
const groupRows = 16_384;

/** Columns of a roll-up file. Of readings that are not good, only their number and worst quality are kept. */
const rollupColumns = (scale: number): Column[] => {
  const number = (name: string): Column =>
    scale < 0
      ? { name, kind: 'double', optional: true }
      : { name, kind: 'decimal', scale, optional: true };
  return [
    { name: 'series', kind: 'integer', statistics: true },
    { name: 'time', kind: 'time', statistics: true },
    { name: 'readings', kind: 'integer' },
    { name: 'good', kind: 'integer' },
    { name: 'numbers', kind: 'integer' },
    { name: 'texts', kind: 'integer' },
    { name: 'quality', kind: 'small', optional: true },
    { name: 'worst', kind: 'small' },
    number('sum'),
    number('min'),
    number('max'),
    { name: 'first_time', kind: 'time', optional: true },
    number('first'),
    { name: 'last_time', kind: 'time', optional: true },
    number('last'),
    { name: 'integral', kind: 'double', optional: true },
  ];
};

/** A row group of readings, sorted by series and time. */
export interface ReadingRows {
  readonly rows: number;
  readonly series: Float64Array;
  readonly time: Float64Array;
  /** NaN is NULL. */
  readonly value: Float64Array;
  readonly quality: Float64Array;
  /** NaN where the value is not text. */
  readonly kind: Float64Array;
}

/** Sums sorted readings up by series and hour, into a file beside their part. */
export class RollupWriter {
  readonly #writer: ParquetWriter;
  readonly #columns: Float64Array[];
  readonly #scale: number;
  #rows = 0;

  /** `scale` is that of the part: decimals of the part stay decimals here. */
  constructor(path: string, scale: number) {
    const columns = rollupColumns(scale);
    this.#scale = scale;
    this.#writer = new ParquetWriter(path, columns, 2);
    this.#columns = columns.map(() => new Float64Array(groupRows));
  }

  get bytes(): number {
    return this.#writer.bytes;
  }

  add(rows: ReadingRows): void {
    let start = 0;
    while (start < rows.rows) {
      const series = rows.series[start]!;
      const hour = Math.floor(rows.time[start]! / rollupMs);
      let end = start + 1;
      while (
        end < rows.rows &&
        rows.series[end] === series &&
        Math.floor(rows.time[end]! / rollupMs) === hour
      )
        end++;
      this.#sum(rows, start, end);
      start = end;
    }
  }

  close(): void {
    this.#emit();
    this.#writer.close();
  }

  abandon(): void {
    this.#writer.abandon();
  }

  #sum(rows: ReadingRows, start: number, end: number): void {
    let good = 0;
    let numbers = 0;
    let texts = 0;
    let quality = Number.NaN;
    let worst = 0;
    let sum = 0;
    let min = Infinity;
    let max = -Infinity;
    let integral = 0;
    let firstAt = -1;
    let lastAt = -1;
    for (let i = start; i < end; i++) {
      const grade = rows.quality[i]!;
      if (grade > worst) worst = grade;
      if (rows.kind[i] === rows.kind[i]) texts++;
      if (grade >= badQuality) continue;
      good++;
      if (!(grade <= quality)) quality = grade;
      const value = rows.value[i]!;
      if (value !== value) continue;
      if (lastAt >= 0) integral += rows.value[lastAt]! * (rows.time[i]! - rows.time[lastAt]!);
      else firstAt = i;
      lastAt = i;
      numbers++;
      sum += value;
      if (value < min) min = value;
      if (value > max) max = value;
    }
    const none = Number.NaN;
    const at = this.#rows;
    const put = (column: number, value: number): void => {
      this.#columns[column]![at] = value;
    };
    const power = this.#scale < 0 ? 1 : 10 ** this.#scale;
    // A sum of decimals is a decimal: rounding takes away only what adding in binary put in.
    const number = (value: number): number =>
      numbers === 0 ? none : this.#scale < 0 ? value : Math.round(value * power);
    put(0, rows.series[start]!);
    put(1, Math.floor(rows.time[start]! / rollupMs) * rollupMs);
    put(2, end - start);
    put(3, good);
    put(4, numbers);
    put(5, texts);
    put(6, quality);
    put(7, worst);
    put(8, number(sum));
    put(9, number(min));
    put(10, number(max));
    put(11, numbers === 0 ? none : rows.time[firstAt]!);
    put(12, number(numbers === 0 ? none : rows.value[firstAt]!));
    put(13, numbers === 0 ? none : rows.time[lastAt]!);
    put(14, number(numbers === 0 ? none : rows.value[lastAt]!));
    put(15, numbers === 0 ? none : integral);
    this.#rows = at + 1;
    if (this.#rows === groupRows) this.#emit();
  }

  #emit(): void {
    if (this.#rows === 0) return;
    this.#writer.rowGroup(this.#columns, this.#rows);
    this.#rows = 0;
  }
}

// oxlint-disable no-non-null-assertion -- reads are bounds-checked by the surrounding loop
// SPDX-License-Identifier: Apache-2.0
import { ByteSink } from './bytes.ts';
import { Encoding, bitsOf, putDeltas, putIndexes, putPresence, putSplit } from './encodings.ts';

/** Physical types of the Parquet format. */
export const Physical = { int32: 1, int64: 2, double: 5, byteArray: 6 } as const;

/** What a column holds, and how a reader of the file sees it. */
export type ColumnKind = 'integer' | 'time' | 'small' | 'double' | 'decimal' | 'text';

export interface Column {
  readonly name: string;
  readonly kind: ColumnKind;
  /** NaN in a column of numbers and null in one of text is NULL. */
  readonly optional?: boolean;
  /** Digits after the point of a decimal; its values are handed over multiplied by 10^scale. */
  readonly scale?: number;
  /** Least and greatest value are written, so that readers skip row groups. */
  readonly statistics?: boolean;
}

export type ColumnValues = Float64Array | readonly (string | null)[];

/** The encoded data of one column in one row group, not compressed yet. */
export interface EncodedColumn {
  readonly dictionary: Uint8Array | undefined;
  readonly dictionaryCount: number;
  readonly data: Uint8Array;
  readonly encoding: number;
}

export const physicalOf = (kind: ColumnKind): number => {
  if (kind === 'double') return Physical.double;
  if (kind === 'text') return Physical.byteArray;
  return kind === 'small' ? Physical.int32 : Physical.int64;
};

/** More distinct values than this are not worth a dictionary. */
const dictionaryMax = 4_096;

/** Encodes columns, keeping its buffers from one to the next. */
export class ColumnEncoder {
  readonly #present = { levels: new Uint8Array(0), dense: new Float64Array(0) };
  #indexes = new Uint16Array(0);
  #slots = new Uint16Array(65_536);

  /** All ways worth trying; the caller keeps the one that compresses best. */
  encode(column: Column, values: ColumnValues, rows: number): EncodedColumn[] {
    this.#grow(rows);
    if (!(values instanceof Float64Array)) return [this.#text(column, values, rows)];
    const { levels, dense } = this.#present;
    let count = 0;
    for (let i = 0; i < rows; i++) {
      const value = values[i]!;
      const here = value === value;
      levels[i] = here ? 1 : 0;
      if (here) dense[count++] = value;
    }
    const head = new ByteSink(rows * 8 + 64);
    if (column.optional === true) putPresence(head, levels, rows);
    if (column.kind === 'double') return this.#double(head, count);
    return this.#integer(column, head, count);
  }

  #integer(column: Column, head: ByteSink, count: number): EncodedColumn[] {
    const ways: EncodedColumn[] = [];
    const { dense } = this.#present;
    if (column.kind === 'decimal' && count > 0) {
      const dictionary = this.#smallRange(count);
      if (dictionary !== undefined) ways.push(this.#indexed(head, dictionary, count));
    }
    const delta = copyOf(head);
    if (putDeltas(delta, dense, count)) {
      ways.push(plainWay(delta, Encoding.deltaBinaryPacked));
    } else if (ways.length === 0) {
      const plain = copyOf(head);
      for (let i = 0; i < count; i++) putInt64(plain, dense[i]!);
      ways.push(plainWay(plain, Encoding.plain));
    }
    return ways;
  }

  #double(head: ByteSink, count: number): EncodedColumn[] {
    const { dense } = this.#present;
    const split = copyOf(head);
    putSplit(split, dense, count);
    const ways = [plainWay(split, Encoding.byteStreamSplit)];
    const seen = new Map<number, number>();
    for (let i = 0; i < count && seen.size <= dictionaryMax; i++) {
      const known = seen.get(dense[i]!);
      if (known === undefined) seen.set(dense[i]!, seen.size);
      this.#indexes[i] = known ?? seen.size - 1;
    }
    if (count > 0 && seen.size <= dictionaryMax && seen.size * 2 <= count) {
      const page = new ByteSink(seen.size * 8);
      page.put(new Uint8Array(Float64Array.from(seen.keys()).buffer));
      ways.push(this.#indexed(head, { page, entries: seen.size }, count));
    }
    return ways;
  }

  /** A dictionary by direct address, for integers that lie within 65,536 of each other. */
  #smallRange(count: number): { page: ByteSink; entries: number } | undefined {
    const { dense } = this.#present;
    let least = Infinity;
    let most = -Infinity;
    for (let i = 0; i < count; i++) {
      const value = dense[i]!;
      if (value < least) least = value;
      if (value > most) most = value;
    }
    if (most - least >= this.#slots.length) return undefined;
    const slots = this.#slots.fill(0, 0, most - least + 1);
    for (let i = 0; i < count; i++) slots[dense[i]! - least] = 1;
    const page = new ByteSink(4_096);
    let entries = 0;
    for (let s = 0; s <= most - least; s++) {
      if (slots[s] === 0) continue;
      slots[s] = entries++;
      putInt64(page, least + s);
    }
    if (entries > dictionaryMax || entries * 2 > count) return undefined;
    for (let i = 0; i < count; i++) this.#indexes[i] = slots[dense[i]! - least]!;
    return { page, entries };
  }

  #indexed(
    head: ByteSink,
    dictionary: { page: ByteSink; entries: number },
    count: number,
  ): EncodedColumn {
    const sink = copyOf(head);
    putIndexes(sink, this.#indexes, count, Math.max(1, bitsOf(dictionary.entries - 1)));
    return {
      dictionary: dictionary.page.view(),
      dictionaryCount: dictionary.entries,
      data: sink.view(),
      encoding: Encoding.dictionary,
    };
  }

  #text(column: Column, values: readonly (string | null)[], rows: number): EncodedColumn {
    const sink = new ByteSink(65_536);
    if (column.optional === true) {
      for (let i = 0; i < rows; i++) this.#present.levels[i] = values[i] === null ? 0 : 1;
      putPresence(sink, this.#present.levels, rows);
    }
    for (let i = 0; i < rows; i++) {
      const value = values[i];
      if (value === null || value === undefined) continue;
      const bytes = Buffer.from(value);
      sink.uint32(bytes.length);
      sink.put(bytes);
    }
    return plainWay(sink, Encoding.plain);
  }

  #grow(rows: number): void {
    if (this.#indexes.length >= rows) return;
    this.#indexes = new Uint16Array(rows);
    this.#present.levels = new Uint8Array(rows);
    this.#present.dense = new Float64Array(rows);
  }
}

function plainWay(sink: ByteSink, encoding: number): EncodedColumn {
  return { dictionary: undefined, dictionaryCount: 0, data: sink.view(), encoding };
}

function copyOf(head: ByteSink): ByteSink {
  const sink = new ByteSink(head.bytes.length);
  sink.put(head.view());
  return sink;
}

/** Two's complement, little endian. */
export function putInt64(sink: ByteSink, value: number): void {
  const high = Math.floor(value / 4_294_967_296);
  sink.uint32(value - high * 4_294_967_296);
  sink.uint32(high >>> 0);
}

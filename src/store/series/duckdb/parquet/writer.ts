// SPDX-License-Identifier: Apache-2.0
import { closeSync, openSync, writeSync } from 'node:fs';
import { constants, zstdCompressSync } from 'node:zlib';
import { assert } from '#core';
import { ByteSink } from './bytes.ts';
import { type Column, ColumnEncoder, type ColumnValues, type EncodedColumn } from './column.ts';
import { Encoding } from './encodings.ts';
import { codecNone, codecZstd, type ColumnChunk, type RowGroup, putFooter } from './footer.ts';
import { ThriftWriter } from './thrift.ts';

const magic = Buffer.from('PAR1');
const dataPage = 0;
const dictionaryPage = 2;
/** Smaller pages do not gain from compression. */
const compressFromBytes = 64;
/** Parquet's own cost of a dictionary page, counted when ways are compared. */
const pageHeaderBytes = 24;

interface Candidate {
  readonly way: EncodedColumn;
  readonly codec: number;
  readonly data: Uint8Array;
  readonly dictionary: Uint8Array | undefined;
  readonly size: number;
}

/**
 * Writes an Apache Parquet file: data pages v1, one page a column and row group. DuckDB's own writer is not used
 * because its delta blocks of 2,048 values are spoilt by every change of series: twice the bytes a point on readings
 * whose cadence jitters.
 */
export class ParquetWriter {
  readonly path: string;
  rows = 0;
  bytes = 0;
  readonly #columns: readonly Column[];
  readonly #sortedBy: number;
  readonly #encoder = new ColumnEncoder();
  readonly #groups: RowGroup[] = [];
  readonly #pages = new ByteSink(262_144);
  readonly #thrift = new ThriftWriter();
  #file: number | undefined;

  /** Creates the file, which must not exist; its rows are ordered by the first `sortedBy` columns. */
  constructor(path: string, columns: readonly Column[], sortedBy: number) {
    this.path = path;
    this.#columns = columns;
    this.#sortedBy = sortedBy;
    this.#file = openSync(path, 'wx');
    this.#write(magic);
  }

  /** Writes one row group: the columns in the order of the schema, `rows` values each. */
  rowGroup(values: readonly ColumnValues[], rows: number): void {
    assert(values.length === this.#columns.length, 'one array a column');
    this.#pages.reset();
    const chunks: ColumnChunk[] = [];
    for (const [index, column] of this.#columns.entries()) {
      const data = values[index];
      if (data !== undefined) chunks.push(this.#chunk(column, data, rows));
    }
    this.#write(this.#pages.view());
    this.#groups.push({ rows, chunks });
    this.rows += rows;
  }

  /** Writes the footer and closes; the file is not synced yet. */
  close(): void {
    const footer = putFooter({
      columns: this.#columns,
      groups: this.#groups,
      rows: this.rows,
      sortedBy: this.#sortedBy,
    });
    footer.uint32(footer.length);
    footer.put(magic);
    this.#write(footer.view());
    this.abandon();
  }

  /** Closes without a footer. */
  abandon(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #write(bytes: Uint8Array): void {
    assert(this.#file !== undefined, 'the file is open');
    for (let at = 0; at < bytes.length;) at += writeSync(this.#file, bytes, at);
    this.bytes += bytes.length;
  }

  #chunk(column: Column, values: ColumnValues, rows: number): ColumnChunk {
    const [first, ...others] = this.#encoder.encode(column, values, rows).map(compressed);
    assert(first !== undefined, 'a column has at least one encoding');
    const best = others.reduce((a, b) => (b.size < a.size ? b : a), first);
    const { way } = best;
    const offset = this.bytes + this.#pages.length;
    let plainBytes = 0;
    if (best.dictionary !== undefined && way.dictionary !== undefined) {
      plainBytes += this.#page(best.dictionary, way.dictionary.length, way.dictionaryCount);
    }
    const dataOffset = this.bytes + this.#pages.length;
    plainBytes += this.#page(best.data, way.data.length, rows, way.encoding);
    return {
      encodings:
        best.dictionary === undefined
          ? [way.encoding, Encoding.rle]
          : [way.encoding, Encoding.rle, Encoding.plain],
      codec: best.codec,
      dictionaryOffset: best.dictionary === undefined ? undefined : offset,
      dataOffset,
      plainBytes,
      bytes: this.bytes + this.#pages.length - offset,
      extremes: column.statistics === true ? extremesOf(values, rows) : undefined,
    };
  }

  /** Appends a page with its header: a dictionary page where no encoding is named. The size of header and plain page. */
  #page(data: Uint8Array, plainSize: number, count: number, encoding?: number): number {
    const thrift = this.#thrift;
    thrift.sink.reset();
    thrift.element(() => {
      thrift.i32(1, encoding === undefined ? dictionaryPage : dataPage);
      thrift.i32(2, plainSize);
      thrift.i32(3, data.length);
      thrift.struct(encoding === undefined ? 7 : 5, () => {
        thrift.i32(1, count);
        thrift.i32(2, encoding ?? Encoding.plain);
        if (encoding === undefined) return;
        thrift.i32(3, Encoding.rle);
        thrift.i32(4, Encoding.rle);
      });
    });
    this.#pages.put(thrift.sink.view());
    this.#pages.put(data);
    return thrift.sink.length + plainSize;
  }
}

function compressed(way: EncodedColumn): Candidate {
  const plain = way.data.length + (way.dictionary?.length ?? 0);
  const codec = plain < compressFromBytes ? codecNone : codecZstd;
  const squeeze = (page: Uint8Array): Uint8Array =>
    codec === codecNone
      ? page
      : zstdCompressSync(page, { params: { [constants.ZSTD_c_compressionLevel]: 3 } });
  const data = squeeze(way.data);
  const dictionary = way.dictionary === undefined ? undefined : squeeze(way.dictionary);
  const size = data.length + (dictionary === undefined ? 0 : dictionary.length + pageHeaderBytes);
  return { way, codec, data, dictionary, size };
}

function extremesOf(
  values: ColumnValues,
  rows: number,
): { least: number; most: number } | undefined {
  if (!(values instanceof Float64Array)) return undefined;
  let least = Infinity;
  let most = -Infinity;
  for (let i = 0; i < rows; i++) {
    const value = values[i] ?? 0;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return { least, most };
}

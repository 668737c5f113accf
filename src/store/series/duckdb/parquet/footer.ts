// SPDX-License-Identifier: Apache-2.0
import { ByteSink } from './bytes.ts';
import { type Column, type ColumnKind, Physical, physicalOf, putInt64 } from './column.ts';
import { ThriftWriter } from './thrift.ts';

export const codecNone = 0;
export const codecZstd = 6;

/** Where a column of a row group lies in the file, and what it holds. */
export interface ColumnChunk {
  readonly encodings: readonly number[];
  readonly codec: number;
  readonly dictionaryOffset: number | undefined;
  readonly dataOffset: number;
  readonly plainBytes: number;
  readonly bytes: number;
  readonly extremes: { readonly least: number; readonly most: number } | undefined;
}

export interface RowGroup {
  readonly rows: number;
  readonly chunks: readonly ColumnChunk[];
}

export interface FileShape {
  readonly columns: readonly Column[];
  readonly groups: readonly RowGroup[];
  readonly rows: number;
  readonly sortedBy: number;
}

/** `ConvertedType` of the format: readers of any age know it. */
const converted: Partial<Record<ColumnKind, number>> = { text: 0, decimal: 5, time: 9, small: 11 };
const decimalDigits = 18;

/** The serialized `FileMetaData`. */
export function putFooter(shape: FileShape): ByteSink {
  const thrift = new ThriftWriter(new ByteSink(65_536));
  thrift.element(() => {
    thrift.i32(1, 2);
    thrift.structs(2, [undefined, ...shape.columns], (column) =>
      putSchema(thrift, column, shape.columns.length),
    );
    thrift.i64(3, shape.rows);
    thrift.structs(4, shape.groups, (group) => putGroup(thrift, group, shape));
    thrift.text(6, 'fengsui');
    thrift.structs(7, shape.columns, () => thrift.struct(1, () => {}));
  });
  return thrift.sink;
}

function putSchema(thrift: ThriftWriter, column: Column | undefined, count: number): void {
  if (column === undefined) {
    thrift.text(4, 'readings');
    thrift.i32(5, count);
    return;
  }
  thrift.i32(1, physicalOf(column.kind));
  thrift.i32(3, column.optional === true ? 1 : 0);
  thrift.text(4, column.name);
  const type = converted[column.kind];
  if (type !== undefined) thrift.i32(6, type);
  if (column.kind !== 'decimal') return;
  thrift.i32(7, column.scale ?? 0);
  thrift.i32(8, decimalDigits);
}

function putGroup(thrift: ThriftWriter, group: RowGroup, shape: FileShape): void {
  const pairs = group.chunks.flatMap((chunk, index) => {
    const column = shape.columns[index];
    return column === undefined ? [] : [{ chunk, column }];
  });
  const sum = (size: (chunk: ColumnChunk) => number): number =>
    group.chunks.reduce((total, c) => total + size(c), 0);
  thrift.structs(1, pairs, ({ chunk, column }) => {
    thrift.i64(2, 0);
    thrift.struct(3, () => putChunk(thrift, chunk, column, group.rows));
  });
  thrift.i64(
    2,
    sum((chunk) => chunk.plainBytes),
  );
  thrift.i64(3, group.rows);
  const order = shape.columns.slice(0, shape.sortedBy).map((_, index) => index);
  thrift.structs(4, order, (index) => {
    thrift.i32(1, index);
    thrift.bool(2, false);
    thrift.bool(3, false);
  });
  thrift.i64(
    6,
    sum((chunk) => chunk.bytes),
  );
}

function putChunk(thrift: ThriftWriter, chunk: ColumnChunk, column: Column, rows: number): void {
  thrift.i32(1, physicalOf(column.kind));
  thrift.i32s(2, chunk.encodings);
  thrift.texts(3, [column.name]);
  thrift.i32(4, chunk.codec);
  thrift.i64(5, rows);
  thrift.i64(6, chunk.plainBytes);
  thrift.i64(7, chunk.bytes);
  thrift.i64(9, chunk.dataOffset);
  if (chunk.dictionaryOffset !== undefined) thrift.i64(11, chunk.dictionaryOffset);
  const { extremes } = chunk;
  if (extremes === undefined) return;
  thrift.struct(12, () => {
    thrift.i64(3, 0);
    thrift.binary(5, bound(column, extremes.most));
    thrift.binary(6, bound(column, extremes.least));
  });
}

function bound(column: Column, value: number): Uint8Array {
  const sink = new ByteSink(8);
  if (physicalOf(column.kind) === Physical.int64) putInt64(sink, value);
  else sink.uint32(value);
  return sink.view();
}

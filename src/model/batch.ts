// SPDX-License-Identifier: Apache-2.0
import { assert, fail, ok, type Result, type TimeMs } from '#core';

/** How a value that is not a number is stored: UTF-8 text of the string, or of its JSON. */
export const VarKind = { string: 1, json: 2 } as const;
export type VarKindCode = 1 | 2;

/**
 * Layout of a readings record, little endian; columns start at multiples of 8 so that readers map them as typed arrays:
 *
 *   0  u8  version (1)      1 u8 0      2 u16 0     4 u32 rows
 *   8  f64 arrival time, ms
 *  16  u32 var values      20 u32 var bytes
 *  24  f64 time[rows]      phenomenon time, ms
 *      f64 value[rows]     number, integer, 0/1 for boolean, NaN for a var value or a bad reading
 *      u32 series[rows]
 *      u8  quality[rows]   then padding to 4
 *      u32 varRow[vars]    rows in ascending order
 *      u32 varEnd[vars]    end of each value within the var bytes
 *      u8  varKind[vars]
 *      u8  varBytes[…]
 */
const headerBytes = 24;
const version = 1;

/** Numbers of rows and bytes to which a builder is cut back when a message proves bad half way. */
export interface BatchMark {
  readonly rows: number;
  readonly vars: number;
  readonly varBytes: number;
}

/** Collects readings of many things into one columnar record. Rows cost no allocation; columns double when full. */
export class BatchBuilder {
  rows = 0;
  #time: Float64Array;
  #value: Float64Array;
  #series: Uint32Array;
  #quality: Uint8Array;
  #vars = 0;
  #varRow = new Uint32Array(64);
  #varEnd = new Uint32Array(64);
  #varKind = new Uint8Array(64);
  #varBytes = Buffer.allocUnsafe(4_096);
  #varBytesUsed = 0;

  constructor(capacity = 1_024) {
    this.#time = new Float64Array(capacity);
    this.#value = new Float64Array(capacity);
    this.#series = new Uint32Array(capacity);
    this.#quality = new Uint8Array(capacity);
  }

  /** Bytes the sealed record would have. */
  get bytes(): number {
    return sealedBytes(this.rows, this.#vars, this.#varBytesUsed);
  }

  /** Appends a numeric reading. `series` > 0; `time` in ms; `value` may be NaN only with a bad quality. */
  number(series: number, time: TimeMs, value: number, quality: number): void {
    const row = this.rows;
    if (row === this.#time.length) this.#growRows();
    this.#time[row] = time;
    this.#value[row] = value;
    this.#series[row] = series;
    this.#quality[row] = quality;
    this.rows = row + 1;
  }

  /** Appends a reading whose value is text: a string, or the JSON of an object, array or position. */
  // oxlint-disable-next-line max-params -- an object for each value would be garbage on the hot path
  text(series: number, time: TimeMs, kind: VarKindCode, value: string, quality: number): void {
    const size = Buffer.byteLength(value);
    this.#reserveVar(size);
    const at = this.#vars++;
    this.#varRow[at] = this.rows;
    this.#varKind[at] = kind;
    this.#varBytes.write(value, this.#varBytesUsed);
    this.#varBytesUsed += size;
    this.#varEnd[at] = this.#varBytesUsed;
    this.number(series, time, Number.NaN, quality);
  }

  mark(): BatchMark {
    return { rows: this.rows, vars: this.#vars, varBytes: this.#varBytesUsed };
  }

  /** Forgets everything since the mark. */
  rollback(mark: BatchMark): void {
    assert(mark.rows <= this.rows, 'a batch is cut back, never forward');
    this.rows = mark.rows;
    this.#vars = mark.vars;
    this.#varBytesUsed = mark.varBytes;
  }

  /** The record's bytes, and an empty builder again. */
  seal(arrival: TimeMs): Uint8Array {
    const rows = this.rows;
    const vars = this.#vars;
    const out = Buffer.allocUnsafeSlow(sealedBytes(rows, vars, this.#varBytesUsed));
    out.fill(0, 0, headerBytes);
    out[0] = version;
    out.writeUInt32LE(rows, 4);
    out.writeDoubleLE(arrival, 8);
    out.writeUInt32LE(vars, 16);
    out.writeUInt32LE(this.#varBytesUsed, 20);
    let at = headerBytes;
    const put = (column: Float64Array | Uint32Array | Uint8Array, count: number): void => {
      const bytes = count * column.BYTES_PER_ELEMENT;
      out.set(new Uint8Array(column.buffer, column.byteOffset, bytes), at);
      at += bytes;
    };
    put(this.#time, rows);
    put(this.#value, rows);
    put(this.#series, rows);
    put(this.#quality, rows);
    const padding = -at & 3;
    out.fill(0, at, at + padding);
    at += padding;
    put(this.#varRow, vars);
    put(this.#varEnd, vars);
    put(this.#varKind, vars);
    put(this.#varBytes, this.#varBytesUsed);
    this.rows = 0;
    this.#vars = 0;
    this.#varBytesUsed = 0;
    return out;
  }

  #growRows(): void {
    const capacity = this.#time.length * 2;
    this.#time = grown(this.#time, new Float64Array(capacity));
    this.#value = grown(this.#value, new Float64Array(capacity));
    this.#series = grown(this.#series, new Uint32Array(capacity));
    this.#quality = grown(this.#quality, new Uint8Array(capacity));
  }

  #reserveVar(bytes: number): void {
    if (this.#vars === this.#varRow.length) {
      const capacity = this.#vars * 2;
      this.#varRow = grown(this.#varRow, new Uint32Array(capacity));
      this.#varEnd = grown(this.#varEnd, new Uint32Array(capacity));
      this.#varKind = grown(this.#varKind, new Uint8Array(capacity));
    }
    const needed = this.#varBytesUsed + bytes;
    if (needed > this.#varBytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#varBytes.length * 2));
      larger.set(this.#varBytes.subarray(0, this.#varBytesUsed));
      this.#varBytes = larger;
    }
  }
}

/** A readings record, its columns mapped in place. */
export interface Batch {
  readonly rows: number;
  readonly arrival: TimeMs;
  readonly time: Float64Array;
  readonly value: Float64Array;
  readonly series: Uint32Array;
  readonly quality: Uint8Array;
  readonly varRow: Uint32Array;
  readonly varEnd: Uint32Array;
  readonly varKind: Uint8Array;
  readonly varBytes: Buffer;
}

/** Maps a readings record; copies it first when it does not start at a multiple of 8. Any other bytes give `bus.bad-batch`. */
export function openBatch(record: Uint8Array): Result<Batch> {
  if (record.length < headerBytes || record[0] !== version) return fail('bus.bad-batch', 'byte 0');
  const bytes = record.byteOffset % 8 === 0 ? record : Uint8Array.from(record);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const rows = view.getUint32(4, true);
  const vars = view.getUint32(16, true);
  const varBytes = view.getUint32(20, true);
  if (vars > rows || sealedBytes(rows, vars, varBytes) !== bytes.length)
    return fail('bus.bad-batch', 'byte 4');
  let at = bytes.byteOffset + headerBytes;
  const skip = (size: number): number => {
    const start = at;
    at += size;
    return start;
  };
  const buffer = bytes.buffer;
  const time = new Float64Array(buffer, skip(rows * 8), rows);
  const value = new Float64Array(buffer, skip(rows * 8), rows);
  const series = new Uint32Array(buffer, skip(rows * 4), rows);
  const quality = new Uint8Array(buffer, skip(rows), rows);
  at += -(at - bytes.byteOffset) & 3;
  const varRow = new Uint32Array(buffer, skip(vars * 4), vars);
  const varEnd = new Uint32Array(buffer, skip(vars * 4), vars);
  const varKind = new Uint8Array(buffer, skip(vars), vars);
  const text = Buffer.from(buffer, at, varBytes);
  if (!varsFit(rows, varRow, varEnd, varBytes)) return fail('bus.bad-batch', 'var values');
  return ok({
    rows,
    arrival: view.getFloat64(8, true),
    time,
    value,
    series,
    quality,
    varRow,
    varEnd,
    varKind,
    varBytes: text,
  });
}

/** The text of the `index`th var value. */
export function varText(batch: Batch, index: number): string {
  const start = index === 0 ? 0 : (batch.varEnd[index - 1] ?? 0);
  return batch.varBytes.toString('utf8', start, batch.varEnd[index]);
}

function varsFit(
  rows: number,
  varRow: Uint32Array,
  varEnd: Uint32Array,
  varBytes: number,
): boolean {
  let lastRow = -1;
  let lastEnd = 0;
  for (let i = 0; i < varRow.length; i++) {
    const row = varRow[i] ?? 0;
    const end = varEnd[i] ?? 0;
    if (row <= lastRow || row >= rows || end < lastEnd || end > varBytes) return false;
    lastRow = row;
    lastEnd = end;
  }
  return lastEnd === varBytes;
}

function sealedBytes(rows: number, vars: number, varBytes: number): number {
  const columns = headerBytes + rows * 21;
  return columns + (-columns & 3) + vars * 9 + varBytes;
}

function grown<T extends Float64Array | Uint32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

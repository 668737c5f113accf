// SPDX-License-Identifier: Apache-2.0
import { assert, type TimeMs } from '#core';
import { VarKind, varText, type Batch, type VarKindCode } from '#model';

/** The last measured value of a series. */
export interface CurrentValue {
  readonly time: TimeMs;
  readonly quality: number;
  /** NaN when `text` is there, or when the reading was bad. */
  readonly number: number;
  readonly text: { readonly kind: VarKindCode; readonly value: string } | undefined;
}

const version = 2;
const headBytes = 16;
/** Bytes a series takes in memory and in a snapshot; texts come on top. */
const bytesPerSeries = 17;
const textHeadBytes = 9;

/**
 * The last measured value of every series: the fold of the readings of the log. "Last" is the
 * greatest measured time; of two readings of the same time the later record counts. Dense columns
 * by series id, so that applying a row is a comparison and three stores.
 */
export class CurrentState {
  #time = new Float64Array(1_024).fill(Number.NEGATIVE_INFINITY);
  #number = new Float64Array(1_024);
  #quality = new Uint8Array(1_024);
  readonly #text = new Map<number, { readonly kind: VarKindCode; readonly value: string }>();

  get(series: number): CurrentValue | undefined {
    const time = this.#time[series];
    if (time === undefined || time === Number.NEGATIVE_INFINITY) return undefined;
    return {
      time,
      quality: this.#quality[series] ?? 0,
      number: this.#number[series] ?? Number.NaN,
      text: this.#text.get(series),
    };
  }

  /** Folds a readings record in. */
  apply(batch: Batch): void {
    const { rows, time, value, series, quality, varRow } = batch;
    let vars = 0;
    for (let row = 0; row < rows; row++) {
      const id = series[row] ?? 0;
      const at = time[row] ?? 0;
      if (id >= this.#time.length) this.#grow(id);
      const isText = vars < varRow.length && varRow[vars] === row;
      if (at >= (this.#time[id] ?? 0)) {
        this.#time[id] = at;
        this.#number[id] = value[row] ?? Number.NaN;
        this.#quality[id] = quality[row] ?? 0;
        if (isText) this.#setText(id, batch, vars);
        else if (this.#text.size > 0) this.#text.delete(id);
      }
      if (isText) vars++;
    }
  }

  /** Forgets series that were erased. */
  forget(series: readonly number[]): void {
    for (const id of series) {
      if (id < this.#time.length) this.#time[id] = Number.NEGATIVE_INFINITY;
      this.#text.delete(id);
    }
  }

  /**
   * The state as bytes, little endian: u32 version, u32 series, f64 texts; the columns f64 time,
   * f64 number, u8 quality; for each text u32 series, u8 kind, u32 bytes, UTF-8.
   */
  save(): Uint8Array {
    const count = this.#time.length;
    let bytes = headBytes + count * bytesPerSeries;
    for (const { value } of this.#text.values()) bytes += textHeadBytes + Buffer.byteLength(value);
    const out = Buffer.allocUnsafeSlow(bytes);
    out.writeUInt32LE(version, 0);
    out.writeUInt32LE(count, 4);
    out.writeDoubleLE(this.#text.size, 8);
    out.set(bytesOf(this.#time), headBytes);
    out.set(bytesOf(this.#number), headBytes + count * 8);
    out.set(this.#quality, headBytes + count * 16);
    let at = headBytes + count * bytesPerSeries;
    for (const [id, { kind, value }] of this.#text) {
      const length = out.write(value, at + textHeadBytes);
      out.writeUInt32LE(id, at);
      out.writeUInt8(kind, at + 4);
      out.writeUInt32LE(length, at + 5);
      at += textHeadBytes + length;
    }
    return out;
  }

  /** Takes the state that `save` gave; the snapshot file has checked that it is whole. */
  restore(state: Uint8Array): void {
    const bytes = Buffer.from(state.buffer, state.byteOffset, state.byteLength);
    assert(bytes.readUInt32LE(0) === version, 'a current-state snapshot of this version');
    const count = bytes.readUInt32LE(4);
    // A copy: the columns have to begin at a multiple of eight, and go on to change.
    const columns = new Uint8Array(bytes.subarray(headBytes, headBytes + count * bytesPerSeries));
    this.#time = new Float64Array(columns.buffer, 0, count);
    this.#number = new Float64Array(columns.buffer, count * 8, count);
    this.#quality = new Uint8Array(columns.buffer, count * 16, count);
    this.#text.clear();
    let at = headBytes + count * bytesPerSeries;
    for (let left = bytes.readDoubleLE(8); left > 0; left--) {
      const kind = bytes.readUInt8(at + 4) === VarKind.json ? VarKind.json : VarKind.string;
      const end = at + textHeadBytes + bytes.readUInt32LE(at + 5);
      const value = bytes.toString('utf8', at + textHeadBytes, end);
      this.#text.set(bytes.readUInt32LE(at), { kind, value });
      at = end;
    }
  }

  #setText(id: number, batch: Batch, index: number): void {
    const kind = batch.varKind[index] === VarKind.json ? VarKind.json : VarKind.string;
    this.#text.set(id, { kind, value: varText(batch, index) });
  }

  #grow(series: number): void {
    const capacity = Math.max(this.#time.length * 2, series + 1);
    const time = new Float64Array(capacity).fill(Number.NEGATIVE_INFINITY);
    const number = new Float64Array(capacity);
    const quality = new Uint8Array(capacity);
    time.set(this.#time);
    number.set(this.#number);
    quality.set(this.#quality);
    this.#time = time;
    this.#number = number;
    this.#quality = quality;
  }
}

function bytesOf(column: Float64Array): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
}

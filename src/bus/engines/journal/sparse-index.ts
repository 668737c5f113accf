// SPDX-License-Identifier: Apache-2.0
import { crc32 } from 'node:zlib';
import type { TimeMs } from '#core';
import type { Offset } from '../../port.ts';
import { headerBytes, isOffset, type SegmentHeader } from './format.ts';

/** Bytes of log between two marks. */
export const markStride = 1_048_576;
export const markBytes = 32;

/** A boundary between units: everything before `position` is durable, and was appended at or before `time`. */
export interface Mark {
  readonly position: number;
  /** Offset of the first record at or after `position`. */
  readonly offset: Offset;
  readonly time: TimeMs;
}

/**
 * Marks of one segment, in memory and as 32-byte rows of a side file: f64 offset, f64 position, f64 time, u32 salt,
 * u32 CRC of the first 28 bytes. The file is index and checkpoint at once; rows may be missing, never wrong, so
 * that it needs no sync.
 */
export class SparseIndex {
  readonly #marks: Mark[];

  constructor(header: SegmentHeader, marks: readonly Mark[] = []) {
    this.#marks = [{ position: headerBytes, offset: header.first, time: header.start }, ...marks];
  }

  get last(): Mark {
    const mark = this.#marks.at(-1);
    if (!mark) throw new RangeError('an index has its first mark');
    return mark;
  }

  /** Rows of the side file: the first mark is not in it. */
  get rows(): number {
    return this.#marks.length - 1;
  }

  /** Takes a boundary when it is far enough from the last one; tells whether it did. */
  note(mark: Mark, stride = markStride): boolean {
    if (mark.position - this.last.position < stride) return false;
    this.#marks.push(mark);
    return true;
  }

  /** Forgets marks after a place: the file does not have them any more. */
  cut(position: number): void {
    while (this.#marks.length > 1 && this.last.position > position) this.#marks.pop();
  }

  /** The last mark at or before an offset. */
  before(offset: Offset): Mark {
    return this.#lastWhere((mark) => mark.offset <= offset);
  }

  /** The last mark at or before a place in the file. */
  within(position: number): Mark {
    return this.#lastWhere((mark) => mark.position <= position);
  }

  /** The last mark such that everything before it is older than a time. */
  olderThan(time: TimeMs): Mark {
    return this.#lastWhere((mark) => mark.time < time);
  }

  #lastWhere(holds: (mark: Mark) => boolean): Mark {
    let low = 0;
    let high = this.#marks.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      const mark = this.#marks[middle];
      if (mark && holds(mark)) low = middle;
      else high = middle;
    }
    return this.#marks[low] ?? this.last;
  }
}

export function encodeMark(mark: Mark, salt: number): Uint8Array {
  const out = Buffer.alloc(markBytes);
  out.writeDoubleLE(mark.offset, 0);
  out.writeDoubleLE(mark.position, 8);
  out.writeDoubleLE(mark.time, 16);
  out.writeUInt32LE(salt, 24);
  out.writeUInt32LE(crc32(out.subarray(0, 28), salt), 28);
  return out;
}

/** The rows of a side file up to the first that is bad or out of order. */
export function decodeMarks(bytes: Buffer, header: SegmentHeader): Mark[] {
  const marks: Mark[] = [];
  let last: Mark = { position: headerBytes, offset: header.first, time: header.start };
  for (let at = 0; at + markBytes <= bytes.length; at += markBytes) {
    const row = bytes.subarray(at, at + markBytes);
    if (crc32(row.subarray(0, 28), header.salt) !== row.readUInt32LE(28)) break;
    const mark = {
      offset: row.readDoubleLE(0),
      position: row.readDoubleLE(8),
      time: row.readDoubleLE(16),
    };
    const follows =
      isOffset(mark.offset) &&
      isOffset(mark.position) &&
      mark.position % 8 === 0 &&
      mark.offset > last.offset &&
      mark.position > last.position &&
      mark.time >= last.time;
    if (!follows) break;
    marks.push(mark);
    last = mark;
  }
  return marks;
}

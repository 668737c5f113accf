// oxlint-disable no-non-null-assertion -- reads are bounds-checked by the surrounding loop
// SPDX-License-Identifier: Apache-2.0
import type { ByteSink } from './bytes.ts';

/** Encodings of the Parquet format that are written here. */
export const Encoding = {
  plain: 0,
  rle: 3,
  deltaBinaryPacked: 5,
  dictionary: 8,
  byteStreamSplit: 9,
} as const;

const blockValues = 128;
const miniblocks = 4;
const miniblockValues = blockValues / miniblocks;
/** Differences wider than this are not packed: the arithmetic below stays exact within 53 bits. */
const packedBitsMax = 45;

/**
 * DELTA_BINARY_PACKED with blocks of 128: a jump (the next series starts again at midnight) spoils at
 * most that one block. False, with nothing of use written, when the differences are too wide to be packed.
 */
export function putDeltas(sink: ByteSink, values: Float64Array, count: number): boolean {
  sink.varint(blockValues);
  sink.varint(miniblocks);
  sink.varint(count);
  sink.zigzag(count === 0 ? 0 : values[0]!);
  for (let start = 1; start < count; start += blockValues) {
    const end = Math.min(start + blockValues, count);
    let least = Infinity;
    for (let i = start; i < end; i++) {
      const delta = values[i]! - values[i - 1]!;
      if (delta < least) least = delta;
    }
    if (!putBlock(sink, { values, start, end, least })) return false;
  }
  return true;
}

interface Block {
  readonly values: Float64Array;
  readonly start: number;
  readonly end: number;
  readonly least: number;
}

const packed = (block: Block, i: number): number =>
  i < block.end ? block.values[i]! - block.values[i - 1]! - block.least : 0;

function putBlock(sink: ByteSink, block: Block): boolean {
  sink.zigzag(block.least);
  sink.reserve(miniblocks);
  const widthsAt = sink.length;
  sink.length += miniblocks;
  for (let m = 0; m < miniblocks; m++) {
    const first = block.start + m * miniblockValues;
    let most = 0;
    for (let i = first; i < first + miniblockValues && i < block.end; i++) {
      const value = packed(block, i);
      if (value > most) most = value;
    }
    const width = bitsOf(most);
    if (width > packedBitsMax) return false;
    // A miniblock without values has width 0 and no bytes.
    sink.bytes[widthsAt + m] = width;
    if (width > 0) packMiniblock(sink, block, first, width);
  }
  return true;
}

function packMiniblock(sink: ByteSink, block: Block, first: number, width: number): void {
  sink.reserve((miniblockValues * width) / 8 + 8);
  const { bytes } = sink;
  let at = sink.length;
  let held = 0;
  let bits = 0;
  for (let i = first; i < first + miniblockValues; i++) {
    let value = packed(block, i);
    let left = width;
    // 16 bits at a time: `held` never has more than 7 + 16 bits, so integer arithmetic suffices.
    while (left > 0) {
      const take = left < 16 ? left : 16;
      const low = value % 65_536;
      value = (value - low) / 65_536;
      held |= low << bits;
      bits += take;
      left -= take;
      while (bits >= 8) {
        bytes[at++] = held;
        held >>>= 8;
        bits -= 8;
      }
    }
  }
  sink.length = at;
}

/** Bits that an unsigned integer below 2^53 takes. */
export function bitsOf(value: number): number {
  if (value < 4_294_967_296) return 32 - Math.clz32(value);
  return 64 - Math.clz32(Math.floor(value / 4_294_967_296));
}

/** Dictionary indexes: the bit width, then one bit-packed run (RLE/bit-packing hybrid). */
export function putIndexes(
  sink: ByteSink,
  indexes: Uint16Array,
  count: number,
  width: number,
): void {
  const groups = Math.ceil(count / 8);
  sink.byte(width);
  sink.varint(groups * 2 + 1);
  sink.reserve(groups * width);
  const { bytes } = sink;
  let at = sink.length;
  let held = 0;
  let bits = 0;
  for (let i = 0; i < groups * 8; i++) {
    held |= (i < count ? indexes[i]! : 0) << bits;
    bits += width;
    while (bits >= 8) {
      bytes[at++] = held;
      held >>>= 8;
      bits -= 8;
    }
  }
  sink.length = at;
}

/** Definition levels of an optional column, 1 where present: length, then runs. */
export function putPresence(sink: ByteSink, present: Uint8Array, count: number): void {
  const lengthAt = sink.length;
  sink.uint32(0);
  let i = 0;
  while (i < count) {
    const level = present[i]!;
    let end = i + 1;
    while (end < count && present[end] === level) end++;
    sink.varint((end - i) * 2);
    sink.byte(level);
    i = end;
  }
  const size = sink.length - lengthAt - 4;
  for (let b = 0; b < 4; b++) sink.bytes[lengthAt + b] = size >>> (8 * b);
}

/** BYTE_STREAM_SPLIT: all first bytes, then all second bytes, …: like bytes stand together for zstd. */
export function putSplit(sink: ByteSink, values: Float64Array, count: number): void {
  sink.reserve(count * 8);
  const from = new Uint8Array(values.buffer, values.byteOffset, count * 8);
  for (let b = 0; b < 8; b++) {
    const base = sink.length + b * count;
    for (let i = 0; i < count; i++) sink.bytes[base + i] = from[i * 8 + b]!;
  }
  sink.length += count * 8;
}

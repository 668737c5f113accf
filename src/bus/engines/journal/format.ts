// SPDX-License-Identifier: Apache-2.0
import { crc32 } from 'node:zlib';
import { partitionCount, type TimeMs } from '#core';
import { RecordKind, type Offset, type RecordKindCode } from '../../port.ts';

/**
 * A segment file, little endian. The header is there twice, so that one bad sector does not cost the segment:
 *
 *    0  u8[8] magic      8 u32 version     12 u32 partitions
 *   16  f64 first offset    24 f64 start time, ms    32 u32 salt    36 zeros    508 u32 CRC of 0…508
 *  512  the same again
 * 1024  units, each starting at a multiple of 8
 *
 * A unit:
 *
 *    0  u32 magic        4 u32 body bytes (a multiple of 8)
 *    8  f64 offset of its first record    16 f64 time, ms
 *   24  f64 durable: every record before this offset was on stable storage when the unit was written
 *   32  u32 records     36 u32 CRC of the body     40 u32 zero     44 u32 CRC of 0…44
 *   48  body: per record u32 payload bytes, u8 kind, u8[3] zero, payload, padding to 8
 *
 * CRCs start from the segment's salt plus the unit's place, so that bytes of a unit found anywhere else (in a
 * payload, in a reused block, after a misdirected write) are not taken for one.
 */
export const formatVersion = 1;
export const headerBytes = 1_024;
export const unitHeadBytes = 48;
export const recordHeadBytes = 8;
/** Padding is not zero: an all-zero sector then always means that nothing was written there. */
export const paddingByte = 0xa5;

const headerCopyBytes = 512;
const segmentMagic = Buffer.from('FSJOURNL');
const unitMagic = 0x31_55_53_46;

export interface SegmentHeader {
  readonly first: Offset;
  readonly start: TimeMs;
  readonly salt: number;
}

export type DecodedHeader =
  | { readonly state: 'good' | 'damaged'; readonly header: SegmentHeader }
  | { readonly state: 'unreadable' | 'other-layout'; readonly header?: undefined };

export function encodeHeader(header: SegmentHeader): Uint8Array {
  const out = Buffer.alloc(headerBytes);
  segmentMagic.copy(out);
  out.writeUInt32LE(formatVersion, 8);
  out.writeUInt32LE(partitionCount, 12);
  out.writeDoubleLE(header.first, 16);
  out.writeDoubleLE(header.start, 24);
  out.writeUInt32LE(header.salt, 32);
  out.writeUInt32LE(crc32(out.subarray(0, 508)), 508);
  out.copy(out, headerCopyBytes, 0, headerCopyBytes);
  return out;
}

/** Reads the first `headerBytes` of a segment; `damaged` when one of the two copies is bad. */
export function decodeHeader(bytes: Buffer): DecodedHeader {
  const copies = [0, headerCopyBytes].map((at) => bytes.subarray(at, at + headerCopyBytes));
  const good = copies.filter(
    (copy) =>
      copy.length === headerCopyBytes && crc32(copy.subarray(0, 508)) === copy.readUInt32LE(508),
  );
  const copy = good[0];
  if (!copy || !copy.subarray(0, 8).equals(segmentMagic)) return { state: 'unreadable' };
  const same = copy.readUInt32LE(8) === formatVersion && copy.readUInt32LE(12) === partitionCount;
  if (!same) return { state: 'other-layout' };
  const header = {
    first: copy.readDoubleLE(16),
    start: copy.readDoubleLE(24),
    salt: copy.readUInt32LE(32),
  };
  if (!isOffset(header.first) || !Number.isFinite(header.start)) return { state: 'unreadable' };
  return { state: good.length === 2 ? 'good' : 'damaged', header };
}

/** Where the CRCs of a unit start from. */
export function unitSeed(salt: number, position: number): number {
  return (salt + position / 8) >>> 0;
}

export interface UnitHead {
  readonly bodyBytes: number;
  readonly first: Offset;
  readonly time: TimeMs;
  readonly durable: Offset;
  readonly count: number;
  readonly bodyCrc: number;
}

export function writeUnitHead(into: Buffer, at: number, head: UnitHead, seed: number): void {
  into.writeUInt32LE(unitMagic, at);
  into.writeUInt32LE(head.bodyBytes, at + 4);
  into.writeDoubleLE(head.first, at + 8);
  into.writeDoubleLE(head.time, at + 16);
  into.writeDoubleLE(head.durable, at + 24);
  into.writeUInt32LE(head.count, at + 32);
  into.writeUInt32LE(head.bodyCrc, at + 36);
  into.writeUInt32LE(0, at + 40);
  into.writeUInt32LE(crc32(into.subarray(at, at + 44), seed), at + 44);
}

/** The head at a place, or undefined when there is none. All its bytes must be in the buffer. */
export function readUnitHead(bytes: Buffer, at: number, seed: number): UnitHead | undefined {
  if (bytes.readUInt32LE(at) !== unitMagic) return undefined;
  if (crc32(bytes.subarray(at, at + 44), seed) !== bytes.readUInt32LE(at + 44)) return undefined;
  const head = {
    bodyBytes: bytes.readUInt32LE(at + 4),
    first: bytes.readDoubleLE(at + 8),
    time: bytes.readDoubleLE(at + 16),
    durable: bytes.readDoubleLE(at + 24),
    count: bytes.readUInt32LE(at + 32),
    bodyCrc: bytes.readUInt32LE(at + 36),
  };
  const plausible =
    isOffset(head.first) &&
    isOffset(head.durable) &&
    head.durable <= head.first &&
    isOffset(head.first + head.count) &&
    Number.isFinite(head.time) &&
    head.count > 0 &&
    head.bodyBytes % 8 === 0 &&
    head.count * recordHeadBytes <= head.bodyBytes;
  return plausible ? head : undefined;
}

/** A cheap test before `readUnitHead`. */
export function hasUnitMagic(bytes: Buffer, at: number): boolean {
  return bytes.readUInt32LE(at) === unitMagic;
}

const kindByCode: readonly (RecordKindCode | undefined)[] = (() => {
  const kinds: (RecordKindCode | undefined)[] = [];
  for (const code of Object.values(RecordKind)) kinds[code] = code;
  return kinds;
})();

export function recordKind(code: number): RecordKindCode | undefined {
  return kindByCode[code];
}

/** Bytes of a payload with its padding. */
export function paddedBytes(bytes: number): number {
  return bytes + (-bytes & 7);
}

export function isOffset(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

const segmentSuffix = '.log';
const indexSuffix = '.idx';

export function segmentName(first: Offset): string {
  return `${offsetText(first)}${segmentSuffix}`;
}

export function indexName(first: Offset): string {
  return `${offsetText(first)}${indexSuffix}`;
}

/** The first offset of a segment from its file name, or undefined for any other file. */
export function offsetOfName(name: string): Offset | undefined {
  const match = /^(\d{16})\.log$/.exec(name);
  const first = Number(match?.[1]);
  return match && isOffset(first) ? first : undefined;
}

/** Offsets in names have 16 digits, so that names sort as offsets do. */
export function offsetText(offset: Offset): string {
  return String(offset).padStart(16, '0');
}

// SPDX-License-Identifier: Apache-2.0
import { crc32 } from 'node:zlib';
import type { TimeMs } from '#core';
import type { DiskFile } from '#runtime';
import type { LogRecord, Offset } from '../../port.ts';
import * as format from './format.ts';

export interface WalkedUnit {
  readonly kind: 'unit';
  readonly position: number;
  readonly bytes: number;
  readonly first: Offset;
  readonly next: Offset;
  readonly time: TimeMs;
  /** Every record before this offset was durable when the unit was written. */
  readonly durable: Offset;
  readonly records: readonly LogRecord[];
}

/** A range of the file that holds no valid unit. */
export interface Damage {
  readonly kind: 'damage';
  readonly position: number;
  readonly bytes: number;
  readonly from: Offset;
  /** Undefined when nothing after it tells how many records it held; then at most `bytes / 8`. */
  readonly to: Offset | undefined;
  /** It ends where the range ends, in the middle of a unit. */
  readonly cut: boolean;
}

export type WalkItem = WalkedUnit | Damage;

export interface WalkRange {
  readonly salt: number;
  /** Where to start; a boundary between units. */
  readonly position: number;
  /** Offset of the first record expected there. */
  readonly offset: Offset;
  /** End of the range; nothing at or after it is looked at. */
  readonly end: number;
  /** Bytes a read, grown for a unit that is larger. */
  readonly chunkBytes: number;
}

/**
 * Walks over a range of a segment, chunk by chunk. Damage is skipped by looking for the next head whose CRC fits its place.
 * A file that is shorter than the range ends in damage when a unit is cut by its end.
 */
export async function* walk(file: DiskFile, range: WalkRange): AsyncGenerator<readonly WalkItem[]> {
  const walker = new Walker(range);
  let end = range.end;
  let wanted = range.chunkBytes;
  for (let at = range.position; at < end;) {
    const buffer = Buffer.allocUnsafeSlow(Math.min(wanted, end - at));
    const count = await file.read(buffer, at);
    if (count < buffer.length) end = at + count;
    const used = walker.take(buffer.subarray(0, count), at, end);
    at += used;
    wanted = Math.max(range.chunkBytes, walker.wanted);
    yield walker.items();
  }
}

class Walker {
  /** Bytes that the next chunk must have at least. */
  wanted = 0;
  readonly #salt: number;
  #offset: Offset;
  #damagedFrom: number | undefined;
  #items: WalkItem[] = [];

  constructor(range: WalkRange) {
    this.#salt = range.salt;
    this.#offset = range.offset;
  }

  items(): readonly WalkItem[] {
    const items = this.#items;
    this.#items = [];
    return items;
  }

  /** Takes what is whole in a chunk that starts at `base`; returns the bytes used. `end` is the end of the range. */
  take(bytes: Buffer, base: number, end: number): number {
    const last = base + bytes.length >= end;
    let at = 0;
    this.wanted = 0;
    while (at < bytes.length) {
      const left = bytes.length - at;
      if (left < format.unitHeadBytes) {
        if (!last) return this.#want(format.unitHeadBytes, at);
        const cut = this.#damagedFrom === undefined;
        this.#damagedFrom ??= base + at;
        this.#closeDamage(end, undefined, cut);
        return bytes.length;
      }
      const position = base + at;
      const head = this.#headAt(bytes, at, position);
      if (!head) {
        this.#damagedFrom ??= position;
        at = this.#nextCandidate(bytes, at + 8);
        continue;
      }
      const size = format.unitHeadBytes + head.bodyBytes;
      this.#closeDamage(position, head.first);
      if (position + size > end) {
        this.#damage({ position, end, from: head.first, to: head.first + head.count, cut: true });
        return end - base;
      }
      if (size > left) return this.#want(size, at);
      this.#takeUnit(bytes.subarray(at, at + size), position, head);
      at += size;
    }
    if (last) this.#closeDamage(end, undefined);
    return at;
  }

  #want(bytes: number, used: number): number {
    this.wanted = bytes;
    return used;
  }

  #headAt(bytes: Buffer, at: number, position: number): format.UnitHead | undefined {
    const head = format.readUnitHead(bytes, at, format.unitSeed(this.#salt, position));
    if (!head || head.first < this.#offset) return undefined;
    const skipped = this.#damagedFrom === undefined ? 0 : position - this.#damagedFrom;
    return head.first - this.#offset <= skipped / format.recordHeadBytes ? head : undefined;
  }

  /** The next place at which a head may be looked for, or the end of what can be decided with this chunk. */
  #nextCandidate(bytes: Buffer, from: number): number {
    let at = from;
    while (at + format.unitHeadBytes <= bytes.length && !format.hasUnitMagic(bytes, at)) at += 8;
    return Math.min(at, bytes.length);
  }

  #takeUnit(bytes: Buffer, position: number, head: format.UnitHead): void {
    const records = readRecords(bytes, position, head, this.#salt);
    const next = head.first + head.count;
    if (!records) {
      const end = position + bytes.length;
      return this.#damage({ position, end, from: head.first, to: next, cut: false });
    }
    const { first, time, durable } = head;
    this.#items.push({
      kind: 'unit',
      position,
      bytes: bytes.length,
      first,
      next,
      time,
      durable,
      records,
    });
    this.#offset = next;
  }

  #closeDamage(end: number, to: Offset | undefined, cut = false): void {
    const position = this.#damagedFrom;
    if (position === undefined) return;
    this.#damagedFrom = undefined;
    this.#damage({ position, end, from: this.#offset, to, cut });
  }

  #damage(damage: Omit<Damage, 'kind' | 'bytes'> & { readonly end: number }): void {
    const { position, end, from, to, cut } = damage;
    this.#items.push({ kind: 'damage', position, bytes: end - position, from, to, cut });
    if (to !== undefined) this.#offset = to;
  }
}

/** The records of a whole unit, or undefined when its body is damaged. */
function readRecords(
  bytes: Buffer,
  position: number,
  head: format.UnitHead,
  salt: number,
): LogRecord[] | undefined {
  const seed = format.unitSeed(salt, position);
  if (crc32(bytes.subarray(format.unitHeadBytes), seed) !== head.bodyCrc) return undefined;
  const records: LogRecord[] = [];
  let at = format.unitHeadBytes;
  for (let i = 0; i < head.count; i++) {
    if (at + format.recordHeadBytes > bytes.length) return undefined;
    const size = bytes.readUInt32LE(at);
    const kind = format.recordKind(bytes.readUInt32LE(at + 4));
    at += format.recordHeadBytes;
    if (kind === undefined || size > bytes.length - at) return undefined;
    const payload = bytes.subarray(at, at + size);
    records.push({ offset: head.first + i, time: head.time, kind, payload });
    at += format.paddedBytes(size);
  }
  return at === bytes.length ? records : undefined;
}

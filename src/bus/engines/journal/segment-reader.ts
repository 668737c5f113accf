// SPDX-License-Identifier: Apache-2.0
import type { TimeMs } from '#core';
import type { Disk } from '#runtime';
import type { LogChunk, LogRecord, Offset } from '../../port.ts';
import type { Loss, Quarantine } from './quarantine.ts';
import type { Segment } from './segment.ts';
import type { Mark } from './sparse-index.ts';
import { walk, type Damage, type WalkedUnit } from './walk.ts';

const chunkBytesMin = 262_144;
const placesMax = 256;

/** Reads records from the files. Whatever cannot be read for damage is answered as a gap. */
export class SegmentReader {
  readonly #disk: Disk;
  readonly #segments: readonly Segment[];
  readonly #quarantine: Quarantine;
  /** Where in its file an offset lies, for readers that go on where they stopped. */
  readonly #places = new Map<Offset, number>();

  constructor(disk: Disk, segments: readonly Segment[], quarantine: Quarantine) {
    this.#disk = disk;
    this.#segments = segments;
    this.#quarantine = quarantine;
  }

  /** Records from `from`, which lies between the first segment and `head`. */
  async read(from: Offset, head: Offset, bytesMax: number): Promise<LogChunk> {
    const { segment, next } = this.#find((s) => s.first <= from, head);
    if (segment.unreadable) {
      await this.#quarantine.keep(segment, {
        position: 0,
        bytes: segment.end,
        from: segment.first,
        to: next,
      });
      return gapChunk(from, next);
    }
    const active = segment === this.#segments.at(-1);
    const collector = new Collector(from, next, bytesMax);
    const index = await segment.index(this.#disk);
    const place = this.#places.get(from);
    const mark = place === undefined ? index.before(from) : { position: place, offset: from };
    const chunkBytes = Math.max(bytesMax, chunkBytesMin);
    const range = { salt: segment.salt, ...mark, end: segment.end, chunkBytes };
    const file = await this.#disk.open(segment.path, 'read');
    try {
      for await (const items of walk(file, range)) {
        for (const item of items) {
          if (collector.full) break;
          if (item.kind === 'damage') await this.#damage(collector, segment, item, next);
          else collector.unit(item);
        }
        if (!active) index.note(collector.mark());
        if (collector.full) break;
      }
    } finally {
      await file.close();
    }
    return this.#answer(collector, segment, next);
  }

  /** The first offset appended at or after a time. */
  async offsetAt(time: TimeMs, head: Offset): Promise<Offset> {
    const first = this.#segments[0];
    if (!first || first.start >= time) return first?.first ?? head;
    const { segment, next } = this.#find((s) => s.start < time, head);
    if (segment.unreadable) return segment.first;
    const { position, offset } = (await segment.index(this.#disk)).olderThan(time);
    const range = {
      salt: segment.salt,
      position,
      offset,
      end: segment.end,
      chunkBytes: chunkBytesMin,
    };
    const file = await this.#disk.open(segment.path, 'read');
    try {
      for await (const items of walk(file, range)) {
        for (const item of items) {
          if (item.kind === 'unit' && item.time >= time) return Math.min(item.first, next);
        }
      }
    } finally {
      await file.close();
    }
    return next;
  }

  async #damage(
    collector: Collector,
    segment: Segment,
    damage: Damage,
    next: Offset,
  ): Promise<void> {
    const loss = { ...damage, to: Math.min(damage.to ?? next, next) };
    if (loss.to <= collector.next) return;
    await this.#quarantine.keep(segment, loss);
    collector.loss(loss);
  }

  async #answer(collector: Collector, segment: Segment, next: Offset): Promise<LogChunk> {
    const { records, gap } = collector;
    if (gap) return gapChunk(gap.from, gap.to);
    if (records.length === 0 && collector.next < next) {
      const loss = { position: segment.end, bytes: 0, from: collector.next, to: next };
      await this.#quarantine.keep(segment, loss);
      return gapChunk(collector.next, next);
    }
    if (collector.next < next) this.#remember(collector.next, collector.mark().position);
    return { records, next: collector.next };
  }

  #remember(offset: Offset, position: number): void {
    this.#places.set(offset, position);
    if (this.#places.size <= placesMax) return;
    for (const oldest of this.#places.keys()) {
      this.#places.delete(oldest);
      return;
    }
  }

  /** The last segment for which a test holds (it holds for the first), and the offset that follows it. */
  #find(holds: (segment: Segment) => boolean, head: Offset): { segment: Segment; next: Offset } {
    const at = Math.max(this.#segments.findLastIndex(holds), 0);
    const segment = this.#segments[at];
    if (!segment) throw new RangeError('there is no segment');
    return { segment, next: this.#segments[at + 1]?.first ?? head };
  }
}

/** Gathers whole units until there are enough bytes or something is lost. */
class Collector {
  readonly records: LogRecord[] = [];
  gap: { readonly from: Offset; readonly to: Offset } | undefined;
  full = false;
  #mark: Mark;
  readonly #end: Offset;
  readonly #bytesMax: number;
  #from: Offset;
  #bytes = 0;

  constructor(from: Offset, end: Offset, bytesMax: number) {
    this.#from = from;
    this.#mark = { position: 0, offset: from, time: 0 };
    this.#end = end;
    this.#bytesMax = bytesMax;
  }

  /** The offset to go on from. */
  get next(): Offset {
    return this.#from;
  }

  /** The place after the last unit. */
  mark(): Mark {
    return this.#mark;
  }

  unit(unit: WalkedUnit): void {
    if (unit.next > this.#end) {
      this.full = true;
      return;
    }
    const { position, bytes, next, time } = unit;
    this.#mark = { position: position + bytes, offset: next, time };
    if (unit.next <= this.#from) return;
    for (const record of unit.records) {
      if (record.offset >= this.#from) this.records.push(record);
    }
    this.#from = unit.next;
    this.#bytes += unit.bytes;
    this.full = this.#bytes >= this.#bytesMax;
  }

  loss(loss: Loss): void {
    this.full = true;
    if (this.records.length === 0) this.gap = { from: this.#from, to: loss.to };
  }
}

function gapChunk(from: Offset, to: Offset): LogChunk {
  return { records: [], next: to, gap: { from, to, reason: 'corrupt' } };
}

// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import { fault, FaultError, type TimeMs } from '#core';
import type { Disk, DiskFile, Logger } from '#runtime';
import type { Offset } from '../../port.ts';
import * as format from './format.ts';
import type { JournalMetrics } from './journal-metrics.ts';
import type { Loss, Quarantine } from './quarantine.ts';
import { Segment } from './segment.ts';
import { walk, type Damage } from './walk.ts';

const chunkBytes = 1_048_576;
const sectorBytes = 512;

export interface RecoveryContext {
  readonly disk: Disk;
  readonly directory: string;
  readonly logger: Logger;
  readonly metrics: JournalMetrics;
  readonly quarantine: Quarantine;
}

/** The log as it was found. `file` is the last segment, open, when appending can go on in it. */
export interface Recovered {
  readonly segments: Segment[];
  readonly file: DiskFile | undefined;
  readonly head: Offset;
  readonly time: TimeMs;
}

/**
 * Opens what is there. Only the last segment is read, from its last mark on: a segment is followed by another one only after it
 * was synced whole, and damage in older ones shows when they are read. Afterwards everything up to `head` is durable.
 */
export async function recover(context: RecoveryContext): Promise<Recovered> {
  const { disk, directory, quarantine } = context;
  const { segments, proven } = await openSegments(context);
  // An entry may be in memory only, as its sync may have failed before the restart.
  await disk.syncDirectory(directory);
  const last = segments.at(-1);
  if (!last) return { segments, file: undefined, head: proven, time: 0 };
  if (last.unreadable) {
    const loss = lossOf(wholeOf(last), proven);
    await quarantine.keep(last, loss);
    return { segments, file: undefined, head: loss.to, time: last.start };
  }
  const file = await disk.open(last.path, 'read-write');
  try {
    const tail = await recoverTail(context, { segment: last, file, proven });
    if (!tail.appendable) await file.close();
    return { segments, file: tail.appendable ? file : undefined, head: tail.head, time: tail.time };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** A segment without a header, as one damaged range. */
export function wholeOf(segment: Segment): Damage {
  const { first, end } = segment;
  return { kind: 'damage', position: 0, bytes: end, from: first, to: undefined, cut: false };
}

/** The segments, and an offset before which all was durable. */
async function openSegments(
  context: RecoveryContext,
): Promise<{ segments: Segment[]; proven: Offset }> {
  const { disk, directory } = context;
  const names = await disk.list(directory);
  const firsts = names.map(format.offsetOfName).filter((first) => first !== undefined);
  const segments: Segment[] = [];
  for (const first of firsts.toSorted((a, b) => a - b)) {
    segments.push(await openSegment(context, first, segments.at(-1)?.start ?? 0));
  }
  const last = segments.at(-1);
  const begun = last && (last.end < format.headerBytes || (last.unreadable && isEmpty(last)));
  if (!begun) return { segments, proven: 0 };
  // Nothing is written after a header before it is durable, and it is not begun before the segment before it is.
  segments.pop();
  await last.remove(disk);
  return { segments, proven: last.first };
}

function isEmpty(segment: Segment): boolean {
  return segment.end <= format.headerBytes;
}

async function openSegment(
  context: RecoveryContext,
  first: Offset,
  start: TimeMs,
): Promise<Segment> {
  const { disk, directory, metrics, logger } = context;
  const path = join(directory, format.segmentName(first));
  const file = await disk.open(path, 'read');
  try {
    const size = await file.size();
    const bytes = Buffer.alloc(format.headerBytes);
    const decoded = format.decodeHeader(bytes.subarray(0, await file.read(bytes, 0)));
    if (decoded.state === 'other-layout') throw new FaultError(fault('bus.other-layout', path));
    if (decoded.header?.first !== first) {
      return new Segment(directory, { first, start, salt: 0 }, size, true);
    }
    if (decoded.state === 'damaged') {
      metrics.damagedHeaders.inc();
      logger.warn({ segment: path }, 'one of the two header copies of a log segment is damaged');
    }
    return new Segment(directory, decoded.header, size);
  } finally {
    await file.close();
  }
}

interface Scan {
  readonly damages: Damage[];
  /** Where the last group starts whose sync nothing later proves. */
  unprovenAt: number;
  /** Every record before this offset was durable. */
  proven: Offset;
  next: Offset;
  end: number;
  time: TimeMs;
}

interface Tail {
  readonly segment: Segment;
  readonly file: DiskFile;
  readonly proven: Offset;
}

async function recoverTail(
  context: RecoveryContext,
  { segment, file, proven }: Tail,
): Promise<{ head: Offset; time: TimeMs; appendable: boolean }> {
  const size = await file.size();
  const scan = await scanTail(context, segment, file, size);
  scan.proven = Math.max(scan.proven, proven);
  const { losses, cutAt, next } = await judge(scan, file);
  for (const loss of losses) await context.quarantine.keep(segment, loss);
  const end = cutAt ?? size;
  if (cutAt !== undefined) {
    context.metrics.tornBytes.inc(size - cutAt);
    const fields = { segment: segment.path, position: cutAt, bytes: size - cutAt };
    context.logger.warn(fields, 'an unfinished write at the end of the log was cut off');
  }
  // Also when the size is right already: an earlier cut may be in memory only.
  await file.truncate(end);
  await file.write([format.encodeHeader(segment)], 0);
  await rewrite(file, scan.unprovenAt, end);
  await file.sync();
  const head = Math.max(next, scan.proven);
  if (head > next) {
    await context.quarantine.keep(segment, { position: end, bytes: 0, from: next, to: head });
  }
  const lastLoss = losses.at(-1);
  const endsInLoss = lastLoss !== undefined && lastLoss.position + lastLoss.bytes >= end;
  segment.end = end;
  return { head, time: scan.time, appendable: head === next && !endsInLoss && end % 8 === 0 };
}

async function scanTail(
  context: RecoveryContext,
  segment: Segment,
  file: DiskFile,
  size: number,
): Promise<Scan> {
  const index = await segment.index(context.disk);
  const mark = index.within(size);
  const scan: Scan = {
    damages: [],
    unprovenAt: mark.position,
    proven: index.last.offset,
    next: mark.offset,
    end: mark.position,
    time: index.last.time,
  };
  index.cut(size);
  const { position, offset } = mark;
  const range = { salt: segment.salt, position, offset, end: size, chunkBytes };
  for await (const items of walk(file, range)) {
    for (const item of items) {
      if (item.kind === 'damage') {
        scan.damages.push(item);
        scan.next = item.to ?? item.from;
        continue;
      }
      if (item.durable > scan.proven) {
        scan.proven = item.durable;
        scan.unprovenAt = item.position;
      }
      scan.next = item.next;
      scan.end = item.position + item.bytes;
      scan.time = Math.max(scan.time, item.time);
    }
  }
  return scan;
}

/**
 * Tells torn writes from corruption. What a later group's units say was durable is corrupt. In the last group, damage
 * that a power loss or a kill leaves has a hole: it is cut by the end of the file, or some sector of it was
 * never written and reads as zeros. Then it and what follows was never acknowledged. Without a hole it is corrupt.
 */
async function judge(
  scan: Scan,
  file: DiskFile,
): Promise<{ losses: Loss[]; cutAt: number | undefined; next: Offset }> {
  const losses: Loss[] = [];
  for (const damage of scan.damages) {
    if (damage.from >= scan.proven && (damage.cut || (await hasHole(file, damage)))) {
      return { losses, cutAt: damage.position, next: damage.from };
    }
    losses.push(lossOf(damage, scan.proven));
  }
  return { losses, cutAt: undefined, next: Math.max(scan.next, losses.at(-1)?.to ?? 0) };
}

/** Without a unit after it, the count of lost records is not known: as many as fit are given up, so that no offset is given twice. */
function lossOf(damage: Damage, proven: Offset): Loss {
  const { position, bytes, from } = damage;
  const most = from + Math.floor(bytes / format.recordHeadBytes);
  return { position, bytes, from, to: damage.to ?? Math.max(most, proven) };
}

/** Whether some sector's share of a range is all zeros. */
async function hasHole(file: DiskFile, { position, bytes }: Damage): Promise<boolean> {
  const end = position + bytes;
  for (let base = position; base < end;) {
    const stop = Math.min(end, base - (base % sectorBytes) + chunkBytes);
    const buffer = Buffer.allocUnsafe(stop - base);
    if ((await file.read(buffer, base)) < buffer.length) return true;
    for (let at = base; at < stop;) {
      const next = Math.min(stop, at - (at % sectorBytes) + sectorBytes);
      if (buffer.subarray(at - base, next - base).every((byte) => byte === 0)) return true;
      at = next;
    }
    base = stop;
  }
  return false;
}

/**
 * Writes bytes again where they are. After a sync that failed before the restart, memory may show what the disk does not
 * have, and only a new write makes the next sync carry it.
 */
async function rewrite(file: DiskFile, from: number, end: number): Promise<void> {
  for (let at = from; at < end;) {
    const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, end - at));
    const count = await file.read(buffer, at);
    if (count === 0) return;
    await file.write([buffer.subarray(0, count)], at);
    at += count;
  }
}

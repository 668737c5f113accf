// SPDX-License-Identifier: Apache-2.0
import { assert, fault, FaultError, type ErrorCode, type TimeMs } from '#core';
import type { DiskFile } from '#runtime';
import type { LogEntry, Offset } from '../../port.ts';
import { headerBytes } from './format.ts';
import { Group, Staging, unitBytes } from './group.ts';
import type { JournalMetrics } from './journal-metrics.ts';
import type { JournalOptions } from './journal.ts';
import type { Recovered } from './recovery.ts';
import { Segment } from './segment.ts';
import { markStride, type Mark } from './sparse-index.ts';

/**
 * The writing side: units gather in the open group while the group before it is written and synced. Appends are encoded
 * when they come, so that the main thread works while the disk does.
 */
export class Committer {
  readonly #options: JournalOptions;
  readonly #metrics: JournalMetrics;
  readonly #segments: Segment[];
  readonly #committed: (group: Group) => void;
  readonly #staging = new Staging();
  #file: DiskFile | undefined;
  /** Where the next group starts. */
  #plan: { readonly segment: Segment; readonly end: number; readonly next: Offset };
  #queue: Group[] = [];
  #running: Promise<void> | undefined;
  #pendingBytes = 0;
  #markedAt = 0;
  #marking: Promise<void> = Promise.resolve();
  #closed = false;
  #head: Offset;
  #time: TimeMs;
  stopped: FaultError | undefined;

  constructor(
    options: JournalOptions,
    metrics: JournalMetrics,
    recovered: Recovered,
    committed: (group: Group) => void,
  ) {
    this.#options = options;
    this.#metrics = metrics;
    this.#segments = recovered.segments;
    this.#committed = committed;
    this.#head = recovered.head;
    this.#time = recovered.time;
    this.#file = recovered.file;
    const last = recovered.file && recovered.segments.at(-1);
    const segment = last ?? this.#planned(recovered.head);
    this.#plan = { segment, end: segment.end, next: recovered.head };
    this.#markedAt = segment.end;
  }

  /** The end of what is durable. */
  get head(): Offset {
    return this.#head;
  }

  get closed(): boolean {
    return this.#closed;
  }

  append(entries: readonly LogEntry[]): Promise<Offset> {
    assert(entries.length > 0, 'a unit has at least one record');
    const bytes = unitBytes(entries);
    const refusal = this.#refusal(entries, bytes);
    if (refusal) return Promise.reject(refusal);
    this.#time = Math.max(this.#time, this.#options.clock.now());
    const group = this.#groupFor(bytes);
    const done = group.add(entries, bytes, this.#time);
    this.#pendingBytes += bytes;
    this.#plan = group;
    if (!this.#running) this.#running = Promise.resolve().then(() => this.#run());
    return done;
  }

  /**
   * Goes on after a stop: what was never acknowledged is cut off, and a new segment proves that the disk takes writes again. Rejects
   * with the new reason when it does not.
   */
  async reopen(): Promise<void> {
    await this.#running;
    if (!this.stopped || this.#closed) return;
    try {
      await this.#cutBack();
      const segment = this.#planned(this.#head);
      await this.#roll(segment);
      this.#plan = { segment, end: segment.end, next: this.#head };
      this.stopped = undefined;
      this.#options.logger.info({ offset: this.#head }, 'the log takes records again');
    } catch (error) {
      this.stopped = stopFault(error, this.#options.directory);
      throw this.stopped;
    }
  }

  /** Lets pending appends finish, then marks the end, so that the next start has nothing to scan. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#running;
    await this.#marking;
    const segment = this.#file && this.#segments.at(-1);
    if (segment && !this.stopped) await this.#writeMark(segment, this.#endMark(segment), true);
    await this.#file?.close();
  }

  #refusal(entries: readonly LogEntry[], bytes: number): FaultError | undefined {
    if (this.stopped) return this.stopped;
    const { limits, directory } = this.#options;
    if (this.#closed) return new FaultError(fault('bus.stopped', directory, 'closed'));
    const recordBytesMax = limits['log.recordBytesMax'];
    if (entries.some((entry) => entry.payload.length > recordBytesMax)) {
      return new FaultError(fault('common.limit', 'log.recordBytesMax'));
    }
    if (bytes > limits['log.unitBytesMax']) {
      return new FaultError(fault('common.limit', 'log.unitBytesMax', `${bytes} bytes`));
    }
    if (this.#pendingBytes + bytes > limits['log.pendingBytesMax']) {
      this.#metrics.pendingFull.inc();
      return new FaultError(fault('common.limit', 'log.pendingBytesMax'));
    }
    return undefined;
  }

  #groupFor(bytes: number): Group {
    const open = this.#queue.at(-1);
    const { segment, end, next } = this.#plan;
    const fits = end + bytes <= this.#options.limits['log.segmentBytes'] || end === headerBytes;
    if (open && fits) return open;
    open?.seal();
    const target = fits ? segment : this.#planned(next);
    const group = new Group(target, fits ? end : headerBytes, next, this.#staging);
    this.#queue.push(group);
    return group;
  }

  #planned(first: Offset): Segment {
    const { directory, clock, random } = this.#options;
    const start = Math.max(this.#time, clock.now());
    const salt = Math.floor(random.next() * 0x1_0000_0000);
    return Segment.plan(directory, { first, start, salt });
  }

  async #run(): Promise<void> {
    for (let group = this.#queue.shift(); group; group = this.#queue.shift()) {
      group.seal();
      const started = this.#options.clock.monotonic();
      try {
        await this.#write(group);
      } catch (error) {
        this.#stop(error, group);
        break;
      }
      this.#metrics.commitSeconds.observe((this.#options.clock.monotonic() - started) / 1_000);
      this.#publish(group);
    }
    this.#running = undefined;
  }

  async #write(group: Group): Promise<void> {
    if (group.segment !== this.#segments.at(-1) || !this.#file) {
      await counted(this.#metrics.writeFailures, this.#roll(group.segment));
    }
    const file = this.#file;
    assert(file, 'a segment is open');
    await counted(this.#metrics.writeFailures, file.write(group.buffers, group.position));
    await counted(this.#metrics.syncFailures, file.sync());
  }

  #publish(group: Group): void {
    const { segment, bytes, records } = group;
    segment.end = group.end;
    this.#head = group.next;
    this.#pendingBytes -= bytes;
    this.#metrics.records.inc(records.length);
    this.#metrics.bytes.inc(bytes);
    if (segment.end - this.#markedAt >= markStride) {
      this.#markedAt = segment.end;
      const mark = this.#endMark(segment);
      this.#marking = this.#marking.then(() => this.#writeMark(segment, mark, false));
    }
    this.#committed(group);
    group.resolve();
  }

  /** Every group before the new segment is durable: it is begun only when the last one has been synced. */
  async #roll(segment: Segment): Promise<void> {
    const { disk, directory, logger } = this.#options;
    const file = await segment.create(disk, directory);
    const old = this.#file;
    this.#file = file;
    this.#segments.push(segment);
    this.#markedAt = segment.end;
    await old?.close();
    logger.debug({ segment: segment.path }, 'a new log segment');
  }

  #stop(error: unknown, group: Group): void {
    const reason = stopFault(error, this.#options.directory);
    this.stopped = reason;
    const refused = [group, ...this.#queue];
    // What was staged for the open group must not go out with the next one.
    this.#queue.at(-1)?.seal();
    this.#queue = [];
    this.#pendingBytes = 0;
    const fields = { error, offset: this.#head, units: refused.length };
    this.#options.logger.error(
      fields,
      'the log stopped: nothing is acknowledged until it is reopened',
    );
    for (const each of refused) each.reject(reason);
  }

  /** Removes what a failed write or sync left behind; memory may show it although the disk never got it. */
  async #cutBack(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
    const last = this.#segments.at(-1);
    if (!last) return;
    // A segment without units makes room for the new one, which has its name; the name alone keeps the offset.
    const empty = last.first === this.#head;
    const file = await this.#options.disk.open(last.path, 'read-write');
    try {
      await file.truncate(empty ? 0 : last.end);
      await file.sync();
    } finally {
      await file.close();
    }
    if (empty) this.#segments.pop();
  }

  #endMark(segment: Segment): Mark {
    return { position: segment.end, offset: this.#head, time: this.#time };
  }

  async #writeMark(segment: Segment, mark: Mark, sync: boolean): Promise<void> {
    try {
      await segment.writeMark(this.#options.disk, mark, { sync });
    } catch (error) {
      this.#options.logger.warn({ error, segment: segment.path }, 'the log index was not extended');
    }
  }
}

async function counted<T>(failures: { inc(): void }, operation: Promise<T>): Promise<T> {
  try {
    return await operation;
  } catch (error) {
    failures.inc();
    throw error;
  }
}

/** Why the log stopped, as the catalogue says it. */
export function stopFault(error: unknown, directory: string): FaultError {
  if (error instanceof FaultError) return error;
  const full = hasCode(error) && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
  const code: ErrorCode = full ? 'bus.full' : 'bus.stopped';
  const detail = error instanceof Error ? error.message : String(error);
  return new FaultError(fault(code, directory, detail), { cause: error });
}

function hasCode(error: unknown): error is { code: unknown } {
  return typeof error === 'object' && error !== null && 'code' in error;
}

// SPDX-License-Identifier: Apache-2.0
import { dirname } from 'node:path';
import { fault, FaultError, Minutes, type Limits, type Random, type TimeMs } from '#core';
import type { Clock, Disk, Logger, Metrics, Timer } from '#runtime';
import type { Log, LogChunk, LogEntry, Offset } from '../../port.ts';
import { Committer, stopFault } from './committer.ts';
import type { Group } from './group.ts';
import { journalMetrics, type JournalMetrics } from './journal-metrics.ts';
import { Quarantine } from './quarantine.ts';
import { Readers } from './readers.ts';
import { recover, type Recovered } from './recovery.ts';
import { Retention } from './retention.ts';
import { SegmentReader } from './segment-reader.ts';
import type { Segment } from './segment.ts';
import { TailCache } from './tail-cache.ts';

export interface JournalOptions {
  readonly disk: Disk;
  /** Made when it is not there. One process at a time: the caller holds the lock. */
  readonly directory: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: Limits;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/**
 * Opens the log in a directory, recovering what a crash left (README.md). Errors: `bus.other-layout`, `bus.stopped` or
 * `bus.full` when the disk fails.
 */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const { disk, directory, logger } = options;
  const metrics = journalMetrics(options.metrics);
  const quarantine = new Quarantine(options, metrics);
  const readers = new Readers(options);
  try {
    await disk.makeDirectory(directory);
    await disk.syncDirectory(dirname(directory));
    await quarantine.start();
    await readers.start();
    const recovered = await recover({ disk, directory, logger, metrics, quarantine });
    return new Journal(options, { metrics, quarantine, readers, recovered });
  } catch (error) {
    throw stopFault(error, directory);
  }
}

interface Parts {
  readonly metrics: JournalMetrics;
  readonly quarantine: Quarantine;
  readonly readers: Readers;
  readonly recovered: Recovered;
}

/** The log in files of one directory: an append is acknowledged after write and fdatasync. */
export class Journal implements Log<'disk'> {
  readonly durability = 'disk';
  readonly #options: JournalOptions;
  readonly #segments: Segment[];
  readonly #committer: Committer;
  readonly #cache: TailCache;
  readonly #files: SegmentReader;
  readonly #readers: Readers;
  readonly #retention: Retention;
  readonly #retaining: Timer;
  readonly #waiting = new Set<() => void>();

  constructor(options: JournalOptions, { metrics, quarantine, readers, recovered }: Parts) {
    const { segments } = recovered;
    this.#options = options;
    this.#segments = segments;
    this.#readers = readers;
    this.#cache = new TailCache(options.limits['log.tailBytesMax']);
    this.#files = new SegmentReader(options.disk, segments, quarantine);
    this.#retention = new Retention(options, metrics, segments, readers);
    this.#committer = new Committer(options, metrics, recovered, (group) => this.#committed(group));
    this.#retaining = options.clock.every(Minutes(1), () => void this.#retention.run());
    this.#observe(options.metrics);
  }

  get head(): Offset {
    return this.#committer.head;
  }

  get tail(): Offset {
    return this.#segments[0]?.first ?? this.head;
  }

  /** Size of all segments. */
  get bytes(): number {
    return this.#retention.bytes;
  }

  get stopped(): FaultError | undefined {
    return this.#committer.stopped;
  }

  /**
   * Payloads belong to the log from the call on: they must not be changed. Rejects with `bus.stopped`, `bus.full`, or `common.limit`
   * (naming the limit) for what is too large or too much at once.
   */
  append(entries: readonly LogEntry[]): Promise<Offset> {
    return this.#committer.append(entries);
  }

  /**
   * A chunk with a gap has no records: those before it came with the chunk before, `next` is after it. Rejects with `bus.ahead` when
   * `from` is after the head, `bus.read-failed` when the disk fails (repeat it), `bus.stopped` once closed.
   */
  async read(
    from: Offset,
    options: { readonly bytesMax: number; readonly signal: AbortSignal },
  ): Promise<LogChunk> {
    const { bytesMax, signal } = options;
    while (!signal.aborted) {
      if (this.#committer.closed) throw stopFault(new Error('closed'), this.#options.directory);
      const { head, tail } = this;
      if (from > head) throw new FaultError(fault('bus.ahead', `offset ${from}`, `head ${head}`));
      if (from < tail) {
        return { records: [], next: tail, gap: { from, to: tail, reason: 'retained' } };
      }
      if (from < head) {
        const chunk = this.#cached(from, bytesMax) ?? (await this.#stored(from, head, bytesMax));
        if (chunk) return chunk;
      } else {
        await this.#changed(signal);
      }
    }
    return { records: [], next: from };
  }

  async offsetAt(time: TimeMs): Promise<Offset> {
    try {
      return await this.#files.offsetAt(time, this.head);
    } catch (error) {
      throw readFault(error, `time ${time}`);
    }
  }

  hold(reader: string, committed: Offset): void {
    if (!this.#readers.all.has(reader)) this.#observeLag(reader);
    this.#readers.hold(reader, committed);
  }

  release(reader: string): void {
    this.#readers.release(reader);
  }

  readers(): ReadonlyMap<string, Offset> {
    return this.#readers.all;
  }

  /** Goes on after a stop. Rejects with `bus.stopped` or `bus.full` while the disk still fails. */
  reopen(): Promise<void> {
    return this.#committer.reopen();
  }

  /** Drops old segments now instead of within a minute. */
  retain(): Promise<void> {
    return this.#retention.run();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#retaining.cancel();
    await this.#committer.close();
    await this.#retention.run();
    await this.#readers.save();
    this.#wake();
  }

  #committed(group: Group): void {
    this.#cache.add(group.records, group.payloadBytes);
    if (group.segment.first === group.first) void this.#retention.run();
    this.#wake();
  }

  #cached(from: Offset, bytesMax: number): LogChunk | undefined {
    const records = this.#cache.read(from, bytesMax);
    return records && { records, next: from + records.length };
  }

  /** Undefined when what was asked for has been dropped meanwhile. */
  async #stored(from: Offset, head: Offset, bytesMax: number): Promise<LogChunk | undefined> {
    try {
      return await this.#files.read(from, head, bytesMax);
    } catch (error) {
      if (from < this.tail) return undefined;
      throw readFault(error, `offset ${from}`);
    }
  }

  #changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        signal.removeEventListener('abort', done);
        this.#waiting.delete(done);
        resolve();
      };
      signal.addEventListener('abort', done);
      this.#waiting.add(done);
    });
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }

  #observe(metrics: Metrics): void {
    metrics.observed('fengsui_log_segments', 'files of the log', () => this.#segments.length);
    metrics.observed('fengsui_log_bytes', 'size of the log', () => this.#retention.bytes);
    metrics.observed('fengsui_log_head', 'offset of the next record', () => this.head);
    metrics.observed('fengsui_log_stopped', '1 while appends are refused', () =>
      this.stopped ? 1 : 0,
    );
    for (const reader of this.#readers.all.keys()) this.#observeLag(reader);
  }

  #observeLag(reader: string): void {
    this.#options.metrics.observed(
      'fengsui_log_reader_lag_records',
      'records a reader has not committed',
      () => this.head - (this.#readers.all.get(reader) ?? this.head),
      { reader },
    );
  }
}

function readFault(error: unknown, at: string): FaultError {
  if (error instanceof FaultError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new FaultError(fault('bus.read-failed', at, detail), { cause: error });
}

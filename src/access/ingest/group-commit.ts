// SPDX-License-Identifier: Apache-2.0
import { RecordKind, type Log, type LogEntry, type Offset } from '#bus';
import type { Limits, TimeMs } from '#core';
import { BatchBuilder } from '#model';
import {
  limitHits,
  type Clock,
  type Counter,
  type Histogram,
  type LimitHits,
  type Metrics,
} from '#runtime';
import type { CommitWaiter, Ingest } from './port.ts';

export interface IngestOptions {
  readonly log: Log;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** Runs an action when the current turn of the event loop has read all its input (`setImmediate`). */
  readonly afterTurn: (action: () => void) => void;
}

/** The ingest front of a log; disposing waits for what is under way. */
export type DisposableIngest = Ingest & AsyncDisposable;

/** Opens the way into a log. */
export function createIngest(options: IngestOptions): DisposableIngest {
  return new GroupCommit(options);
}

/** What is committed together: closed for additions once it is on its way. */
interface Generation {
  readonly number: number;
  readonly entries: readonly LogEntry[];
  readonly waiters: readonly CommitWaiter[];
  readonly bytes: number;
  readonly started: number;
}

/**
 * Group commit by arrival: a generation is closed at the end of the turn in which it was opened, or, while another
 * is being written, when that one is durable. The next generation is handed to the log before the waiters of the
 * last one are told, so that the disk works while the acknowledgements go out.
 */
class GroupCommit implements DisposableIngest {
  generation = 1;
  durableOffset: Offset = -1;

  readonly #log: Log;
  readonly #clock: Clock;
  readonly #afterTurn: (action: () => void) => void;
  readonly #rowsMax: number;
  readonly #batchBytesMax: number;
  readonly #pendingBytesMax: number;
  readonly #limitHits: LimitHits;
  readonly #failures: Counter;
  readonly #latency: Histogram;

  readonly #builder = new BatchBuilder();
  #batches: LogEntry[] = [];
  #entries: LogEntry[] = [];
  /** Sealed batches and other entries of the open generation; the builder's rows come on top. */
  #openBytes = 0;
  #waiters: CommitWaiter[] = [];
  #paused: (() => void)[] = [];
  #committing: Generation | undefined;
  #scheduled = false;
  readonly #flush = (): void => this.#endOfTurn();

  constructor(options: IngestOptions) {
    const { log, limits, clock, metrics, afterTurn } = options;
    this.#log = log;
    this.#clock = clock;
    this.#afterTurn = afterTurn;
    this.#rowsMax = limits['ingest.batchRowsMax'];
    this.#batchBytesMax = Math.floor(limits['log.recordBytesMax'] / 4);
    // A generation is one unit of the log: what may come in before sockets pause has to fit into one.
    const unitBytes = Math.floor(limits['log.unitBytesMax'] / 2);
    this.#pendingBytesMax = Math.min(limits['ingest.pendingBytesMax'], unitBytes);
    this.#limitHits = limitHits(metrics);
    this.#failures = metrics.counter('fengsui_ingest_failures_total', 'Generations not committed');
    this.#latency = metrics.histogram(
      'fengsui_ingest_commit_seconds',
      'From handing a generation to the log to its being durable',
      [0.000_1, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.05, 0.1, 1],
    );
    metrics.observed(
      'fengsui_ingest_pending_bytes',
      'Accepted but not yet durable',
      () => this.pendingBytes,
    );
  }

  get now(): TimeMs {
    return this.#clock.now();
  }

  get batch(): BatchBuilder {
    const builder = this.#builder;
    if (builder.rows >= this.#rowsMax || builder.bytes >= this.#batchBytesMax) this.#sealBatch();
    this.#schedule();
    return builder;
  }

  add(entry: LogEntry): void {
    this.#entries.push(entry);
    this.#openBytes += entry.payload.length;
    this.#schedule();
  }

  wait(waiter: CommitWaiter): void {
    this.#waiters.push(waiter);
    this.#schedule();
  }

  get pendingBytes(): number {
    return (this.#committing?.bytes ?? 0) + this.#openBytes + this.#builder.bytes;
  }

  get congested(): boolean {
    return this.pendingBytes >= this.#pendingBytesMax;
  }

  whenReady(resume: () => void): void {
    if (!this.congested) {
      resume();
      return;
    }
    this.#limitHits.hit('ingest.pendingBytesMax');
    this.#paused.push(resume);
  }

  durable(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.wait({ durable: () => resolve(), failed: (_generation, reason) => reject(reason) });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    while (this.#committing || this.#scheduled) await this.durable().catch(() => {});
  }

  #schedule(): void {
    if (this.#scheduled || this.#committing) return;
    this.#scheduled = true;
    this.#afterTurn(this.#flush);
  }

  #endOfTurn(): void {
    this.#scheduled = false;
    if (!this.#committing) this.#commit();
  }

  #sealBatch(): void {
    if (this.#builder.rows === 0) return;
    const payload = this.#builder.seal(this.#clock.now());
    this.#batches.push({ kind: RecordKind.readings, payload });
    this.#openBytes += payload.length;
  }

  /** Closes the open generation and hands it to the log. */
  #commit(): void {
    this.#sealBatch();
    const closed: Generation = {
      number: this.generation,
      entries: this.#batches.length > 0 ? this.#batches.concat(this.#entries) : this.#entries,
      waiters: this.#waiters,
      bytes: this.#openBytes,
      started: this.#clock.monotonic(),
    };
    if (closed.entries.length === 0 && closed.waiters.length === 0) return;
    this.generation++;
    this.#batches = [];
    this.#entries = [];
    this.#waiters = [];
    this.#openBytes = 0;
    this.#committing = closed;
    const written =
      closed.entries.length > 0 ? this.#log.append(closed.entries) : Promise.resolve(-1);
    written.then(
      (offset) => this.#durable(closed, offset),
      (error: unknown) => this.#failed(closed, error),
    );
  }

  #durable(done: Generation, offset: Offset): void {
    this.#latency.observe((this.#clock.monotonic() - done.started) / 1_000);
    this.#next();
    this.durableOffset = offset;
    for (const waiter of done.waiters) waiter.durable(done.number);
    this.#resume();
  }

  /** The log has stopped: nothing of this generation may be acknowledged. Later ones are tried and fail by themselves. */
  #failed(done: Generation, error: unknown): void {
    this.#failures.inc();
    const reason = error instanceof Error ? error : new Error(String(error));
    this.#next();
    for (const waiter of done.waiters) waiter.failed(done.number, reason);
    this.#resume();
  }

  #next(): void {
    this.#committing = undefined;
    this.#commit();
  }

  #resume(): void {
    if (this.#paused.length === 0 || this.congested) return;
    const paused = this.#paused;
    this.#paused = [];
    for (const resume of paused) resume();
  }
}

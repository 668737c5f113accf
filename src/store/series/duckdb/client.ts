// SPDX-License-Identifier: Apache-2.0
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type DurationMs, FaultError, Hours, Days, type Limits, assert, fault } from '#core';
import { openBatch } from '#model';
import type { Clock, Logger, Metrics, Timer } from '#runtime';
import type {
  CompactionReport,
  HistoryQuery,
  SeriesCounters,
  SeriesPoints,
  SeriesStore,
  StoreStats,
} from '../port.ts';
import { pointsOf, settledQuery } from './question.ts';
import type { EngineOptions, Reply, Request, WireBatch } from './wire.ts';

export interface DuckdbSeriesOptions {
  /** Belongs to the store alone; made where missing. */
  readonly directory: string;
  readonly limits: Limits;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** Periods that ended longer ago are dropped; all are kept where left out. */
  readonly retentionMs?: DurationMs | undefined;
  /** Hourly roll-ups beside the files (default true). */
  readonly rollups?: boolean | undefined;
  /** Memory of the engine; `query.memoryBytesMax` where left out. */
  readonly memoryBytes?: number | undefined;
  /** Cores that one question or compaction may use (default 1). */
  readonly threads?: number | undefined;
  /** Width of a period (default one day, UTC); settled when the store is made. */
  readonly periodMs?: DurationMs | undefined;
}

/** How often finished periods are moved to files; every 24th time late readings are merged, too. */
const compactEveryMs = Hours(1);
const compactionsPerMerge = 24;

type Answer = Exclude<Reply, { readonly op: 'log' | 'stopped' }>;
type Body<T> = T extends unknown ? Omit<T, 'id'> : never;

interface Pending {
  readonly take: (answer: Answer) => void;
  readonly refuse: (error: Error) => void;
}

/**
 * Opens the embedded series store: DuckDB in a worker thread. Rejects with `store.cannot-open` when the directory is in use by
 * another process or damaged. Blocking work is done in libuv's pool, which the process shares: at most five at once.
 */
export async function openDuckdbSeries(options: DuckdbSeriesOptions): Promise<SeriesStore> {
  const worker = new Worker(new URL('worker.ts', import.meta.url), { name: 'series store' });
  const client = new DuckdbSeries(options, worker);
  await client.start();
  return client;
}

/** The side of the main thread. */
export class DuckdbSeries implements SeriesStore {
  readonly #options: DuckdbSeriesOptions;
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #next = 1;
  #committed = 0;
  #stopped: string | undefined;
  #timer: Timer | undefined;
  #rounds = 0;
  #compacting = false;

  /** The worker runs `worker.ts` and belongs to this store alone. */
  constructor(options: DuckdbSeriesOptions, worker: Worker) {
    this.#options = options;
    this.#worker = worker;
  }

  get committed(): number {
    return this.#committed;
  }

  async start(): Promise<void> {
    const options = this.#options;
    const { clock } = options;
    this.#worker.on('message', (reply: Reply) => this.#receive(reply));
    this.#worker.on('error', (error) => this.#fail(String(error)));
    this.#worker.on('exit', (code) => this.#fail(`the worker ended with code ${code}`));
    const engine: EngineOptions = {
      directory: options.directory,
      limits: options.limits,
      retentionMs: options.retentionMs,
      rollups: options.rollups ?? true,
      memoryBytes: options.memoryBytes ?? options.limits['query.memoryBytesMax'],
      threads: options.threads ?? 1,
      periodMs: options.periodMs ?? Days(1),
    };
    const answer = await this.#ask({ op: 'open', options: engine, now: clock.now() });
    if (answer.op === 'open') this.#committed = answer.committed;
    this.#timer = clock.every(compactEveryMs, () => this.#compactAlone());
    this.#observe();
  }

  async write(records: readonly Uint8Array[], next: number): Promise<void> {
    const { batches, buffer } = this.#columns(records);
    const started = this.#options.clock.monotonic();
    const answer = await this.#ask({ op: 'write', batches, next, now: this.#options.clock.now() }, [
      buffer,
    ]);
    assert(answer.op === 'write', 'a write is answered as one');
    this.#committed = answer.committed;
    const rows = batches.reduce((total, batch) => total + batch.rows, 0);
    const { metrics } = this.#options;
    metrics.counter('fengsui_store_points_total', 'Readings handed to the series store').inc(rows);
    metrics
      .histogram(
        'fengsui_store_write_seconds',
        'Time of a write to the series store',
        [0.001, 0.005, 0.02, 0.1, 0.5, 2],
      )
      .observe((this.#options.clock.monotonic() - started) / 1_000);
  }

  async query(query: HistoryQuery): Promise<readonly SeriesPoints[]> {
    const settled = settledQuery(query, this.#options.limits);
    if (!settled.ok) {
      if (settled.fault.code === 'common.limit') this.#limitHit(settled.fault.at ?? '');
      throw new FaultError(settled.fault);
    }
    const answer = await this.#askInTime({ op: 'query', query: settled.value });
    assert(answer.op === 'query', 'a query is answered as one');
    return answer.series.map(pointsOf);
  }

  async counters(series: readonly number[]): Promise<ReadonlyMap<number, SeriesCounters>> {
    if (series.length === 0) return new Map();
    const answer = await this.#askInTime({ op: 'counters', series: [...new Set(series)] });
    assert(answer.op === 'counters', 'counters are answered as such');
    return new Map(
      answer.counters.map(({ series: id, count, first, last }) => [id, { count, first, last }]),
    );
  }

  async erase(series: readonly number[]): Promise<void> {
    if (series.length > 0) await this.#ask({ op: 'erase', series: [...new Set(series)] });
  }

  async compact(): Promise<CompactionReport> {
    const answer = await this.#ask({ op: 'compact', now: this.#options.clock.now(), late: true });
    assert(answer.op === 'compact', 'a compaction is answered as one');
    return answer.report;
  }

  async backup(directory: string): Promise<void> {
    await this.#ask({ op: 'backup', directory });
  }

  async stats(): Promise<StoreStats> {
    const answer = await this.#ask({ op: 'stats' });
    assert(answer.op === 'stats', 'stats are answered as such');
    return answer.stats;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#timer?.cancel();
    if (this.#stopped !== undefined) return;
    // Never terminated from outside: an operation in flight would end the process with the thread.
    const ended = once(this.#worker, 'exit');
    const closed = this.#ask({ op: 'close' });
    this.#stopped = 'closed';
    await closed.catch((error: unknown) =>
      this.#options.logger.warn({ error: String(error) }, 'the series store did not close well'),
    );
    await ended;
  }

  /** Copies records to one buffer, each at a multiple of 8, and maps their columns there. */
  #columns(records: readonly Uint8Array[]): { batches: WireBatch[]; buffer: ArrayBuffer } {
    const size = records.reduce((total, record) => total + record.length + 8, 0);
    const buffer = new ArrayBuffer(size);
    const batches: WireBatch[] = [];
    let at = 0;
    for (const record of records) {
      const copy = new Uint8Array(buffer, at, record.length);
      copy.set(record);
      at += (record.length + 7) & ~7;
      const batch = openBatch(copy);
      if (!batch.ok) {
        const { logger, metrics } = this.#options;
        metrics
          .counter('fengsui_store_refused_records_total', 'Readings records that could not be read')
          .inc();
        logger.error(
          { ...batch.fault, bytes: record.length },
          'a readings record is damaged and was left out',
        );
        continue;
      }
      const { arrival: _, varBytes, ...columns } = batch.value;
      // A Buffer's prototype does not cross threads.
      batches.push({
        ...columns,
        varBytes: new Uint8Array(varBytes.buffer, varBytes.byteOffset, varBytes.length),
      });
    }
    return { batches, buffer };
  }

  #compactAlone(): void {
    if (this.#compacting || this.#stopped !== undefined) return;
    this.#compacting = true;
    const late = ++this.#rounds % compactionsPerMerge === 0;
    const { logger } = this.#options;
    this.#ask({ op: 'compact', now: this.#options.clock.now(), late })
      .then(
        (answer) => logger.info({ ...answer }, 'series store compacted'),
        (error: unknown) =>
          logger.error({ error: String(error) }, 'compaction failed; it is tried again'),
      )
      .finally(() => (this.#compacting = false));
  }

  #observe(): void {
    const { metrics } = this.#options;
    metrics.observed('fengsui_store_up', 'Whether the series store works', () =>
      this.#stopped === undefined ? 1 : 0,
    );
    metrics.observed(
      'fengsui_store_committed_offset',
      'Offset after the last record stored',
      () => this.#committed,
    );
  }

  #limitHit(limit: string): void {
    this.#options.metrics.counter('fengsui_limit_hits_total', 'Limits reached', { limit }).inc();
  }

  /** Asks a question that is stopped at the time ceiling. */
  async #askInTime(body: Body<Request>): Promise<Answer> {
    const id = this.#next;
    const timer = this.#options.clock.after(this.#options.limits['query.msMax'], () => {
      this.#limitHit('query.msMax');
      this.#worker.postMessage({ op: 'cancel', id } satisfies Request);
    });
    try {
      return await this.#ask(body);
    } finally {
      timer.cancel();
    }
  }

  #ask(body: Body<Request>, transfer: ArrayBuffer[] = []): Promise<Answer> {
    if (this.#stopped !== undefined) return Promise.reject(stopped(this.#stopped));
    const id = this.#next++;
    return new Promise((take, refuse) => {
      this.#pending.set(id, { take, refuse });
      this.#worker.postMessage({ ...body, id }, transfer);
    });
  }

  #receive(reply: Reply): void {
    if (reply.op === 'log') return this.#options.logger[reply.level](reply.fields, reply.message);
    if (reply.op === 'stopped') return this.#fail(reply.reason);
    const pending = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    if (reply.op !== 'fault') return pending?.take(reply);
    // Whatever went wrong, the database says how far it came.
    if (reply.committed !== undefined) this.#committed = reply.committed;
    pending?.refuse(new FaultError(reply.fault));
  }

  #fail(reason: string): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = reason;
    // It may still wait for an operation of the engine; it must not keep the process for that.
    this.#worker.unref();
    this.#options.logger.error({ reason }, 'the series store has stopped');
    for (const pending of this.#pending.values()) pending.refuse(stopped(reason));
    this.#pending.clear();
  }
}

const stopped = (reason: string): FaultError =>
  new FaultError(fault('store.stopped', undefined, reason));

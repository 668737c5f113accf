// SPDX-License-Identifier: Apache-2.0
import { RecordKind, runReader, type Log, type LogChunk, type Offset } from '#bus';
import { Seconds, type DurationMs, type Limits } from '#core';
import { openBatch, type Batch } from '#model';
import type { Clock, Logger, Metrics } from '#runtime';
import type { Registry } from '#store';
import type { SeriesDirectory } from '../port.ts';
import { DesiredWatch } from './desired-watch.ts';
import { RegistryFold, type Applied } from './fold.ts';
import { decodeRecord, type RegistryRecord } from './record.ts';
import { LocationTracker, type SeenPositions } from './track.ts';

export const registryReader = 'registry';
const chunkBytesMax = 4_194_304;

/** Readings alone change nothing here: their offset may be committed this late, and they are read again after a crash. */
const commitPeriod: DurationMs = Seconds(10);

export interface RegistryReaderOptions {
  readonly log: Log;
  readonly registry: Registry;
  readonly directory: SeriesDirectory;
  /** Called for things whose series are not what their binding says. */
  readonly invalidate: (thing: number) => void;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Told after a chunk is committed. */
export type AppliedListener = (applied: Applied) => void;

/**
 * The reader of the log whose output is the registry: tasks, desired values, connections, collected series and location
 * tracks. Its offset is committed in the same transaction, so each record counts exactly once.
 */
export class RegistryReader {
  readonly #options: RegistryReaderOptions;
  readonly #listeners: AppliedListener[] = [];
  readonly #watch = new DesiredWatch();
  readonly #tracker: LocationTracker;
  #watching = false;
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #next: Offset = 0;
  #committed: Offset = 0;
  #committedAt: DurationMs = 0;

  constructor(options: RegistryReaderOptions) {
    this.#options = options;
    this.#tracker = new LocationTracker(options.directory, options.limits['location.trackMsMin']);
  }

  /** Reads the log from where the registry has it, until disposal. Listeners come first. */
  async start(): Promise<void> {
    const { log, registry, clock } = this.#options;
    this.#committed = (await registry.read.readers.offset(registryReader)) ?? 0;
    this.#next = this.#committed;
    this.#committedAt = clock.monotonic();
    this.#running = runReader(log, {
      ...this.#options,
      name: registryReader,
      from: this.#committed,
      bytesMax: chunkBytesMax,
      handle: (chunk) => this.take(chunk),
      committed: () => this.#committed,
      signal: this.#stopping.signal,
    });
  }

  onApplied(listener: AppliedListener): void {
    this.#listeners.push(listener);
  }

  /** Folds a chunk into the registry; nothing of it counts when this rejects. */
  async take(chunk: LogChunk): Promise<void> {
    await this.#loadWatch();
    const work = this.#workOf(chunk);
    const isDue = this.#options.clock.monotonic() - this.#committedAt >= commitPeriod;
    const hasWork = work.steps.length > 0 || work.positions.size > 0;
    if (hasWork || isDue) await this.#commit(work, chunk.next);
    this.#next = chunk.next;
  }

  #workOf(chunk: LogChunk): Work {
    const steps: Step[] = [];
    const positions: SeenPositions = new Map();
    let watches = this.#watch.size > 0;
    for (const record of chunk.records) {
      if (record.kind === RecordKind.readings) {
        const batch = openBatch(record.payload);
        if (!batch.ok) continue;
        this.#tracker.collect(batch.value, positions);
        if (watches) steps.push({ batch: batch.value });
        continue;
      }
      const decoded = decodeRecord(record);
      if (decoded === undefined) continue;
      steps.push({ decoded });
      if (decoded.of === 'desired') watches = true;
    }
    const changes = steps.some((step) => 'decoded' in step || this.#hits(step.batch));
    return { steps: changes ? steps : [], positions };
  }

  #hits(batch: Batch): boolean {
    const tolerance = this.#options.limits['ingest.clockFutureMsMax'];
    return this.#watch.matches(batch, tolerance).next().done === false;
  }

  async #commit(work: Work, next: Offset): Promise<void> {
    const applied = await this.#write(work, next);
    this.#committed = next;
    this.#committedAt = this.#options.clock.monotonic();
    for (const thing of applied.rebound) this.#options.invalidate(thing);
    for (const listener of this.#listeners) listener(applied);
  }

  async #write({ steps, positions }: Work, next: Offset): Promise<Applied> {
    const { registry, limits } = this.#options;
    try {
      return await registry.write(async (tables) => {
        const fold = new RegistryFold(tables, this.#watch, limits);
        for (const step of steps) {
          if ('decoded' in step) await fold.record(step.decoded);
          else await fold.readings(step.batch);
        }
        await fold.finish();
        if (positions.size > 0) await this.#tracker.write(positions, tables);
        await tables.readers.commit(registryReader, next);
        return fold.applied;
      });
    } catch (error) {
      this.#watching = false;
      this.#tracker.forget();
      throw error;
    }
  }

  /** What the fold has in memory is read from the registry at the start and after a failed transaction. */
  async #loadWatch(): Promise<void> {
    if (this.#watching) return;
    const { read } = this.#options.registry;
    this.#watch.clear();
    const open = await read.desired.open();
    const series = await read.series.ofThings([...new Set(open.map((row) => row.thing))]);
    const ids = new Map(series.map((row) => [`${row.thing} ${row.property}`, row.id]));
    for (const row of open) {
      const id = ids.get(`${row.thing} ${row.property}`);
      if (id !== undefined) this.#watch.set(id, row);
    }
    this.#watching = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    if (this.#next === this.#committed) return;
    await this.#commit({ steps: [], positions: new Map() }, this.#next);
  }
}

type Step = { readonly decoded: RegistryRecord } | { readonly batch: Batch };

interface Work {
  readonly steps: readonly Step[];
  readonly positions: SeenPositions;
}

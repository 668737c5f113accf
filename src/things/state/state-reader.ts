// SPDX-License-Identifier: Apache-2.0
import { RecordKind, runReader, SnapshotFile, type Log, type LogChunk, type Offset } from '#bus';
import { Minutes } from '#core';
import { openBatch } from '#model';
import type { Clock, Disk, Logger, Metrics } from '#runtime';
import { erasedIn } from '../erasure.ts';
import type { CurrentState } from './current-state.ts';

const chunkBytesMax = 8_388_608;
const snapshotEveryMs = Minutes(5);

export interface StateReaderOptions {
  readonly state: CurrentState;
  readonly log: Log;
  readonly disk: Disk;
  /** Directory of snapshots. */
  readonly directory: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/**
 * Keeps the current state up to date with the log, and on disk as a snapshot every few minutes and
 * at the end. A snapshot that cannot be written is tried again later: reading goes on, and the log
 * is held where the last good one ends.
 */
export class StateReader {
  readonly #options: StateReaderOptions;
  readonly #file: SnapshotFile;
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #next: Offset = 0;
  #saved: Offset = 0;
  #savedAt = 0;

  constructor(options: StateReaderOptions) {
    this.#options = options;
    this.#file = new SnapshotFile({ ...options, name: 'current-state' });
  }

  /** Restores the last snapshot and reads on from there, until disposal. */
  async start(): Promise<void> {
    const { state, log, clock } = this.#options;
    const snapshot = await this.#file.restore();
    if (snapshot !== undefined) state.restore(snapshot.state);
    this.#next = snapshot?.offset ?? 0;
    this.#saved = this.#next;
    this.#savedAt = clock.monotonic();
    this.#running = runReader(log, {
      ...this.#options,
      name: 'current-state',
      from: this.#next,
      bytesMax: chunkBytesMax,
      handle: (chunk) => this.#take(chunk),
      committed: () => this.#file.held,
      signal: this.#stopping.signal,
    });
  }

  async #take(chunk: LogChunk): Promise<void> {
    const { state, logger, clock } = this.#options;
    for (const record of chunk.records) {
      if (record.kind !== RecordKind.readings) {
        state.forget(erasedIn(record));
        continue;
      }
      const batch = openBatch(record.payload);
      if (batch.ok) state.apply(batch.value);
      else logger.error({ offset: record.offset, ...batch.fault }, 'readings record refused');
    }
    this.#next = chunk.next;
    if (clock.monotonic() - this.#savedAt < snapshotEveryMs) return;
    this.#savedAt = clock.monotonic();
    await this.#save().catch((error: unknown) => {
      logger.error({ err: error }, 'the snapshot of the current state could not be written');
    });
  }

  async #save(): Promise<void> {
    if (this.#next === this.#saved) return;
    await this.#file.save({ offset: this.#next, state: this.#options.state.save() });
    this.#saved = this.#next;
    this.#options.log.hold('current-state', this.#file.held);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    await this.#save();
  }
}

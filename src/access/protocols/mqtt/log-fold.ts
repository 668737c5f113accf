// SPDX-License-Identifier: Apache-2.0
import type { Log, LogChunk, Offset, ReaderOptions, SnapshotFile } from '#bus';
import { FaultError, type DurationMs } from '#core';
import type { Clock, Logger, Metrics } from '#runtime';
import type { Broker } from './broker.ts';
import { decodeState, encodeState } from './state-snapshot.ts';

export interface LogFoldOptions {
  readonly log: Log;
  readonly broker: Broker;
  readonly snapshots: SnapshotFile;
  /** `runReader` of `#bus`. */
  readonly read: (log: Log, options: ReaderOptions) => Promise<void>;
  readonly clock: Clock;
  /** Runs an action when the current turn of the event loop has read all its input. */
  readonly afterTurn: (action: () => void) => void;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** The fold among the readers of the log. */
export const foldName = 'mqtt';
const chunkBytes = 65_536;
const snapshotEveryMs: DurationMs = 60_000;

/** Keeps the broker's state up with the log: from a snapshot at start, then record by record, with a new snapshot now and then. */
export class LogFold {
  readonly #options: LogFoldOptions;
  readonly #snapshots: SnapshotFile;
  readonly #stop = new AbortController();
  #reader: Promise<void> = Promise.resolve();
  #saving: Promise<void> | undefined;
  #next: Offset = 0;
  #savedAt: Offset = 0;
  #savedTime: number;

  constructor(options: LogFoldOptions) {
    this.#options = options;
    this.#snapshots = options.snapshots;
    this.#savedTime = options.clock.monotonic();
  }

  /** Resolves when everything that is in the log now has been applied; goes on reading. */
  async start(): Promise<void> {
    const { log, read, broker, clock, logger, metrics } = this.#options;
    const snapshot = await this.#snapshots.restore();
    if (snapshot) {
      const decoded = decodeState(snapshot.state, broker.state);
      if (!decoded.ok) throw new FaultError(decoded.fault);
      this.#next = this.#savedAt = snapshot.offset;
    }
    const end = log.head;
    await new Promise<void>((caughtUp, failed) => {
      if (this.#next >= end) caughtUp();
      this.#reader = read(log, {
        ...{ name: foldName, clock, logger, metrics },
        from: this.#next,
        bytesMax: chunkBytes,
        signal: this.#stop.signal,
        committed: () => this.#snapshots.held,
        handle: (chunk) => {
          this.#apply(chunk);
          if (this.#next >= end) caughtUp();
          // Others have their turn between the chunks.
          return this.#next < end ? Promise.resolve() : new Promise(this.#options.afterTurn);
        },
      });
      this.#reader.catch(failed);
    });
  }

  /** Writes a snapshot of what has been applied. */
  save(): Promise<void> {
    this.#saving ??= this.#save().finally(() => {
      this.#saving = undefined;
    });
    return this.#saving;
  }

  /** Stops reading and leaves a snapshot, so that the next start is short. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#reader;
    await this.#saving;
    await this.save();
  }

  #apply(chunk: LogChunk): void {
    this.#options.broker.chunk(chunk);
    this.#next = chunk.next;
    const now = this.#options.clock.monotonic();
    if (now - this.#savedTime < snapshotEveryMs || this.#saving) return;
    void this.save();
  }

  async #save(): Promise<void> {
    const { clock, broker, logger } = this.#options;
    this.#savedTime = clock.monotonic();
    if (this.#next === this.#savedAt) return;
    const offset = this.#next;
    try {
      await this.#snapshots.save({ offset, state: encodeState(broker.state) });
      this.#savedAt = offset;
    } catch (error) {
      // The older snapshot stands: the log is kept from there on, and the next start takes longer.
      logger.error({ error }, 'the snapshot of the MQTT broker could not be written');
    }
  }
}

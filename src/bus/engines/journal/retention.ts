// SPDX-License-Identifier: Apache-2.0
import type { JournalMetrics } from './journal-metrics.ts';
import type { JournalOptions } from './journal.ts';
import type { Readers } from './readers.ts';
import type { Segment } from './segment.ts';

/**
 * Drops the oldest segments that every reader has passed, once they are too old or the log is too large. What a reader has not
 * committed stays, however old it is and however large the log grows: then it warns.
 */
export class Retention {
  readonly #options: JournalOptions;
  readonly #metrics: JournalMetrics;
  readonly #segments: Segment[];
  readonly #readers: Readers;
  #running: Promise<void> = Promise.resolve();
  #blocked = false;

  constructor(
    options: JournalOptions,
    metrics: JournalMetrics,
    segments: Segment[],
    readers: Readers,
  ) {
    this.#options = options;
    this.#metrics = metrics;
    this.#segments = segments;
    this.#readers = readers;
  }

  get bytes(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.end, 0);
  }

  /** Drops what may go now; calls follow one another. Failures are reported and tried again the next time. */
  run(): Promise<void> {
    this.#running = this.#running.then(async () => {
      try {
        await this.#drop();
      } catch (error) {
        this.#options.logger.warn({ error }, 'old log segments could not be dropped');
      }
      this.#report();
    });
    return this.#running;
  }

  async #drop(): Promise<void> {
    if (!this.#droppable()) return;
    if (!(await this.#readers.save())) return;
    const { disk, directory, logger } = this.#options;
    for (let oldest = this.#droppable(); oldest; oldest = this.#droppable()) {
      this.#segments.shift();
      await oldest.remove(disk);
      // One at a time, so that a power loss never leaves a hole in the row of segments.
      await disk.syncDirectory(directory);
      logger.info({ segment: oldest.path, bytes: oldest.end }, 'an old log segment was dropped');
    }
  }

  #droppable(): Segment | undefined {
    const { clock, limits } = this.#options;
    const [oldest, next] = this.#segments;
    if (!oldest || !next || next.first > this.#readers.slowest) return undefined;
    // What the next segment holds is newer than all of this one.
    const old = clock.now() - next.start > limits['log.retainMsMax'];
    return old || this.bytes > limits['log.retainBytesMax'] ? oldest : undefined;
  }

  #report(): void {
    const max = this.#options.limits['log.retainBytesMax'];
    const excess = this.#segments.length > 1 ? Math.max(0, this.bytes - max) : 0;
    this.#metrics.retainBlockedBytes.set(excess);
    const blocked = excess > 0;
    if (blocked && !this.#blocked) {
      const readers = Object.fromEntries(this.#readers.all);
      this.#options.logger.warn(
        { bytes: this.bytes, max, readers },
        'the log is larger than log.retainBytesMax: its slowest reader still needs it',
      );
    }
    this.#blocked = blocked;
  }
}

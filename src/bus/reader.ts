// SPDX-License-Identifier: Apache-2.0
import { Seconds, type DurationMs } from '#core';
import { sleep, type Clock, type Logger, type Metrics } from '#runtime';
import type { Log, LogChunk, Offset } from './port.ts';

const firstPause: DurationMs = 100;
const longestPause: DurationMs = Seconds(30);

export interface ReaderOptions {
  /** Names the reader in the log, in metrics and in log lines. */
  readonly name: string;
  /** Where it stopped: the offset stored with its output. */
  readonly from: Offset;
  /** About how many bytes a chunk has. */
  readonly bytesMax: number;
  /**
   * Takes a chunk and stores its output together with `chunk.next`. A chunk may be a gap without records. When it rejects, the
   * same chunk comes again after a pause: it must not have stored half of it.
   */
  readonly handle: (chunk: LogChunk) => Promise<void>;
  /** How far the output is safe after a chunk, when that is not `chunk.next` (a state kept in memory: its snapshot). */
  readonly committed?: (next: Offset) => Offset;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/**
 * Reads the log until the signal aborts. Nothing is ever skipped: a chunk that fails is tried again, with pauses from
 * 0.1 s doubling to 30 s, each failure logged and counted, and meanwhile the reader's lag grows.
 */
export async function runReader(log: Log, options: ReaderOptions): Promise<void> {
  const { name, signal } = options;
  const logger = options.logger.child({ reader: name });
  const labels = { reader: name };
  const failures = options.metrics.counter(
    'fengsui_reader_failures_total',
    'chunks of the log that a reader could not take and will try again',
    labels,
  );
  const lost = options.metrics.counter(
    'fengsui_reader_lost_records_total',
    'records a reader never saw, lost to corruption or retention',
    labels,
  );
  const committed = options.committed ?? ((next: Offset) => next);
  let at = options.from;
  let chunk: LogChunk | undefined;
  let pause = firstPause;
  log.hold(name, committed(at));
  while (!signal.aborted) {
    try {
      if (!chunk) {
        chunk = await log.read(at, { bytesMax: options.bytesMax, signal });
        if (chunk.next === at) return;
        if (chunk.gap) {
          lost.inc(chunk.gap.to - chunk.gap.from);
          logger.error(chunk.gap, 'the log has a gap: these records are lost to the reader');
        }
      }
      await options.handle(chunk);
      at = chunk.next;
      chunk = undefined;
      pause = firstPause;
      log.hold(name, committed(at));
    } catch (error) {
      failures.inc();
      logger.warn({ error, offset: at, pauseMs: pause }, 'reader failed; it tries again');
      await sleep(options.clock, pause, signal);
      pause = Math.min(pause * 2, longestPause);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
import { RecordKind, runReader, type Log, type LogChunk } from '#bus';
import { Millis, type DurationMs } from '#core';
import { sleep, type Clock, type Logger, type Metrics } from '#runtime';
import type { SeriesStore } from './port.ts';

const chunkBytesMax = 8_388_608;
/**
 * The least time from one transaction to the next while readings trickle in. Each has a sync of its own, which would
 * otherwise compete with the log's: acknowledgements wait for the log alone.
 */
const pace: DurationMs = Millis(50);
/** A chunk as large as this is worth a transaction at once. */
const chunkBytesFull = 1_048_576;

export interface FeedOptions {
  readonly log: Log;
  readonly store: SeriesStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly signal: AbortSignal;
}

/** Stores the readings of the log until the signal aborts: each chunk in one transaction with the offset after it. */
export function feedSeries(options: FeedOptions): Promise<void> {
  const { log, store, clock, signal, ...rest } = options;
  let last = clock.monotonic() - pace;
  return runReader(log, {
    ...{ ...rest, clock, signal },
    name: 'series',
    from: store.committed,
    bytesMax: chunkBytesMax,
    handle: async (chunk) => {
      const payloads = readingsOf(chunk);
      const bytes = payloads.reduce((sum, payload) => sum + payload.length, 0);
      await store.write(payloads, chunk.next);
      const left = last + pace - clock.monotonic();
      if (bytes < chunkBytesFull && left > 0) await sleep(clock, left, signal);
      last = clock.monotonic();
    },
  });
}

function readingsOf({ records }: LogChunk): Uint8Array[] {
  return records
    .filter((record) => record.kind === RecordKind.readings)
    .map((record) => record.payload);
}

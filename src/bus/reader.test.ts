// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { RecordingLogger, RecordingMetrics, SimClock } from '#runtime/sim';
import { openJournal, type Journal } from './engines/journal/journal.ts';
import { appendEach, bench, path, type Bench } from './engines/journal/test-support.ts';
import type { LogChunk, Offset } from './port.ts';
import { runReader, type ReaderOptions } from './reader.ts';

interface Running {
  readonly chunks: LogChunk[];
  readonly clock: SimClock;
  readonly metrics: RecordingMetrics;
  readonly logger: RecordingLogger;
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

function start(journal: Journal, options: Partial<ReaderOptions> = {}): Running {
  const chunks: LogChunk[] = [];
  const clock = new SimClock();
  const metrics = new RecordingMetrics();
  const logger = new RecordingLogger();
  const abort = new AbortController();
  const handle = async (chunk: LogChunk): Promise<void> => void chunks.push(chunk);
  const done = runReader(journal, {
    name: 'reader',
    from: 0,
    bytesMax: 1,
    handle,
    signal: abort.signal,
    clock,
    logger,
    metrics,
    ...options,
  });
  return { chunks, clock, metrics, logger, abort, done };
}

async function until(holds: () => boolean): Promise<void> {
  for (let turns = 0; !holds(); turns++) {
    assert.ok(turns < 100_000, 'it comes');
    await Promise.resolve();
  }
}

async function filled(...sizes: number[]): Promise<{ options: Bench; journal: Journal }> {
  const options = bench();
  const journal = await openJournal(options);
  await appendEach(journal, sizes);
  return { options, journal };
}

it('hands out every chunk in order and holds the log where it is', async () => {
  const { journal } = await filled(1, 1, 1);
  const reader = start(journal);
  await until(() => journal.readers().get('reader') === 3);
  await appendEach(journal, [1]);
  await until(() => journal.readers().get('reader') === 4);
  reader.abort.abort();
  await reader.done;
  const offsets = reader.chunks.flatMap(({ records }) => records.map(({ offset }) => offset));
  assert.deepEqual(offsets, [0, 1, 2, 3]);
});

it('starts where it is told to, and holds from there before it reads', async () => {
  const { journal } = await filled(1, 1, 1);
  const reader = start(journal, { from: 2 });
  assert.equal(journal.readers().get('reader'), 2);
  await until(() => reader.chunks.length === 1);
  assert.equal(reader.chunks[0]?.records[0]?.offset, 2);
  reader.abort.abort();
  await reader.done;
});

it('tries a chunk again until it is taken, with longer and longer pauses', async () => {
  const { journal } = await filled(1, 1);
  const tried: (Offset | undefined)[] = [];
  let failures = 12;
  const reader = start(journal, {
    handle: async ({ records }) => {
      tried.push(records[0]?.offset);
      if (failures-- > 0) throw new Error('the store is busy');
    },
  });
  for (
    let attempt = 1, pause = 100;
    attempt <= 12;
    attempt++, pause = Math.min(pause * 2, 30_000)
  ) {
    await until(() => reader.clock.pending === 1);
    assert.equal(tried.length, attempt);
    assert.equal(journal.readers().get('reader'), 0);
    reader.clock.advance(pause - 1);
    await Promise.resolve();
    assert.equal(tried.length, attempt, 'not before the pause is over');
    reader.clock.advance(1);
  }
  await until(() => journal.readers().get('reader') === 2);
  assert.deepEqual(tried, [...Array.from({ length: 13 }, () => 0), 1]);
  const labels = { reader: 'reader' };
  assert.equal(reader.metrics.value('fengsui_reader_failures_total', labels), 12);
  assert.equal(reader.logger.lines.filter(({ level }) => level === 'warn').length, 12);
  reader.abort.abort();
  await reader.done;
});

it('an abort ends a pause', async () => {
  const { journal } = await filled(1);
  const reader = start(journal, { handle: () => Promise.reject(new Error('never')) });
  await until(() => reader.clock.pending === 1);
  reader.abort.abort();
  await reader.done;
  assert.equal(reader.clock.pending, 0);
});

it('goes on over a failing disk', async () => {
  const { options, journal } = await filled(1, 1);
  options.disk.inject({ operation: 'read', nth: 1, times: 2, code: 'EIO' });
  const reader = start(journal);
  await until(() => reader.clock.pending === 1);
  reader.clock.advance(100);
  await until(() => reader.clock.pending === 1);
  reader.clock.advance(200);
  await until(() => journal.readers().get('reader') === 2);
  assert.equal(reader.chunks.length, 2);
  reader.abort.abort();
  await reader.done;
});

it('surfaces a gap to the handler, the log and the metrics', async () => {
  const { options } = await filled(3_000, 3_000, 3_000);
  const disk = options.disk.crash();
  disk.flip(path(1), 2_000 * 8);
  const reader = start(await openJournal(bench({}, disk)));
  await until(() => reader.chunks.length === 3);
  assert.deepEqual(reader.chunks[1]?.gap, { from: 1, to: 2, reason: 'corrupt' });
  assert.equal(reader.metrics.value('fengsui_reader_lost_records_total', { reader: 'reader' }), 1);
  assert.equal(reader.logger.lines.filter(({ level }) => level === 'error').length, 1);
  reader.abort.abort();
  await reader.done;
});

it('holds where its output is safe, when that is not where it reads', async () => {
  const { journal } = await filled(1, 1, 1);
  const reader = start(journal, { committed: (next) => Math.max(0, next - 2) });
  await until(() => journal.readers().get('reader') === 1);
  assert.equal(reader.chunks.length, 3);
  reader.abort.abort();
  await reader.done;
});

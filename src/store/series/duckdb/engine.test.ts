// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { Days, Hours, Minutes, Seconds, SeededRandom, limitsOf } from '#core';
import { RecordingLogger, RecordingMetrics, SimClock } from '#runtime/sim';
import type { Aggregate, SeriesStore } from '../port.ts';
import { type Reading, recordOf } from '../testing/model.ts';
import { DuckdbSeries, type DuckdbSeriesOptions, openDuckdbSeries } from './client.ts';

const start = Date.UTC(2026, 0, 10);

async function withDirectory(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'fengsui-engine-'));
  try {
    await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const optionsOf = (
  directory: string,
  more: Partial<DuckdbSeriesOptions> = {},
): DuckdbSeriesOptions => ({
  directory,
  limits: limitsOf(),
  logger: new RecordingLogger(),
  metrics: new RecordingMetrics(),
  clock: new SimClock(start),
  ...more,
});

/** Readings of some series over days, with bad ones and holes. */
function sample(seed: number, days: number): Reading[] {
  const random = new SeededRandom(seed);
  const readings: Reading[] = [];
  for (let series = 1; series <= 5; series++) {
    for (
      let time = start - Days(days);
      time < start;
      time += Minutes(1) + random.int(Minutes(20))
    ) {
      if (random.int(40) === 0) time += Hours(3);
      readings.push({
        series,
        time,
        value: random.int(10_000) / 100,
        quality: random.pick([0, 0, 0, 33, 128]),
      });
    }
  }
  return readings;
}

const aggregates: readonly Aggregate[] = [
  'avg',
  'min',
  'max',
  'sum',
  'count',
  'first',
  'last',
  'twa',
];

async function assertSame(a: SeriesStore, b: SeriesStore): Promise<void> {
  for (const aggregate of aggregates) {
    for (const bucketMs of [Hours(1), Hours(6), Days(1), undefined]) {
      // From the middle of an hour: the ends come from readings, the middle from roll-ups.
      for (const from of [start - Days(4), start - Days(3) + Minutes(17)]) {
        const query = {
          series: [1, 2, 3, 4, 5, 6],
          from,
          to: start - Minutes(13),
          points: 200,
          bucketMs,
          aggregate,
        };
        const [one, other] = await Promise.all([a.query(query), b.query(query)]);
        for (const [i, answer] of one.entries()) {
          assert.deepEqual(answer.time, other[i]?.time);
          assert.deepEqual(answer.quality, other[i]?.quality);
          for (const [j, value] of answer.value.entries()) {
            const expected = other[i]?.value[j];
            const same =
              value === expected ||
              Math.abs(Number(value) - Number(expected)) < 1e-9 * Math.abs(Number(value));
            assert.ok(
              same,
              `${aggregate} by ${bucketMs} of ${answer.series}: ${JSON.stringify([value, expected])}`,
            );
          }
        }
      }
    }
  }
}

describe('the DuckDB store', () => {
  it('answers from roll-ups what it answers from readings, late ones included', async () => {
    await withDirectory(async (directory) => {
      await using rolled = await openDuckdbSeries(optionsOf(join(directory, 'a')));
      await using plain = await openDuckdbSeries(
        optionsOf(join(directory, 'b'), { rollups: false }),
      );
      for (const seed of [1, 2]) {
        // The second time everything is late, and half of it replaces what is there.
        const record = recordOf(
          sample(1, 4)
            .filter((_, i) => seed === 1 || i % 2 === 0)
            .concat(seed === 1 ? [] : sample(2, 4)),
        );
        for (const store of [rolled, plain]) await store.write([record], seed);
        await assertSame(rolled, plain);
        for (const store of [rolled, plain]) await store.compact();
        await assertSame(rolled, plain);
      }
      assert.ok(
        (await readdir(join(directory, 'a', 'parts'))).some((name) =>
          name.endsWith('.rollup.parquet'),
        ),
      );
      assert.ok((await rolled.stats()).storedBytes > (await plain.stats()).storedBytes);
    });
  });

  it('stops a question at the time ceiling and goes on', async () => {
    await withDirectory(async (directory) => {
      const clock = new SimClock(start);
      const metrics = new RecordingMetrics();
      const options = optionsOf(directory, {
        clock,
        metrics,
        limits: limitsOf({ 'query.msMax': 100 }),
      });
      await using store = await openDuckdbSeries(options);
      await store.write([recordOf(sample(3, 2))], 1);
      const query = { series: [1, 2, 3, 4, 5], from: start - Days(2), to: start, points: 10_000 };
      const questions = [
        store.query(query),
        store.query({ ...query, aggregate: 'twa', bucketMs: Minutes(1) }),
      ];
      clock.advance(Seconds(1));
      for (const outcome of await Promise.allSettled(questions)) {
        assert.ok(outcome.status === 'rejected');
        assert.match(String(outcome.reason), /store\.query-too-slow: query\.msMax/);
      }
      assert.equal(metrics.value('fengsui_limit_hits_total', { limit: 'query.msMax' }), 2);
      assert.equal((await store.query(query)).length, 5);
    });
  });

  it('refuses more waiting questions than the limit', async () => {
    await withDirectory(async (directory) => {
      await using store = await openDuckdbSeries(
        optionsOf(directory, { limits: limitsOf({ 'store.queriesWaitingMax': 2 }) }),
      );
      await store.write([recordOf(sample(5, 2))], 1);
      const query = { series: [1, 2, 3, 4, 5], from: start - Days(2), to: start, points: 10_000 };
      const ask = (): Promise<unknown> => store.query(query);
      const outcomes = await Promise.allSettled(Array.from({ length: 20 }, ask));
      const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
      assert.ok(refused.length > 0 && refused.length < 20);
      for (const { reason } of refused)
        assert.match(String(reason), /common\.limit: store\.queriesWaitingMax/);
      await ask();
    });
  });

  it('rejects everything once its worker has ended, and says so', async () => {
    await withDirectory(async (directory) => {
      const logger = new RecordingLogger();
      const metrics = new RecordingMetrics();
      const worker = new Worker(new URL('worker.ts', import.meta.url));
      const store = new DuckdbSeries(optionsOf(directory, { logger, metrics }), worker);
      await store.start();
      const record = recordOf([{ series: 1, time: start, value: 1 }]);
      await store.write([record], 1);
      assert.equal(metrics.value('fengsui_store_up'), 1);
      await worker.terminate();
      await assert.rejects(store.write([record], 2), /store\.stopped/);
      await assert.rejects(
        store.query({ series: [1], from: 0, to: 1, points: 1 }),
        /store\.stopped/,
      );
      await assert.rejects(store.stats(), /store\.stopped/);
      assert.equal(metrics.value('fengsui_store_up'), 0);
      assert.equal(store.committed, 1);
      assert.ok(
        logger.lines.some(({ level, message }) => level === 'error' && message.includes('stopped')),
      );
      await store[Symbol.asyncDispose]();
    });
  });

  it('says what is wrong with a directory that it cannot open', async () => {
    await withDirectory(async (directory) => {
      await (await openDuckdbSeries(optionsOf(directory)))[Symbol.asyncDispose]();
      await writeFile(join(directory, 'CURRENT'), 'nonsense');
      await assert.rejects(openDuckdbSeries(optionsOf(directory)), /store\.cannot-open: .*CURRENT/);
      await writeFile(join(directory, 'CURRENT'), '1\n');
      await writeFile(join(directory, 'series-1.duckdb'), 'not a database');
      await assert.rejects(openDuckdbSeries(optionsOf(directory)), /store\.cannot-open/);
    });
  });

  it('removes files that no manifest names', async () => {
    await withDirectory(async (directory) => {
      const store = await openDuckdbSeries(optionsOf(directory));
      await store.write([recordOf(sample(4, 2))], 1);
      await store.compact();
      const files = (await readdir(join(directory, 'parts'))).toSorted();
      await store[Symbol.asyncDispose]();
      await writeFile(join(directory, 'parts', '20463-99.parquet'), 'left by a crash');
      await writeFile(join(directory, 'series-7.duckdb'), 'left by a crash');
      await using again = await openDuckdbSeries(optionsOf(directory));
      assert.deepEqual((await readdir(join(directory, 'parts'))).toSorted(), files);
      assert.ok(!(await readdir(directory)).includes('series-7.duckdb'));
      assert.ok((await again.stats()).storedPoints > 0);
    });
  });

  it('keeps the former readings when a write fails', async () => {
    await withDirectory(async (directory) => {
      const logger = new RecordingLogger();
      await using store = await openDuckdbSeries(
        optionsOf(directory, { logger, memoryBytes: 8 * 1_048_576 }),
      );
      await store.write([recordOf([{ series: 1, time: start, value: 1 }])], 1);
      const long = 'x'.repeat(1_048_576);
      const huge = recordOf(
        Array.from({ length: 60 }, (_, i) => ({ series: 2, time: start + i, value: long })),
      );
      await assert.rejects(store.write([huge], 2), /store\.write-failed/);
      assert.equal(store.committed, 1);
      await store.write([recordOf([{ series: 1, time: start + 1, value: 2 }])], 2);
      const all = await store.query({ series: [1, 2], from: start, to: start + 100, points: 10 });
      assert.deepEqual(
        all.map(({ value }) => value),
        [[1, 2], []],
      );
      assert.equal((await store.counters([1])).get(1)?.count, 2);
    });
  });
});

// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { Days, Hours, Minutes, Seconds } from '#core';
import { type SeriesFixture, type SeriesTest, fixtureStart as start } from './fixture.ts';
import type { SeriesStore } from '../port.ts';
import { type Reading, recordOf } from './model.ts';

const write = (store: SeriesStore, readings: readonly Reading[]): Promise<void> =>
  store.write([recordOf(readings)], store.committed + 1);

/** Runs the checks on hot readings, then on the same ones compacted. */
async function twice(
  fixture: SeriesFixture,
  store: SeriesStore,
  check: () => Promise<void>,
): Promise<void> {
  await check();
  fixture.clock.advance(Days(10));
  await store.compact();
  assert.equal((await store.stats()).hotPoints, 0);
  await check();
}

const code =
  (expected: string) =>
  (error: unknown): boolean =>
    error instanceof Error && error.message.startsWith(expected);

/** Ranges, pages, budgets, gaps, texts and refusals. */
export function queryConformance(test: SeriesTest): void {
  test('answers strings and JSON as they came', async (fixture) => {
    await using store = await fixture.open();
    const day = { from: start, to: start + Days(1), points: 100 };
    await write(store, [
      { series: 1, time: start + 1, value: '烽燧' },
      { series: 1, time: start + 2, value: { a: 1 } },
      { series: 1, time: start + 3, value: 4 },
      { series: 1, time: start + 4, value: '' },
      { series: 1, time: start + 5, value: 'gone', quality: 128 },
      { series: 2, time: start + 5, value: 1 },
    ]);
    await twice(fixture, store, async () => {
      const [answer] = await store.query({ ...day, series: [1] });
      assert.deepEqual(answer?.value, ['烽燧', { a: 1 }, 4, '', null]);
      assert.deepEqual(answer?.quality, [0, 0, 0, 0, 128]);
      const [newest] = await store.query({
        ...day,
        series: [1],
        order: 'descending',
        after: start + 5,
        points: 2,
      });
      assert.deepEqual(newest?.value, ['', 4]);
      const one = { ...day, bucketMs: Days(1), series: [1] };
      assert.deepEqual((await store.query({ ...one, aggregate: 'first' }))[0]?.value, ['烽燧']);
      assert.deepEqual((await store.query({ ...one, aggregate: 'last' }))[0]?.value, ['']);
      assert.deepEqual(
        (await store.query({ ...one, aggregate: 'last', goodOnly: false }))[0]?.value,
        [null],
      );
      assert.deepEqual((await store.query({ ...one, aggregate: 'count' }))[0]?.value, [4]);
      assert.deepEqual(
        (await store.query({ ...one, aggregate: 'count', goodOnly: false }))[0]?.value,
        [5],
      );
      for (const aggregate of ['avg', 'min', 'max', 'sum', 'twa'] as const) {
        await assert.rejects(
          store.query({ ...one, aggregate }),
          code('store.not-numeric: series/1'),
        );
      }
      const [few] = await store.query({ ...day, series: [1], points: 3 });
      assert.equal(few?.kind, 'downsampled');
      assert.ok((few?.value.length ?? 9) <= 3);
      assert.equal(few?.value.at(-1), null);
    });
  });

  test('shows a bucket without readings as null, and bad readings without a value', async (fixture) => {
    await using store = await fixture.open();
    await write(store, [
      { series: 1, time: start, value: 2 },
      { series: 1, time: start + Minutes(30), value: 4, quality: 33 },
      { series: 1, time: start + Minutes(40), value: 1_000, quality: 129 },
      { series: 1, time: start + Hours(2), value: null, quality: 128 },
      { series: 1, time: start + Hours(3), value: 8 },
    ]);
    await twice(fixture, store, async () => {
      const hours = {
        series: [1],
        from: start,
        to: start + Hours(5),
        points: 10,
        bucketMs: Hours(1),
      };
      const of = async (
        aggregate: 'avg' | 'count' | 'max' | 'twa',
      ): Promise<readonly unknown[] | undefined> =>
        (await store.query({ ...hours, aggregate }))[0]?.value;
      assert.deepEqual(await of('avg'), [3, null, null, 8, null]);
      assert.deepEqual(await of('count'), [2, null, null, 1, null]);
      assert.deepEqual(await of('max'), [4, null, null, 8, null]);
      assert.deepEqual(await of('twa'), [3, null, null, 8, null]);
      const [answer] = await store.query({ ...hours, aggregate: 'count', goodOnly: false });
      assert.deepEqual(answer?.value, [3, null, 1, 1, null]);
      assert.deepEqual(
        answer?.time,
        [0, 1, 2, 3, 4].map((hour) => start + Hours(hour)),
      );
      assert.equal(answer?.bucketMs, Hours(1));
      assert.deepEqual(answer?.quality, [129, 34, 128, 0, 34]);
      const [raw] = await store.query({
        series: [1],
        from: start,
        to: start + Hours(5),
        points: 10,
      });
      assert.deepEqual(raw?.value, [2, 4, null, null, 8]);
      const [good] = await store.query({
        series: [1],
        from: start,
        to: start + Hours(5),
        points: 10,
        goodOnly: true,
      });
      assert.deepEqual(good?.value, [2, 4, 8]);
    });
  });

  test('weights by time and carries the value from before', async (fixture) => {
    await using store = await fixture.open();
    await write(store, [
      { series: 1, time: start - Days(40), value: 10 },
      { series: 1, time: start + Minutes(15), value: 20 },
      { series: 2, time: start + Minutes(30), value: 6 },
      { series: 2, time: start + Minutes(90), value: 0 },
    ]);
    await twice(fixture, store, async () => {
      const query = {
        from: start,
        to: start + Hours(2),
        points: 10,
        bucketMs: Hours(1),
        aggregate: 'twa',
      } as const;
      const [one, two] = await store.query({ ...query, series: [1, 2] });
      assert.deepEqual(one?.value, [17.5, null]);
      assert.deepEqual(two?.value, [6, 3]);
    });
  });

  test('starts buckets at `from` where a width is asked for, else at round times', async (fixture) => {
    await using store = await fixture.open();
    await write(store, [{ series: 1, time: start + Minutes(10), value: 1 }]);
    await twice(fixture, store, async () => {
      const asked = {
        series: [1],
        from: start + Minutes(7),
        to: start + Hours(3),
        aggregate: 'sum',
      } as const;
      const [fixed] = await store.query({ ...asked, bucketMs: Hours(1), points: 100 });
      assert.deepEqual(
        fixed?.time,
        [7, 67, 127].map((minute) => start + Minutes(minute)),
      );
      const [derived] = await store.query({ ...asked, points: 4 });
      assert.deepEqual(
        derived?.time,
        [0, 1, 2].map((hour) => start + Hours(hour)),
      );
      const [single] = await store.query({ ...asked, points: 1 });
      assert.equal(single?.value[0], 1);
      assert.equal(single?.time.length, 1);
    });
  });

  test('pages through raw readings in both orders', async (fixture) => {
    await using store = await fixture.open();
    const readings = Array.from({ length: 500 }, (_, i) => ({
      series: 3,
      time: start + i * Minutes(20),
      value: i,
    }));
    await write(store, readings);
    await twice(fixture, store, async () => {
      for (const order of ['ascending', 'descending'] as const) {
        const seen: unknown[] = [];
        let after = order === 'ascending' ? start - 1 : start + Days(30);
        for (;;) {
          const [page] = await store.query({
            series: [3],
            from: start,
            to: start + Days(30),
            points: 70,
            order,
            after,
          });
          if (page === undefined || page.time.length === 0) break;
          assert.equal(page.kind, 'raw');
          seen.push(...page.value);
          after = page.time.at(-1) ?? 0;
        }
        const expected = readings.map(({ value }) => value);
        assert.deepEqual(seen, order === 'ascending' ? expected : expected.toReversed());
      }
    });
  });

  test('keeps the shape when there are more readings than points', async (fixture) => {
    await using store = await fixture.open();
    const readings = Array.from({ length: 5_000 }, (_, i) => ({
      series: 1,
      time: start + i * Seconds(10) + (i >= 3_000 ? Hours(4) : 0),
      value: Math.round(Math.sin(i / 300) * 1_000) / 10,
    }));
    const spike = { series: 1, time: start + Seconds(12_345), value: 777.7 };
    await write(store, [...readings, spike]);
    await twice(fixture, store, async () => {
      for (const order of ['ascending', 'descending'] as const) {
        const [shape] = await store.query({
          series: [1],
          from: start - Days(100),
          to: start + Days(100),
          points: 200,
          order,
        });
        assert.equal(shape?.kind, 'downsampled');
        const times = order === 'ascending' ? shape.time : shape.time.toReversed();
        const values = order === 'ascending' ? shape.value : shape.value.toReversed();
        assert.ok(times.length <= 200 && times.length > 100);
        assert.deepEqual(
          times,
          times.toSorted((a, b) => a - b),
        );
        assert.equal(times[0], start);
        assert.equal(times.at(-1), readings.at(-1)?.time);
        assert.equal(values[times.indexOf(spike.time)], spike.value);
        assert.ok(values.includes(-100));
        const gap = times[values.indexOf(null)] ?? 0;
        assert.ok(gap > start + Hours(8) && gap < start + Hours(13));
      }
      const [enough] = await store.query({
        series: [1],
        from: start,
        to: start + Days(100),
        points: 5_001,
      });
      assert.equal(enough?.kind, 'raw');
      assert.equal(enough.value.length, 5_001);
      const [three] = await store.query({
        series: [1],
        from: start,
        to: start + Days(100),
        points: 3,
      });
      assert.ok((three?.value.length ?? 9) <= 3);
    });
  });

  test('answers several series on the same buckets, in the order asked', async (fixture) => {
    await using store = await fixture.open();
    await write(store, [
      { series: 9, time: start, value: 1 },
      { series: 4, time: start + Hours(1), value: 2 },
    ]);
    await twice(fixture, store, async () => {
      const query = {
        from: start,
        to: start + Hours(3),
        points: 3,
        aggregate: 'sum',
        bucketMs: Hours(1),
      } as const;
      const answers = await store.query({ ...query, series: [9, 77, 4] });
      assert.deepEqual(
        answers.map(({ series, value }) => [series, ...value]),
        [
          [9, 1, null, null],
          [77, null, null, null],
          [4, null, 2, null],
        ],
      );
      const [backwards] = await store.query({ ...query, series: [9], order: 'descending' });
      assert.deepEqual(
        backwards?.time,
        [2, 1, 0].map((hour) => start + Hours(hour)),
      );
      assert.deepEqual(backwards?.value, [null, null, 1]);
    });
  });

  test('refuses questions that cannot be or that are too large', async (fixture) => {
    await using store = await fixture.open();
    const query = { series: [1], from: start, to: start + 1_000, points: 10 };
    await assert.rejects(store.query({ ...query, to: start }), code('common.invalid: to'));
    await assert.rejects(store.query({ ...query, from: Number.NaN }), code('common.invalid: from'));
    await assert.rejects(store.query({ ...query, points: 0 }), code('common.invalid: points'));
    await assert.rejects(store.query({ ...query, series: [-1] }), code('common.invalid: series'));
    await assert.rejects(
      store.query({ ...query, aggregate: 'avg', bucketMs: 0 }),
      code('common.invalid: bucketMs'),
    );
    await assert.rejects(
      store.query({ ...query, aggregate: 'avg', bucketMs: 1 }),
      code('common.limit: points'),
    );
    await assert.rejects(
      store.query({ ...query, points: 1e9 }),
      code('common.limit: query.pointsMax'),
    );
    const many = Array.from({ length: 1_000 }, (_, i) => i + 1);
    await assert.rejects(
      store.query({ ...query, series: many }),
      code('common.limit: query.seriesMax'),
    );
    assert.deepEqual(await store.query({ ...query, series: [] }), []);
  });
}

// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { Days, Hours } from '#core';
import { type SeriesTest, fixtureStart as start } from './fixture.ts';
import type { SeriesStore } from '../port.ts';
import { type Reading, recordOf } from './model.ts';

const write = (store: SeriesStore, readings: readonly Reading[]): Promise<void> =>
  store.write([recordOf(readings)], store.committed + 1);

async function values(store: SeriesStore, series: number): Promise<readonly unknown[] | undefined> {
  const [answer] = await store.query({
    series: [series],
    from: start - Days(10),
    to: start + Days(10),
    points: 1_000,
  });
  return answer?.value;
}

const canary = 'canary-7f3e91';

/** Erasing and retention. */
export function eraseConformance(test: SeriesTest): void {
  test('hides erased readings at once, and takes what comes later', async (fixture) => {
    await using store = await fixture.open();
    await write(store, [
      { series: 1, time: start, value: 1 },
      { series: 1, time: start + Hours(2), value: 2 },
      { series: 2, time: start, value: 3 },
    ]);
    fixture.clock.advance(Days(1));
    await store.compact();
    await write(store, [
      { series: 1, time: start + Hours(1), value: 4 },
      { series: 1, time: start + Hours(30), value: 5 },
    ]);
    await store.erase([1]);
    assert.deepEqual(await values(store, 1), []);
    assert.deepEqual(await values(store, 2), [3]);
    assert.deepEqual(await store.counters([1]), new Map());
    await write(store, [
      { series: 1, time: start + Hours(2), value: 6 },
      { series: 1, time: start + Hours(30), value: 7 },
      { series: 1, time: start + Hours(31), value: 8 },
    ]);
    const check = async (): Promise<void> => {
      assert.deepEqual(await values(store, 1), [6, 7, 8]);
      assert.deepEqual(await values(store, 2), [3]);
      assert.equal((await store.counters([1])).get(1)?.count, 3);
      const query = { series: [1], from: start, to: start + Days(2), points: 2, bucketMs: Days(1) };
      assert.deepEqual((await store.query({ ...query, aggregate: 'sum' }))[0]?.value, [6, 15]);
    };
    await check();
    await store.compact();
    await check();
    fixture.clock.advance(Days(2));
    await store.compact();
    await check();
  });

  test('remembers an erasure when it is opened again', async (fixture) => {
    {
      await using store = await fixture.open();
      await write(store, [
        { series: 1, time: start, value: 1 },
        { series: 1, time: start + Hours(25), value: 2 },
      ]);
      fixture.clock.advance(Days(1));
      await store.compact();
      await store.erase([1]);
    }
    await using store = await fixture.open();
    assert.deepEqual(await values(store, 1), []);
    await write(store, [{ series: 1, time: start + Hours(26), value: 3 }]);
    assert.deepEqual(await values(store, 1), [3]);
    assert.equal((await store.counters([1])).get(1)?.count, 1);
  });

  test('leaves nothing of erased readings on disk after a compaction', async (fixture) => {
    await using store = await fixture.open();
    const texts = (hour: number): Reading[] =>
      Array.from({ length: 50 }, (_, i) => ({
        series: 1 + (i % 2),
        time: start + Hours(hour) + i,
        value: i % 2 === 0 ? `${canary} ${i}` : `kept ${i}`,
      }));
    // In a file, among late readings, in a table that is dropped, and in one that is still hot.
    await write(store, texts(1));
    fixture.clock.advance(Days(1));
    await store.compact();
    await write(store, texts(2));
    await write(store, texts(30));
    assert.ok(await fixture.contains(canary));
    await store.erase([1]);
    await store.compact();
    assert.deepEqual(await values(store, 1), []);
    assert.equal((await values(store, 2))?.length, 75);
    assert.equal(await fixture.contains(canary), false);
    await write(store, texts(31));
    assert.equal((await values(store, 1))?.length, 25);
    assert.equal((await values(store, 2))?.length, 100);
  });

  test('drops periods that are older than the retention', async (fixture) => {
    await using store = await fixture.open({ retentionMs: Days(3) });
    for (let day = 0; day < 5; day++) {
      await write(store, [{ series: 1, time: start + Days(day) + 5, value: day }]);
    }
    await write(store, [{ series: 1, time: start - Days(9), value: -9 }]);
    fixture.clock.advance(Days(3));
    await store.compact();
    assert.deepEqual(await values(store, 1), [0, 1, 2, 3, 4]);
    fixture.clock.advance(Days(2));
    await store.compact();
    assert.equal((await store.stats()).storedPoints, 3);
    assert.deepEqual(await values(store, 1), [2, 3, 4]);
    assert.deepEqual((await store.counters([1])).get(1), {
      count: 3,
      first: start + Days(2) + 5,
      last: start + Days(4) + 5,
    });
    assert.equal((await store.stats()).oldest, start + Days(2) + 5);
  });
}

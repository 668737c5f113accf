// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { Days, Hours, Minutes } from '#core';
import { type SeriesTest, fixtureStart } from './fixture.ts';
import type { SeriesStore } from '../port.ts';
import { NaiveStore, type Reading, recordOf } from './model.ts';

const day = { from: fixtureStart, to: fixtureStart + Days(1), points: 1_000 };

const write = (store: SeriesStore, readings: readonly Reading[]): Promise<void> =>
  store.write([recordOf(readings)], store.committed + 1);

async function values(store: SeriesStore, series: number): Promise<unknown[]> {
  const [answer] = await store.query({ ...day, series: [series] });
  return (answer?.time ?? []).map((time, index) => [time - fixtureStart, answer?.value[index]]);
}

/** Exactly once, late, duplicate, out of order. */
export function writeConformance(test: SeriesTest): void {
  test('starts empty at offset 0', async (fixture) => {
    await using store = await fixture.open();
    assert.equal(store.committed, 0);
    const [answer] = await store.query({ ...day, series: [1] });
    assert.deepEqual(answer?.time, []);
    assert.deepEqual(await store.stats(), {
      hotPoints: 0,
      storedPoints: 0,
      storedBytes: 0,
      oldest: undefined,
    });
    assert.deepEqual(await store.counters([1]), new Map());
  });

  test('keeps readings and the offset together when it is opened again', async (fixture) => {
    {
      await using store = await fixture.open();
      await store.write([recordOf([{ series: 1, time: fixtureStart, value: 1.5 }])], 17);
      assert.equal(store.committed, 17);
    }
    await using store = await fixture.open();
    assert.equal(store.committed, 17);
    assert.deepEqual(await values(store, 1), [[0, 1.5]]);
  });

  test('ignores records that it has committed already', async (fixture) => {
    await using store = await fixture.open();
    await store.write([recordOf([{ series: 1, time: fixtureStart, value: 1 }])], 5);
    await store.write([recordOf([{ series: 1, time: fixtureStart, value: 2 }])], 5);
    assert.deepEqual(await values(store, 1), [[0, 1]]);
    assert.equal(store.committed, 5);
  });

  test('takes an offset without records, and a record without rows', async (fixture) => {
    await using store = await fixture.open();
    await store.write([], 3);
    await store.write([recordOf([])], 4);
    assert.equal(store.committed, 4);
  });

  test('leaves a damaged record out and keeps its neighbours', async (fixture) => {
    await using store = await fixture.open();
    const before = recordOf([{ series: 1, time: fixtureStart, value: 1 }]);
    const after = recordOf([{ series: 1, time: fixtureStart + 1, value: 2 }]);
    const impossible = recordOf([
      { series: 1, time: Number.NaN, value: 7 },
      { series: 0, time: fixtureStart + 3, value: 8 },
      { series: 1, time: fixtureStart + 2, value: 3 },
    ]);
    await store.write(
      [before, Uint8Array.of(1, 2, 3), after.subarray(0, 40), after, impossible],
      5,
    );
    assert.equal(store.committed, 5);
    assert.deepEqual(await values(store, 1), [
      [0, 1],
      [1, 2],
      [2, 3],
    ]);
  });

  test('maps records at any place of a larger buffer', async (fixture) => {
    await using store = await fixture.open();
    const record = recordOf([{ series: 1, time: fixtureStart, value: 4 }]);
    const larger = new Uint8Array(record.length + 100);
    larger.set(record, 13);
    await store.write([larger.subarray(13, 13 + record.length)], 1);
    assert.deepEqual(await values(store, 1), [[0, 4]]);
  });

  test('keeps one reading for a time: the last in the order of the log', async (fixture) => {
    await using store = await fixture.open();
    const at = (offset: number, value: number): Reading => ({
      series: 1,
      time: fixtureStart + offset,
      value,
    });
    await write(store, [at(10, 1), at(10, 2), at(30, 1)]);
    await write(store, [at(20, 5), at(30, 3), at(5, 9)]);
    await write(store, [at(20, 6), at(30, 4), at(10, 2)]);
    const expected = [
      [5, 9],
      [10, 2],
      [20, 6],
      [30, 4],
    ];
    assert.deepEqual(await values(store, 1), expected);
    assert.deepEqual((await store.counters([1])).get(1), {
      count: 4,
      first: fixtureStart + 5,
      last: fixtureStart + 30,
    });
    fixture.clock.advance(Days(2));
    await store.compact();
    assert.deepEqual(await values(store, 1), expected);
    assert.deepEqual((await store.counters([1])).get(1), {
      count: 4,
      first: fixtureStart + 5,
      last: fixtureStart + 30,
    });
  });

  test('puts late readings into their period, after its compaction as well', async (fixture) => {
    await using store = await fixture.open();
    await write(store, [
      { series: 1, time: fixtureStart + Hours(1), value: 1 },
      { series: 2, time: fixtureStart + Hours(1), value: 10 },
    ]);
    fixture.clock.advance(Days(2));
    await store.compact();
    assert.equal((await store.stats()).storedPoints, 2);
    await write(store, [
      { series: 1, time: fixtureStart + Hours(1), value: 2 },
      { series: 1, time: fixtureStart + Minutes(5), value: 3 },
      { series: 3, time: fixtureStart + Hours(3), value: 4 },
      { series: 1, time: fixtureStart - Days(400), value: 5 },
    ]);
    const expected = [
      [Minutes(5), 3],
      [Hours(1), 2],
    ];
    assert.deepEqual(await values(store, 1), expected);
    await store.compact();
    assert.deepEqual(await values(store, 1), expected);
    assert.deepEqual(await values(store, 2), [[Hours(1), 10]]);
    assert.deepEqual(await values(store, 3), [[Hours(3), 4]]);
    assert.equal((await store.stats()).hotPoints, 0);
    assert.equal((await store.stats()).storedPoints, 5);
    assert.equal((await store.counters([1])).get(1)?.first, fixtureStart - Days(400));
  });

  test('reports what a compaction did', async (fixture) => {
    await using store = await fixture.open();
    const readings = [0, 1, 2].map((hour) => ({
      series: 1,
      time: fixtureStart - Hours(hour),
      value: hour,
    }));
    await write(store, readings);
    const report = await store.compact();
    // The reading of today stays where it is.
    assert.deepEqual({ ...report, bytes: 0 }, { periods: 1, points: 2, bytes: 0, droppedFiles: 0 });
    assert.equal((await store.stats()).storedBytes, report.bytes);
    assert.equal((await store.stats()).hotPoints, 1);
    assert.deepEqual(await store.compact(), { periods: 0, points: 0, bytes: 0, droppedFiles: 0 });
  });

  test('takes more than one large record, and all of it once', async (fixture) => {
    await using store = await fixture.open();
    const rows = 50_000;
    const records = [0, 1, 2].map((r) =>
      recordOf(
        Array.from({ length: rows }, (_, i) => ({
          series: 1 + (i % 7),
          time: fixtureStart + r * rows + i,
          value: i / 10,
        })),
      ),
    );
    await store.write(records, 3);
    assert.equal((await store.stats()).hotPoints, 3 * rows);
    const counts = await store.query({
      ...day,
      series: [1, 2, 3, 4, 5, 6, 7],
      aggregate: 'count',
      bucketMs: Days(1),
    });
    assert.equal(
      counts.reduce((total, { value }) => total + Number(value[0]), 0),
      3 * rows,
    );
  });

  test('answers whole and in range while it is written and compacted', async (fixture) => {
    await using store = await fixture.open();
    const query = { series: [1], from: fixtureStart - Days(1), to: fixtureStart, points: 100_000 };
    let writing = true;
    let compactions = 0;
    const compact = async (): Promise<void> => {
      for (; writing; compactions++) await store.compact();
    };
    const ask = async (): Promise<void> => {
      for (let known = 0; writing;) {
        const [raw, counted] = await Promise.all([
          store.query(query),
          store.query({ ...query, aggregate: 'count', bucketMs: Days(1) }),
        ]);
        const times = raw[0]?.time ?? [];
        assert.ok(
          times.every((time, i) => time >= query.from && time < (times[i + 1] ?? query.to)),
        );
        assert.ok(times.length >= known, `${times.length} after ${known}`);
        assert.ok(Number(counted[0]?.value[0]) >= known);
        known = times.length;
      }
    };
    const others = [compact(), ask(), ask()];
    const model = new NaiveStore();
    for (let record = 0; record < 120; record++) {
      // Half of them newer than what came before, half late; on both sides of the range's ends.
      const readings = Array.from({ length: 200 }, (_, i) => ({
        series: 1 + (i % 2),
        time:
          fixtureStart +
          ((record % 2 === 0 ? record * 600_000 : i * 997_000) % Days(2)) +
          i -
          Days(1),
        value: record,
      }));
      await write(store, readings);
      model.write(readings);
    }
    writing = false;
    await Promise.all(others);
    assert.ok(compactions > 0);
    const expected = model.raw(query, 1).map(({ time, value }) => [time - fixtureStart, value]);
    const [answer] = await store.query(query);
    assert.deepEqual(
      answer?.time.map((time, i) => [time - fixtureStart, answer.value[i]]),
      expected,
    );
  });

  test('backs up while readings are written, and the copy is a store', async (fixture) => {
    await using store = await fixture.open();
    await write(store, [{ series: 1, time: fixtureStart, value: 1 }]);
    fixture.clock.advance(Days(2));
    await store.compact();
    await write(store, [{ series: 1, time: fixtureStart + Hours(49), value: 'text' }]);
    const directory = await fixture.spare();
    const backup = store.backup(directory);
    for (let i = 0; i < 20; i++)
      await write(store, [{ series: 2, time: fixtureStart + Days(2) + i, value: i }]);
    await backup;
    await assert.rejects(store.backup(directory), {
      fault: { code: 'store.not-empty', at: directory, detail: undefined },
    });
    await using copy = await fixture.open({ from: directory });
    assert.ok(copy.committed >= 2 && copy.committed <= 22);
    const all = { from: fixtureStart, to: fixtureStart + Days(5), points: 100 };
    assert.deepEqual((await copy.query({ ...all, series: [1] }))[0]?.value, [1, 'text']);
    // Readings and offset of the copy belong together: what follows its offset is not in it.
    assert.equal((await copy.query({ ...all, series: [2] }))[0]?.value.length, copy.committed - 2);
  });
}

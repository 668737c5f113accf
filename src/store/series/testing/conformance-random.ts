// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Days, Hours, Minutes } from '#core';
import { type SeriesTest, fixtureStart as start } from './fixture.ts';
import type { Aggregate, HistoryQuery, SeriesStore, Value } from '../port.ts';
import { NaiveStore, type Reading, recordOf } from './model.ts';

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
const numericSeries = [1, 2, 3];
const textSeries = 4;

const value = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -500, max: 500 }).map((n) => n / 10) },
  { weight: 2, arbitrary: fc.integer({ min: -90_000, max: 90_000 }).map((n) => n / 1_000) },
  {
    weight: 1,
    arbitrary: fc.double({ min: -1e9, max: 1e9, noNaN: true, noDefaultInfinity: true }),
  },
);

const reading = fc
  .record({
    series: fc.constantFrom(...numericSeries, textSeries),
    // Few distinct times, so that some meet.
    time: fc.integer({ min: 0, max: 288 }).map((n) => start + n * Minutes(15)),
    value,
    text: fc.option(fc.string({ maxLength: 12 })),
    quality: fc.constantFrom(0, 0, 0, 0, 1, 33, 128),
  })
  .map(({ series, time, value: number, text, quality }): Reading =>
    series === textSeries && text !== null
      ? { series, time, value: text, quality }
      : { series, time, value: number, quality },
  );

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      readings: fc.array(reading, { minLength: 1, maxLength: 60 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('compact' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('day' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('erase' as const), series: fc.constantFrom(1, 4) }),
  },
);

const range = fc
  .tuple(fc.integer({ min: -10, max: 300 }), fc.integer({ min: 1, max: 310 }))
  .map(([from, length]) => ({
    from: start + from * Minutes(15),
    to: start + (from + length) * Minutes(15),
  }));

const question = fc.record({
  range,
  bucketMs: fc.constantFrom(undefined, Minutes(45), Hours(1), Hours(6), Days(1)),
  goodOnly: fc.constantFrom(undefined, true, false),
  points: fc.constantFrom(30, 1_000),
  order: fc.constantFrom('ascending' as const, 'descending' as const),
});

/** Sums come in another order from files than from a list: the last bits may differ. */
function close(actual: Value | undefined, expected: Value | undefined): boolean {
  if (typeof actual !== 'number' || typeof expected !== 'number') return actual === expected;
  return Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(actual), Math.abs(expected));
}

interface Question {
  readonly range: { readonly from: number; readonly to: number };
  readonly bucketMs: number | undefined;
  readonly goodOnly: boolean | undefined;
  readonly points: number;
  readonly order: 'ascending' | 'descending';
}

/** Asks everything of the store and of the model. */
async function agree(store: SeriesStore, model: NaiveStore, asked: Question): Promise<void> {
  const { goodOnly, order } = asked;
  const counters = await store.counters([1, 2, 3, 4]);
  for (const id of [1, 2, 3, 4])
    assert.deepEqual(counters.get(id), model.counters(id), `counters of ${id}`);
  const raw: HistoryQuery = {
    ...asked.range,
    series: [1, 2, 3, 4],
    points: 1_000,
    goodOnly,
    order,
  };
  for (const answer of await store.query(raw)) {
    const points = answer.time.map((time, i) => ({
      time,
      value: answer.value[i],
      quality: answer.quality[i],
    }));
    assert.deepEqual(points, model.raw(raw, answer.series), `readings of ${answer.series}`);
  }
  for (const aggregate of aggregates) {
    const any = aggregate === 'count' || aggregate === 'first' || aggregate === 'last';
    const series = any ? [...numericSeries, textSeries] : numericSeries;
    const query: HistoryQuery = {
      ...asked.range,
      series,
      points: 1_000,
      bucketMs: asked.bucketMs,
      aggregate,
      goodOnly,
      order,
    };
    for (const answer of await store.query(query)) {
      const expected = model.aggregate(query, answer, aggregate);
      for (const [i, time] of answer.time.entries()) {
        const place = `${aggregate} of ${answer.series} at ${time - start} by ${answer.bucketMs}`;
        assert.ok(
          close(answer.value[i], expected[i]),
          `${place}: ${JSON.stringify([answer.value[i], expected[i]])}`,
        );
      }
    }
  }
  for (const id of numericSeries)
    await shaped(store, model, { ...asked.range, series: [id], points: asked.points, goodOnly });
}

/** A down-sampled answer has only readings that exist, and the least and the greatest of them. */
async function shaped(store: SeriesStore, model: NaiveStore, query: HistoryQuery): Promise<void> {
  const [answer] = await store.query(query);
  const all = model.raw({ ...query, points: Infinity }, answer?.series ?? 0);
  assert.ok(answer !== undefined && answer.time.length <= query.points);
  if (all.length <= query.points) {
    assert.equal(answer.kind, 'raw');
    return;
  }
  const numbers = all.flatMap(({ value: v }) => (typeof v === 'number' ? [v] : []));
  const shown = answer.value.flatMap((v) => (typeof v === 'number' ? [v] : []));
  const known = new Map(all.map(({ time, value: v }) => [time, v]));
  assert.equal(Math.min(...shown), Math.min(...numbers));
  assert.equal(Math.max(...shown), Math.max(...numbers));
  for (const [i, v] of answer.value.entries())
    if (v !== null) assert.equal(v, known.get(answer.time[i] ?? 0));
  assert.deepEqual(
    answer.time,
    answer.time.toSorted((a, b) => a - b),
  );
}

/** Any order of writing, compacting, erasing and reopening gives what a list of readings gives. */
export function randomConformance(test: SeriesTest): void {
  for (let round = 0; round < 6; round++) {
    test(`agrees with a naive model, ${round}`, async (fixture) => {
      const property = fc.asyncProperty(
        fc.array(step, { minLength: 4, maxLength: 25 }),
        fc.array(question, { minLength: 3, maxLength: 3 }),
        async (steps, questions) => {
          let store = await fixture.open();
          const model = new NaiveStore();
          try {
            for (const each of steps) {
              if (each.kind === 'write') {
                await store.write([recordOf(each.readings)], store.committed + 1);
                model.write(each.readings);
              } else if (each.kind === 'compact') await store.compact();
              else if (each.kind === 'day') fixture.clock.advance(Hours(20));
              else if (each.kind === 'erase') {
                await store.erase([each.series]);
                model.erase([each.series]);
              } else {
                await store[Symbol.asyncDispose]();
                store = await fixture.open();
              }
            }
            for (const asked of questions) await agree(store, model, asked);
            fixture.clock.advance(Days(5));
            await store.compact();
            assert.equal((await store.stats()).hotPoints, 0);
            for (const asked of questions) await agree(store, model, asked);
            await store.erase([1, 2, 3, 4]);
          } finally {
            await store[Symbol.asyncDispose]();
          }
        },
      );
      // One run a place: what an earlier one left behind must not disturb the next.
      await fc.assert(property, { numRuns: 1, endOnFailure: true });
    });
  }
}

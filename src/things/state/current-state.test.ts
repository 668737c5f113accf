// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { unwrap } from '#core';
import { BatchBuilder, openBatch, type Batch } from '#model';
import { CurrentState } from './current-state.ts';

type Row = readonly [series: number, time: number, value: number | string, quality: number];

function batchOf(rows: readonly Row[]): Batch {
  const builder = new BatchBuilder(1);
  for (const [series, time, value, quality] of rows) {
    if (typeof value === 'number') builder.number(series, time, value, quality);
    else builder.text(series, time, 1, value, quality);
  }
  return unwrap(openBatch(builder.seal(0)));
}

test('the last measured value wins, not the last received', () => {
  const state = new CurrentState();
  state.apply(
    batchOf([
      [7, 2_000, 20, 0],
      [7, 1_000, 10, 0],
    ]),
  );
  assert.deepEqual(state.get(7), { time: 2_000, quality: 0, number: 20, text: undefined });
});

test('of two readings of the same time the later record counts', () => {
  const state = new CurrentState();
  state.apply(batchOf([[7, 1_000, 1, 0]]));
  state.apply(batchOf([[7, 1_000, 2, 1]]));
  assert.equal(state.get(7)?.number, 2);
  assert.equal(state.get(7)?.quality, 1);
});

test('a series that was never seen, and one that was forgotten, have no value', () => {
  const state = new CurrentState();
  state.apply(
    batchOf([
      [5, 1, 1, 0],
      [6, 1, 'on', 0],
    ]),
  );
  state.forget([5, 6, 999_999]);
  assert.equal(state.get(5), undefined);
  assert.equal(state.get(6), undefined);
  assert.equal(state.get(4_000_000), undefined);
});

test('a number after a text replaces it', () => {
  const state = new CurrentState();
  state.apply(batchOf([[6, 1, 'on', 0]]));
  assert.equal(state.get(6)?.text?.value, 'on');
  state.apply(batchOf([[6, 2, 3, 0]]));
  assert.deepEqual(state.get(6), { time: 2, quality: 0, number: 3, text: undefined });
});

test('a restored state takes the place of what was there', () => {
  const state = new CurrentState();
  state.apply(batchOf([[6, 1, 'on', 0]]));
  const empty = new CurrentState();
  empty.apply(batchOf([[6, 1, 7, 0]]));
  state.restore(empty.save());
  assert.deepEqual(state.get(6), { time: 1, quality: 0, number: 7, text: undefined });
});

test('any rows: equal to a naive fold, and the same after save and restore', () => {
  const row = fc.tuple(
    fc.integer({ min: 1, max: 3_000 }),
    fc.integer({ min: -5, max: 5 }),
    fc.oneof(fc.integer(), fc.string()),
    fc.integer({ min: 0, max: 31 }),
  );
  fc.assert(
    fc.property(fc.array(fc.array(row, { maxLength: 30 }), { maxLength: 10 }), (batches) => {
      const state = new CurrentState();
      const naive = new Map<number, Row>();
      for (const rows of batches) {
        state.apply(batchOf(rows));
        for (const r of rows) if (r[1] >= (naive.get(r[0])?.[1] ?? -Infinity)) naive.set(r[0], r);
      }
      const restored = new CurrentState();
      restored.restore(state.save());
      for (const [series, [, time, value, quality]] of naive) {
        const expected = {
          time,
          quality,
          number: typeof value === 'number' ? value : Number.NaN,
          text: typeof value === 'string' ? { kind: 1, value } : undefined,
        };
        assert.deepEqual(state.get(series), expected);
        assert.deepEqual(restored.get(series), expected);
      }
    }),
  );
});

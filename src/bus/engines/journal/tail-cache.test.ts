// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TailCache } from './tail-cache.ts';

const record = (offset: number, payload: Uint8Array) =>
  ({ offset, time: 0, kind: 2, payload }) as const;

test('a small payload cut from shared memory does not hold that memory', () => {
  const shared = new ArrayBuffer(65_536);
  const cache = new TailCache(1_048_576);
  cache.add([record(0, new Uint8Array(shared, 8, 3).fill(7))], 3);
  const [kept] = cache.read(0, 1_000) ?? [];
  assert.deepEqual(kept?.payload, Uint8Array.of(7, 7, 7));
  assert.equal(kept?.payload.buffer.byteLength, 3);
});

test('a payload that fills its memory is kept in place', () => {
  const payload = new Uint8Array(32_768);
  const cache = new TailCache(1_048_576);
  cache.add([record(0, payload)], payload.length);
  assert.equal(cache.read(0, 1_000)?.[0]?.payload, payload);
});

// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Days, Hours, Minutes } from '#core';
import { DiskForecast } from './disk-forecast.ts';

const start = Date.UTC(2026, 0, 1);
const gigabyte = 1e9;

function sampled(lengthMs: number, freeAt: (time: number) => number): DiskForecast {
  const forecast = new DiskForecast();
  for (let time = 0; time <= lengthMs; time += Minutes(1)) {
    forecast.sample(start + time, freeAt(time), 100 * gigabyte);
  }
  return forecast;
}

test('nothing is foretold before there is something to go by', () => {
  assert.equal(new DiskForecast().figures(), undefined);
  const figures = sampled(Minutes(9), () => gigabyte).figures();
  assert.deepEqual(figures, {
    ...{ freeBytes: gigabyte, totalBytes: 100 * gigabyte },
    ...{ growthBytesPerDay: undefined, daysLeft: undefined },
  });
});

test('what shrinks steadily is foretold, whatever the saw teeth', () => {
  const tooth = (time: number): number => (time % Hours(1)) * 10;
  const figures = sampled(
    Hours(20),
    (time) => 10 * gigabyte - gigabyte * (time / Days(1)) - tooth(time),
  ).figures();
  assert.ok(figures?.growthBytesPerDay !== undefined && figures.daysLeft !== undefined);
  assert.ok(Math.abs(figures.growthBytesPerDay - gigabyte) < gigabyte / 20);
  assert.ok(Math.abs(figures.daysLeft - 9.1) < 1, String(figures.daysLeft));
});

test('a disk that empties has no end', () => {
  const figures = sampled(Hours(2), (time) => gigabyte + time).figures();
  assert.ok((figures?.growthBytesPerDay ?? 0) < 0);
  assert.equal(figures?.daysLeft, undefined);
});

test('only the last day counts', () => {
  const day = Days(1);
  const figures = sampled(3 * day, (time) =>
    time < 2 * day ? 50 * gigabyte - 20 * gigabyte * (time / day) : 10 * gigabyte,
  ).figures();
  assert.ok(Math.abs(figures?.growthBytesPerDay ?? 1) < 1_000, JSON.stringify(figures));
});

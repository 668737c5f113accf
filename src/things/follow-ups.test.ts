// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Offset } from '#bus';
import { Minutes } from '#core';
import { erasedIn } from './erasure.ts';
import { FollowUps } from './follow-ups.ts';
import {
  newPlace,
  newValve,
  openPlatform,
  removePlace,
  type Place,
  type Platform,
} from './testing/platform.ts';

/** A series store that has come as far as it is told. */
class FakeSeries {
  committed: Offset = 0;
  readonly erased: number[][] = [];
  failures = 0;

  erase(series: readonly number[]): Promise<void> {
    this.erased.push([...series]);
    return this.failures-- > 0 ? Promise.reject(new Error('no disk')) : Promise.resolve();
  }
}

function test(title: string, work: (place: Place) => Promise<void>): void {
  it(title, async () => {
    const place = await newPlace();
    try {
      await work(place);
    } finally {
      await removePlace(place);
    }
  });
}

function followUps({ clock, log }: Place, { registry, logger }: Platform, series: FakeSeries) {
  const append = (entry: Parameters<typeof log.append>[0][0]): Promise<void> =>
    log.append([entry]).then(() => undefined);
  return new FollowUps({ registry, series, log, append, clock, logger });
}

/** Runs follow-ups until they have nothing more to do now. */
async function runOnce(place: Place, platform: Platform, series: FakeSeries): Promise<void> {
  await using running = followUps(place, platform, series);
  running.start();
  for (let quiet = 0, before = ''; quiet < 5;) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    await platform.registry.write(() => Promise.resolve());
    const now = JSON.stringify([await due(platform), series.erased, place.log.head]);
    quiet = now === before ? quiet + 1 : 0;
    before = now;
  }
}

const due = async ({ registry }: Platform) =>
  (await registry.read.followUps.due(Number.MAX_SAFE_INTEGER, 1_000)).map((row) => row.payload);

const sorted = (list: readonly number[]): number[] => list.toSorted((a, b) => a - b);

async function removedValve(platform: Platform): Promise<number[]> {
  const thing = await newValve(platform);
  const rows = await platform.registry.read.series.ofThings([thing]);
  await platform.things.remove(1, thing);
  return rows.map((row) => row.id);
}

test('readings are erased after a crash, once the store has all that came before', async (place) => {
  const series = new FakeSeries();
  let gone: number[];
  {
    await using platform = await openPlatform(place);
    gone = await removedValve(platform);
  }
  assert.equal(gone.length, 4);
  await using platform = await openPlatform(place);
  assert.deepEqual(await due(platform), [{ series: gone }]);
  await runOnce(place, platform, series);
  const told = place.log.records.flatMap((record) => [...erasedIn(record)]);
  assert.deepEqual([told, series.erased], [gone, []]);
  const [waiting] = await due(platform);
  assert.deepEqual(waiting, { series: gone, after: place.log.head });
  series.committed = place.log.head - 1;
  await runOnce(place, platform, series);
  assert.deepEqual(series.erased, []);
  series.committed = place.log.head;
  await runOnce(place, platform, series);
  assert.deepEqual([series.erased, await due(platform)], [[gone], []]);
  await runOnce(place, platform, series);
  assert.equal(series.erased.length, 1);
});

test('what cannot be erased is tried again a minute later', async (place) => {
  const series = new FakeSeries();
  await using platform = await openPlatform(place);
  const gone = await removedValve(platform);
  series.committed = Number.MAX_SAFE_INTEGER;
  series.failures = 1;
  await using running = followUps(place, platform, series);
  running.start();
  const attempts = async (count: number): Promise<void> => {
    while (series.erased.length < count) await new Promise((resolve) => setTimeout(resolve, 2));
  };
  await attempts(1);
  assert.equal((await due(platform)).length, 1);
  while (!platform.logger.lines.some((line) => line.message.startsWith('a follow-up failed')))
    await new Promise((resolve) => setTimeout(resolve, 2));
  place.clock.advance(Minutes(1));
  await attempts(2);
  await running[Symbol.asyncDispose]();
  assert.deepEqual([series.erased, await due(platform)], [[gone, gone], []]);
});

test('many things are erased together', async (place) => {
  const series = new FakeSeries();
  series.committed = Number.MAX_SAFE_INTEGER;
  await using platform = await openPlatform(place);
  const gone: number[] = [];
  for (let i = 0; i < 120; i++) gone.push(...(await removedValve(platform)));
  await runOnce(place, platform, series);
  assert.deepEqual(await due(platform), []);
  assert.deepEqual(sorted(series.erased.flat()), sorted(gone));
  assert.ok(series.erased.length <= 4);
});

test('a thing without series leaves nothing to do', async (place) => {
  await using platform = await openPlatform(place);
  const { id } = await platform.things.create(1, { name: 'room', kind: 'room' });
  await platform.things.remove(1, id);
  assert.deepEqual(await due(platform), []);
});

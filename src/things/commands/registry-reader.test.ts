// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { RecordKind, type LogEntry } from '#bus';
import { Minutes } from '#core';
import { reading, TestLink } from '../testing/device.ts';
import {
  newPlace,
  newValve,
  openPlatform,
  removePlace,
  type Place,
  type Platform,
} from '../testing/platform.ts';

function test(title: string, work: (platform: Platform, place: Place) => Promise<void>): void {
  it(title, async () => {
    const place = await newPlace();
    try {
      await using platform = await openPlatform(place);
      await work(platform, place);
    } finally {
      await removePlace(place);
    }
  });
}

function record(kind: LogEntry['kind'], value: unknown): LogEntry {
  return { kind, payload: Buffer.from(JSON.stringify(value)) };
}

const series = (id: number, thing: number, property: string) =>
  record(RecordKind.series, { series: id, tenant: 1, thing, property, type: 'number', created: 5 });

test('connections are followed, and nobody is connected after a start', async (platform, place) => {
  const thing = await newValve(platform);
  const link = new TestLink();
  const other = new TestLink();
  await platform.bindings.load(thing);
  platform.devices.online(thing, link);
  platform.devices.online(thing, other);
  platform.devices.offline(thing, link, 'lost');
  await platform.settled();
  let row = await platform.things.find(1, String(thing));
  assert.deepEqual([row.online, row.lifecycle], [true, 'active']);
  place.clock.advance(10);
  platform.devices.offline(thing, other, 'lost');
  await platform.settled();
  row = await platform.things.find(1, String(thing));
  assert.deepEqual([row.online, row.seen, row.cause], [false, place.clock.now(), 'lost']);
  platform.devices.online(thing, link);
  await platform.settled();
  await platform[Symbol.asyncDispose]();
  await using again = await openPlatform(place);
  await again.settled();
  row = await again.things.find(1, String(thing));
  assert.deepEqual([row.online, row.cause], [false, 'restarted']);
});

test('collected series are stored once, and kept where they came too late', async (platform) => {
  const thing = await newValve(platform);
  platform.add(series(5_001, thing, 'noise'));
  platform.add(series(5_001, thing, 'noise'));
  platform.add(series(5_002, thing, 'noise'));
  platform.add(series(5_003, 777, 'noise'));
  await platform.settled();
  const rows = await platform.registry.read.series.ofThings([thing], 'with-retired');
  const noise = rows.filter((row) => row.property === 'noise');
  assert.deepEqual(
    noise.map((row) => [row.id, row.retired]),
    [
      [5_001, undefined],
      [5_002, 5],
    ],
  );
  await platform.things.remove(1, thing);
  platform.add(series(5_004, thing, 'late'));
  await platform.settled();
  const due = await platform.registry.read.followUps.due(Number.MAX_SAFE_INTEGER, 10);
  assert.ok(due.some((item) => JSON.stringify(item.payload) === '{"series":[5004]}'));
});

test('readings of a position leave a track', async (platform, place) => {
  const { id: thing } = await platform.things.create(1, { name: 'bus' });
  const binding = await platform.bindings.load(thing);
  assert.ok(binding);
  const id = platform.bindings.collect(binding, 'place', { lat: 22.5, lon: 113.9 });
  assert.ok(id > 0);
  const start = place.clock.now();
  const at = (ms: number, x: number): void => platform.add(reading(id, start + ms, [x, 22.5]));
  at(0, 1);
  await platform.settled();
  at(1_000, 2);
  at(Minutes(1), 3);
  at(Minutes(1) - 1, 2.5);
  await platform.settled();
  at(Minutes(2), 3);
  at(-Minutes(5), 9);
  await platform.settled();
  at(Minutes(3), 4);
  await platform.settled();
  const track = await platform.registry.read.locations.track(thing, 0, start + Minutes(9), 10);
  assert.deepEqual(
    track.map((row) => [row.time - start, row.geometry]),
    [0, 1, 3].map((minute, i) => [
      Minutes(minute),
      { type: 'Point', coordinates: [[1, 3, 4][i], 22.5] },
    ]),
  );
});

test('records that mean nothing here stop nothing', async (platform) => {
  const thing = await newValve(platform);
  platform.add(record(RecordKind.action, { step: 'task-created', thing, task: 1.5 }));
  platform.add(record(RecordKind.action, null));
  platform.add({ kind: RecordKind.lifecycle, payload: Buffer.from('{"change') });
  platform.add({ kind: RecordKind.readings, payload: Buffer.from('no batch') });
  platform.add(
    record(RecordKind.series, {
      series: 5e9,
      thing,
      property: 'x',
      type: 'y',
      tenant: 1,
      created: 1,
    }),
  );
  platform.add(
    record(RecordKind.action, {
      step: 'task-created',
      tenant: 1,
      thing: 12_345,
      time: 1,
      task: 900,
      action: 'open',
      input: null,
      requester: '',
      expires: 2,
    }),
  );
  const task = await platform.tasks.create({ tenant: 1, thing, action: 'stop', requester: 'me' });
  await platform.settled();
  assert.equal((await platform.tasks.get(1, task.id)).task.state, 'queued');
  assert.equal(await platform.registry.read.tasks.byId(900), undefined);
});

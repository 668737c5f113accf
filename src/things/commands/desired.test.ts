// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { FaultError, Hours, Seconds } from '#core';
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

async function seriesOf(platform: Platform, thing: number, property: string): Promise<number> {
  const rows = await platform.registry.read.series.ofThings([thing]);
  return rows.find((row) => row.property === property)?.id ?? 0;
}

const set = (platform: Platform, thing: number, values: Record<string, unknown>) =>
  platform.desired.set({ tenant: 1, thing, values, requester: 'test' });

const statuses = async (platform: Platform, thing: number): Promise<unknown[]> =>
  (await platform.desired.current(thing)).map((row) => [row.property, row.version, row.status]);

test('a desired value is sent when the device is there and closed by its reading', async (platform, place) => {
  const thing = await newValve(platform);
  const [row] = await set(platform, thing, { target: 40 });
  assert.deepEqual([row?.version, row?.status, row?.value], [1, 'pending', 40]);
  const link = new TestLink();
  platform.devices.online(thing, link);
  await platform.settled();
  assert.deepEqual(
    link.sent.map((sent) => sent.body),
    [{ values: { target: 40 }, versions: { target: 1 } }],
  );
  assert.deepEqual(await statuses(platform, thing), [['target', 1, 'sent']]);
  const series = await seriesOf(platform, thing, 'target');
  const now = place.clock.now();
  platform.add(reading(series, now, 39));
  platform.add(reading(series + 1, now, 40));
  platform.add(reading(series, now - Hours(2), 40));
  await platform.settled();
  assert.deepEqual(await statuses(platform, thing), [['target', 1, 'sent']]);
  platform.add(reading(series, now + 5, 40));
  await platform.settled();
  assert.deepEqual(await statuses(platform, thing), [['target', 1, 'reported']]);
  const [done] = await platform.desired.current(thing);
  assert.deepEqual([done?.reportedValue, done?.reported], [40, now + 5]);
});

test('text and objects are compared as values', async (platform, place) => {
  const thing = await newValve(platform);
  await set(platform, thing, { mode: 'auto', plan: { from: 1, to: [2] } });
  platform.add(reading(await seriesOf(platform, thing, 'mode'), place.clock.now(), 'auto'));
  const plan = { to: [2], from: 1 };
  platform.add(reading(await seriesOf(platform, thing, 'plan'), place.clock.now(), plan));
  await platform.settled();
  assert.deepEqual(await statuses(platform, thing), [
    ['mode', 1, 'reported'],
    ['plan', 1, 'reported'],
  ]);
});

test('a newer value takes the place of an open one', async (platform, place) => {
  const thing = await newValve(platform);
  const values = [10, 20, 30];
  await Promise.all(values.map((target) => set(platform, thing, { target })));
  const history = await platform.desired.history(thing, 'target', 10);
  assert.deepEqual(
    history.map((row) => row.status),
    ['pending', 'superseded', 'superseded'],
  );
  assert.deepEqual(
    history.map((row) => row.version),
    [3, 2, 1],
  );
  platform.add(reading(await seriesOf(platform, thing, 'target'), place.clock.now(), 20));
  await platform.settled();
  assert.equal((await statuses(platform, thing)).length, 1);
  assert.equal((await platform.desired.current(thing))[0]?.status, 'pending');
  await platform.desired.cancel(1, thing, 'target');
  await platform.settled();
  assert.equal((await platform.desired.current(thing))[0]?.status, 'cancelled');
});

test('a value without a series is reported when the device has taken it', async (platform) => {
  const thing = await newValve(platform);
  await set(platform, thing, { secret: 'x' });
  platform.devices.online(thing, new TestLink());
  await platform.settled();
  assert.deepEqual(await statuses(platform, thing), [['secret', 1, 'reported']]);
});

test('an open value is looked for again after a restart and under a new series', async (first, place) => {
  const thing = await newValve(first);
  const other = await newValve(first);
  await set(first, thing, { target: 7 });
  await set(first, other, { target: 7 });
  await first[Symbol.asyncDispose]();
  await using second = await openPlatform(place);
  second.add(reading(await seriesOf(second, thing, 'target'), place.clock.now(), 7));
  await second.settled();
  assert.equal((await second.desired.current(thing))[0]?.status, 'reported');
  await second.registry.write(async (tables) => {
    const old = await tables.series.ofThings([other]);
    const row = old.find((series) => series.property === 'target');
    assert.ok(row);
    await tables.series.retire([row.id], 1);
    await tables.series.insert([{ ...row, id: 900 }]);
  });
  await second.things.update(1, other, { name: 'renamed' });
  second.add(reading(900, place.clock.now() + Seconds(1), 7));
  await second.settled();
  assert.equal((await second.desired.current(other))[0]?.status, 'reported');
});

test('what cannot be desired is refused, all of it', async (platform) => {
  const thing = await newValve(platform);
  const code = async (values: Record<string, unknown>): Promise<unknown> => {
    const error: unknown = await set(platform, thing, values).catch((reason: unknown) => reason);
    assert.ok(error instanceof FaultError);
    return [error.fault.code, error.fault.at];
  };
  assert.deepEqual(await code({ target: 1, level: 5 }), ['things.not-writable', '/level']);
  assert.deepEqual(await code({ nothing: 5 }), ['things.not-writable', '/nothing']);
  assert.deepEqual(await code({ target: 101 }), ['model.out-of-range', '/target']);
  assert.deepEqual(await code({ mode: 'off' }), ['model.schema-mismatch', '/mode']);
  assert.deepEqual(await platform.desired.current(thing), []);
});

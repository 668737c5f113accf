// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { RecordKind, type LogEntry } from '#bus';
import { limitsOf, type LimitName } from '#core';
import type { Registry } from '#store';
import { BindingCache } from './bindings.ts';
import { SeriesIds } from './series-ids.ts';
import {
  newPlace,
  newValve,
  openPlatform,
  removePlace,
  valveModel,
  type Platform,
} from './testing/platform.ts';

interface Bench {
  readonly platform: Platform;
  readonly cache: BindingCache;
  readonly announced: LogEntry[];
  /**
   * Work that is done once, after the tenant of the next thing has been read and before its load
   * goes on.
   */
  duringLoad(work: () => Promise<void>): void;
}

/**
 * A cache of its own over the registry of a platform, whose reader of the log hears nothing of what
 * it announces.
 */
function test(
  title: string,
  work: (bench: Bench) => Promise<void>,
  overrides: Partial<Record<LimitName, number>> = {},
): void {
  it(title, async () => {
    const place = await newPlace();
    try {
      await using platform = await openPlatform(place);
      let meanwhile: (() => Promise<void>) | undefined;
      const { registry, models, logger } = platform;
      const tenants = {
        ...registry.read.tenants,
        async get(id: number) {
          const found = await registry.read.tenants.get(id);
          const once = meanwhile;
          meanwhile = undefined;
          await once?.();
          return found;
        },
      };
      const slow: Registry = {
        read: { ...registry.read, tenants },
        write: (transaction) => registry.write(transaction),
        backup: (path) => registry.backup(path),
        [Symbol.asyncDispose]: () => Promise.resolve(),
      };
      await using ids = new SeriesIds(registry, logger);
      await ids.start();
      const announced: LogEntry[] = [];
      const limits = limitsOf(overrides);
      const announce = (entry: LogEntry): void => void announced.push(entry);
      const base = { registry: slow, models, ids, limits, clock: place.clock, announce };
      const cache = new BindingCache(base);
      const duringLoad = (once: () => Promise<void>): void => {
        meanwhile = once;
      };
      await work({ platform, cache, announced, duringLoad });
    } finally {
      await removePlace(place);
    }
  });
}

const recordOf = ({ payload }: LogEntry): unknown => JSON.parse(Buffer.from(payload).toString());

/** A thing without a model. */
async function newSensor(platform: Platform): Promise<number> {
  return (await platform.things.create(1, { name: 'sensor', uri: 'urn:test:sensor' })).id;
}

async function loaded(cache: BindingCache, thing: number) {
  const binding = await cache.load(thing);
  assert.ok(binding);
  return binding;
}

test('a change while a thing is being loaded makes the load begin again', async (bench) => {
  const { platform, cache, duringLoad } = bench;
  const gateway = await newSensor(platform);
  const thing = await newValve(platform);
  duringLoad(async () => {
    await platform.things.update(1, thing, { parent: gateway, model: null });
    cache.invalidate(thing);
  });
  const both = await Promise.all([loaded(cache, thing), loaded(cache, thing)]);
  for (const binding of both) {
    assert.deepEqual(
      [binding.stale, binding.parent, binding.unknownProperties],
      [false, gateway, 'collect'],
    );
    assert.equal(cache.peek(thing), binding);
  }
  duringLoad(async () => {
    await platform.things.remove(1, thing);
    cache.invalidate(thing);
  });
  cache.invalidate(thing);
  assert.equal(await cache.load(thing), undefined);
  assert.equal(cache.peek(thing), undefined);
});

test('a setting of a tenant counts for what is held and for what is being loaded', async (bench) => {
  const { platform, cache, duringLoad } = bench;
  const [held, loading] = [await newValve(platform), await newValve(platform)];
  const set = async (unknownProperties: 'refuse' | 'collect'): Promise<void> => {
    await platform.registry.write((tables) => tables.tenants.update(1, { unknownProperties }));
    cache.invalidateTenant(1);
  };
  const before = await loaded(cache, held);
  assert.equal(before.unknownProperties, 'refuse');
  duringLoad(() => set('collect'));
  assert.equal((await loaded(cache, loading)).unknownProperties, 'collect');
  assert.equal(before.stale, true);
  assert.equal((await loaded(cache, held)).unknownProperties, 'collect');
  const now = await loaded(cache, held);
  cache.invalidateTenant(2);
  assert.equal(now.stale, false);
});

test('a series is announced once, and has its id before the registry knows it', async (bench) => {
  const { platform, cache, announced } = bench;
  const thing = await newSensor(platform);
  const binding = await loaded(cache, thing);
  const series = cache.collect(binding, 'noise', 4);
  assert.ok(series > 0);
  assert.equal(binding.stale, true);
  assert.equal(cache.collect(binding, 'noise', 5), series);
  assert.equal(cache.collect(binding, 'noise', 'loud'), 0);
  assert.equal(cache.collect(binding, 'nothing', null), 0);
  const info = { series, tenant: 1, thing, property: 'noise', type: 'number' };
  assert.deepEqual(announced.map(recordOf), [{ ...info, created: Date.UTC(2026, 0, 1) }]);
  assert.equal(announced[0]?.kind, RecordKind.series);
  assert.deepEqual(cache.describe(series), info);
  cache.invalidate(thing);
  assert.equal(cache.describe(series), undefined);
  const again = await loaded(cache, thing);
  assert.equal(again.series[again.model.property('noise')?.index ?? -1], series);
  assert.equal(cache.collect(again, 'noise', 6), series);
  assert.equal(announced.length, 1);
  assert.deepEqual(await cache.ofThing(thing), [info]);
});

test('a collected series that came too late gives way to the one in use', async (bench) => {
  const { platform, cache } = bench;
  const thing = await newSensor(platform);
  const late = cache.collect(await loaded(cache, thing), 'level', 4);
  await platform.models.add(1, valveModel);
  await platform.things.update(1, thing, { model: { uri: valveModel.id } });
  const rows = await platform.registry.read.series.ofThings([thing]);
  const used = rows.find((row) => row.property === 'level')?.id ?? 0;
  const check = async (): Promise<void> => {
    cache.invalidate(thing);
    const binding = await loaded(cache, thing);
    assert.equal(binding.series[binding.model.property('level')?.index ?? -1], used);
    assert.equal(binding.model.properties.length, 5);
  };
  await check();
  const row = { dataset: '', type: 'number', unit: undefined, created: 1, retired: 1 };
  await platform.registry.write((tables) =>
    tables.series.insert([{ ...row, id: late, tenant: 1, thing, property: 'level' }]),
  );
  await check();
  await platform.things.update(1, thing, { model: null });
  cache.invalidate(thing);
  assert.deepEqual(await cache.ofThing(thing), []);
});

test(
  'a thing collects so many series and no more',
  async ({ platform, cache, announced }) => {
    const thing = await newSensor(platform);
    const binding = await loaded(cache, thing);
    const ids = Array.from({ length: 2_100 }, (_, i) => cache.collect(binding, `p${i}`, i));
    assert.equal(ids.filter((id) => id > 0).length, 2_000);
    assert.equal(announced.length, 2_000);
    const grown = cache.peek(thing);
    assert.ok(grown);
    assert.equal(cache.peek(thing), grown);
    assert.deepEqual([...grown.series], ids.slice(0, 2_000));
    for (const [i, slot] of grown.model.properties.entries()) {
      assert.deepEqual([slot.index, slot.name, slot.type], [i, `p${i}`, 'number']);
      assert.equal(grown.model.property(slot.name), slot);
    }
  },
  { 'things.collectedSeriesMax': 2_000 },
);

test('a binding that has grown goes on with the times it gave out', async ({ platform, cache }) => {
  const thing = await newSensor(platform);
  const binding = await loaded(cache, thing);
  binding.serverTime = 77;
  cache.collect(binding, 'noise', 1);
  assert.equal(cache.peek(thing)?.serverTime, 77);
});

test(
  'only so many things are held; who holds an evicted one sees it stale',
  async ({ platform, cache }) => {
    await platform.models.add(1, valveModel);
    const model = { uri: valveModel.id };
    const rows = Array.from({ length: 5 }, (_, i) => ({ name: '', uri: `urn:v:${i}`, model }));
    const outcomes = await platform.things.createMany(1, rows);
    const ids = outcomes.map((row) => ('id' in row ? row.id : 0));
    const bindings = [];
    for (const id of ids) bindings.push(await loaded(cache, id));
    assert.deepEqual(
      bindings.map((binding) => binding.stale),
      [true, true, false, false, false],
    );
    assert.deepEqual(
      ids.map((id) => cache.peek(id) !== undefined),
      [false, false, true, true, true],
    );
    const described = bindings.map(({ series }) => cache.describe(series[0] ?? 0) !== undefined);
    assert.deepEqual(described, [false, false, true, true, true]);
    assert.equal((await cache.loadByName(1, 'urn:v:0'))?.thing, ids[0]);
  },
  { 'bindings.cacheMax': 3 },
);

test('names are those of now, and of the tenant', async ({ platform, cache }) => {
  const thing = await newSensor(platform);
  const of = async (name: string, tenant = 1): Promise<number | undefined> =>
    (await cache.loadByName(tenant, name))?.thing;
  assert.deepEqual([await of('urn:test:sensor'), await of(String(thing))], [thing, thing]);
  for (const name of ['urn:test:sensor', String(thing)]) assert.equal(await of(name, 2), undefined);
  for (const name of ['', '0', '1e3', '-1', '9'.repeat(16), '9'.repeat(40), 'me'])
    assert.equal(await of(name), undefined);
  await platform.things.update(1, thing, { uri: 'urn:test:renamed' });
  cache.invalidate(thing);
  assert.equal(await of('urn:test:sensor'), undefined);
  assert.equal(await of('urn:test:renamed'), thing);
});

// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { FaultError, limitsOf, type LimitName } from '#core';
import type { ModelReads, ModelRow, Registry } from '#store';
import { ModelFaults, ModelService } from './models.ts';
import { newPlace, openPlatform, removePlace, type Platform } from './testing/platform.ts';

type Json = Readonly<Record<string, unknown>>;

function test(title: string, work: (platform: Platform) => Promise<void>): void {
  it(title, async () => {
    const place = await newPlace();
    try {
      await using platform = await openPlatform(place);
      await work(platform);
    } finally {
      await removePlace(place);
    }
  });
}

const level = { type: 'number', unit: '%', maximum: 100 };

function tank(version: string, members: Json = { properties: { level } }): Json {
  return {
    '@context': 'https://www.w3.org/2022/wot/td/v1.1',
    '@type': 'tm:ThingModel',
    id: 'urn:test:tank',
    title: 'Tank',
    version: { model: version },
    ...members,
  };
}

/** `code place` of each fault. */
async function faults(work: Promise<unknown>): Promise<readonly string[]> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ModelFaults) return error.faults.map(({ code, at }) => `${code} ${at}`);
  if (error instanceof FaultError) return [error.fault.code];
  assert.equal(error, undefined);
  return [];
}

const versions = async ({ models }: Platform): Promise<readonly string[]> =>
  (await models.read.versions(1, 'urn:test:tank')).map((row) => row.version);

test('the same document again changes nothing, even when a newer one is stored', async (p) => {
  const first = await p.models.add(1, tank('1.0.0'));
  assert.deepEqual(first.differences, []);
  assert.deepEqual(await p.models.add(1, tank('1.0.0')), first);
  const wider = { properties: { level: { ...level, maximum: 200 } } };
  const second = await p.models.add(1, tank('1.1.0', wider));
  assert.deepEqual(
    second.differences.map(({ at, kind }) => [at, kind]),
    [['/properties/level/maximum', 'compatible']],
  );
  assert.deepEqual(await p.models.add(1, tank('1.0.0')), first);
  assert.deepEqual(await versions(p), ['1.0.0', '1.1.0']);
});

test('another document needs a version that says enough', async (p) => {
  await p.models.add(1, tank('1.2.0'));
  const more = { properties: { level, flow: { type: 'number' } } };
  const less = { properties: { level: { ...level, maximum: 50 } } };
  const notRaised = ['things.version-not-raised /version/model'];
  const breaking = ['things.breaking-version /properties/level/maximum'];
  assert.deepEqual(await faults(p.models.add(1, tank('1.2.0', more))), notRaised);
  assert.deepEqual(await faults(p.models.add(1, tank('1.1.9', more))), notRaised);
  assert.deepEqual(await faults(p.models.add(1, tank('1.0.0'))), notRaised);
  assert.deepEqual(await faults(p.models.add(1, tank('1.2.0', less))), breaking);
  assert.deepEqual(await faults(p.models.add(1, tank('1.3.0', less))), breaking);
  assert.deepEqual(await versions(p), ['1.2.0']);
  await p.models.add(1, tank('1.3.0', more));
  await p.models.add(1, tank('2.0.0', less));
  assert.deepEqual(await versions(p), ['1.2.0', '1.3.0', '2.0.0']);
});

test('versions that come at the same time are judged one after another', async (p) => {
  await p.models.add(1, tank('1.0.0'));
  const flow = { properties: { level, flow: { type: 'number' } } };
  const outcomes = await Promise.allSettled([
    p.models.add(1, tank('1.2.0', flow)),
    p.models.add(1, tank('1.1.0', flow)),
    p.models.add(1, tank('1.2.0', flow)),
  ]);
  assert.deepEqual(
    outcomes.map((outcome) => outcome.status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  assert.deepEqual(await versions(p), ['1.0.0', '1.2.0']);
});

test('references are looked up in the tenant and stored resolved', async (p) => {
  await p.models.add(1, tank('1.0.0'));
  await p.models.add(1, tank('1.1.0', { properties: { level, flow: { type: 'number' } } }));
  const forms = Array.from({ length: 100 }, (_, i) => ({ href: `coap://device/${i}` }));
  const child = (link: Json): Json => ({
    ...tank('1.0.0'),
    id: 'urn:test:heated',
    links: [{ rel: 'tm:extends', href: 'urn:test:tank', ...link }],
    properties: {
      heat: { type: 'number', forms },
      second: { 'tm:ref': 'urn:test:tank#/properties/level' },
    },
  });
  const names = async (document: Json): Promise<readonly string[]> =>
    (await p.models.checked(1, document)).properties.map((slot) => slot.name).toSorted();
  assert.deepEqual(await names(child({})), ['flow', 'heat', 'level', 'second']);
  assert.deepEqual(await names(child({ 'fs:version': '1.0.0' })), ['heat', 'level', 'second']);
  const bad = ['model.bad-reference /links/0/href'];
  assert.deepEqual(await faults(p.models.checked(1, child({ 'fs:version': '9.0.0' }))), bad);
  assert.deepEqual(await faults(p.models.checked(2, child({}))), bad);
  const { row } = await p.models.add(1, child({}));
  await p.models.remove(1, { uri: 'urn:test:tank', version: '1.0.0' });
  await p.models.remove(1, { uri: 'urn:test:tank', version: '1.1.0' });
  assert.equal((await p.models.compiled(1, row)).property('second')?.unit, '%');
});

it('a document with more references than may be followed is refused', async () => {
  const place = await newPlace();
  try {
    await using platform = await openPlatform(place);
    const { registry } = platform;
    const overrides: Partial<Record<LimitName, number>> = { 'model.referencedMax': 2 };
    const models = new ModelService({ registry, limits: limitsOf(overrides), clock: place.clock });
    const refs = (count: number): Json =>
      Object.fromEntries(
        Array.from({ length: count }, (_, i) => [`p${i}`, { 'tm:ref': `urn:test:${i}#/x` }]),
      );
    const check = (count: number) => models.checked(1, tank('1.0.0', { properties: refs(count) }));
    assert.deepEqual(await faults(check(3)), ['model.too-complex ']);
    assert.deepEqual(await faults(check(2)), ['model.bad-reference /properties/p0/tm:ref']);
    const wide = tank('1.0.0', { properties: { p: { enum: Array(300_000).fill(1) } } });
    assert.deepEqual(
      (await faults(models.checked(1, wide))).map((text) => text.split(' ')[0]),
      ['model.too-complex'],
    );
  } finally {
    await removePlace(place);
  }
});

test('a version in use cannot be removed, a removed one is gone from memory too', async (p) => {
  const ref = { uri: 'urn:test:tank', version: '1.0.0' };
  await p.models.add(1, tank('1.0.0'));
  assert.equal(await p.models.compiled(1, ref), await p.models.compiled(1, ref));
  const { id } = await p.things.create(1, { name: 't', model: ref });
  assert.deepEqual(await faults(p.models.remove(1, ref)), ['things.model-in-use']);
  await p.things.remove(1, id);
  await p.models.remove(1, ref);
  assert.deepEqual(await faults(p.models.remove(1, ref)), ['common.not-found']);
  assert.deepEqual(await faults(p.models.compiled(1, ref)), ['common.not-found']);
  await p.models.add(1, tank('1.0.0', { properties: { other: { type: 'string' } } }));
  assert.equal((await p.models.compiled(1, ref)).property('level'), undefined);
});

test('things that are loaded at once share one compiled model', async (p) => {
  await p.models.add(1, tank('1.0.0'));
  const choice = { uri: 'urn:test:tank' };
  const found = await Promise.all(Array.from({ length: 20 }, () => p.models.find(1, choice)));
  assert.equal(new Set(found).size, 1);
  assert.equal(await p.models.find(2, choice), undefined);
});

it('a model that is removed while it is being read is not remembered', async () => {
  const place = await newPlace();
  try {
    await using platform = await openPlatform(place);
    const { registry } = platform;
    const ref = { uri: 'urn:test:tank', version: '1.0.0' };
    let meanwhile: (() => Promise<void>) | undefined;
    const get = async (...at: Parameters<ModelReads['get']>): Promise<ModelRow | undefined> => {
      const row = await registry.read.models.get(...at);
      const once = meanwhile;
      meanwhile = undefined;
      await once?.();
      return row;
    };
    const read = { ...registry.read, models: { ...registry.read.models, get } };
    const slow: Registry = {
      read,
      write: (work) => registry.write(work),
      backup: (path) => registry.backup(path),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
    const models = new ModelService({ registry: slow, limits: limitsOf(), clock: place.clock });
    await models.add(1, tank('1.0.0'));
    meanwhile = () => models.remove(1, ref);
    assert.notEqual((await models.compiled(1, ref)).property('level'), undefined);
    await models.add(1, tank('1.0.0', { properties: { other: { type: 'string' } } }));
    assert.equal((await models.compiled(1, ref)).property('level'), undefined);
  } finally {
    await removePlace(place);
  }
});

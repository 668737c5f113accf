// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { FaultError } from '#core';
import {
  newPlace,
  newValve,
  openPlatform,
  removePlace,
  valveModel,
  type Platform,
} from './testing/platform.ts';

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

async function refused(work: Promise<unknown>, code: string): Promise<void> {
  await assert.rejects(work, (error) => error instanceof FaultError && error.fault.code === code);
}

const seriesOf = async (platform: Platform, thing: number): Promise<Map<string, number>> => {
  const rows = await platform.registry.read.series.ofThings([thing]);
  return new Map(rows.map((row) => [row.property, row.id]));
};

const version2 = {
  ...valveModel,
  version: { model: '2.0.0' },
  properties: {
    target: valveModel.properties.target,
    level: { type: 'string', readOnly: true },
    flow: { type: 'number', readOnly: true },
  },
} as const;

test('a thing gets an id, a uri and a series for each property that is read', async (platform) => {
  const id = await newValve(platform);
  const thing = await platform.things.find(1, String(id));
  assert.equal(thing.id, (await platform.things.find(1, thing.uri)).id);
  assert.deepEqual(thing.model, { uri: 'urn:test:valve', version: '1.0.0' });
  const series = await seriesOf(platform, id);
  assert.deepEqual([...series.keys()].toSorted(), ['level', 'mode', 'plan', 'target']);
  assert.equal(new Set(series.values()).size, 4);
  await refused(platform.things.find(2, String(id)), 'common.not-found');
  await refused(platform.things.find(1, 'urn:nobody'), 'common.not-found');
});

test('a change counts only at the revision that was read', async (platform) => {
  const id = await newValve(platform);
  const changed = await platform.things.update(1, id, { name: 'new', labels: { a: 'b' } }, 1);
  assert.deepEqual([changed.name, changed.labels, changed.revision], ['new', { a: 'b' }, 2]);
  await refused(platform.things.update(1, id, { name: 'other' }, 1), 'api.precondition');
  await refused(platform.things.update(2, id, { name: 'other' }), 'common.not-found');
  await refused(platform.things.update(1, id, { uri: 'no uri' }), 'things.bad-uri');
  assert.equal((await platform.things.find(1, String(id))).revision, 2);
});

test('bad rows of a bulk are named and the good ones are made', async (platform) => {
  await newValve(platform);
  const outcomes = await platform.things.createMany(1, [
    { name: 'a', uri: 'urn:bulk:a', model: { uri: valveModel.id } },
    { name: 'b', uri: 'urn:bulk:a' },
    { name: 'c', model: { uri: 'urn:no:model' } },
    { name: 'd', parent: 999 },
    { name: 'e', uri: 'x' },
    { name: 'f', parent: 1 },
  ]);
  const codes = outcomes.map((row) => ('fault' in row ? row.fault.code : 'made'));
  assert.deepEqual(codes, [
    'made',
    'things.uri-taken',
    'things.no-such-model',
    'things.no-such-parent',
    'things.bad-uri',
    'made',
  ]);
  const { items } = await platform.registry.read.things.list({ tenant: 1, limit: 10 });
  assert.deepEqual(
    items.map((thing) => thing.name),
    ['valve', 'a', 'f'],
  );
  const made = await platform.things.find(1, 'urn:bulk:a');
  assert.equal((await seriesOf(platform, made.id)).size, 4);
});

test('parents are of the tenant and never go round', async (platform) => {
  const [one, two, three] = [
    await newValve(platform),
    await newValve(platform),
    await newValve(platform),
  ];
  await platform.things.update(1, two, { parent: one });
  await platform.things.update(1, three, { parent: two });
  await refused(platform.things.update(1, one, { parent: three }), 'things.parent-cycle');
  await refused(platform.things.update(1, one, { parent: one }), 'things.parent-cycle');
  await refused(platform.things.remove(1, two), 'things.has-children');
  assert.equal((await platform.bindings.load(three))?.parent, two);
  await platform.things.update(1, three, { parent: null });
  assert.equal((await platform.bindings.load(three))?.parent, 0);
  await platform.things.remove(1, two);
});

test('another model keeps the series of what stays the same', async (platform) => {
  const id = await newValve(platform);
  const before = await seriesOf(platform, id);
  await platform.models.add(1, version2);
  const binding = await platform.bindings.load(id);
  await platform.things.update(1, id, { model: { uri: valveModel.id, version: '2.0.0' } });
  assert.equal(binding?.stale, true);
  const after = await seriesOf(platform, id);
  assert.equal(after.get('target'), before.get('target'));
  assert.notEqual(after.get('level'), before.get('level'));
  assert.ok(after.has('flow'));
  const loaded = await platform.bindings.load(id);
  const slot = loaded?.model.property('level');
  assert.equal(slot?.type, 'string');
  assert.equal(loaded?.series[slot?.index ?? -1], after.get('level'));
});

test('a removed thing is gone with its credentials, its readings are erased later', async (platform) => {
  const id = await newValve(platform);
  const uri = 'urn:own:valve';
  await platform.things.update(1, id, { uri });
  const series = [...(await seriesOf(platform, id)).values()];
  const binding = await platform.bindings.load(id);
  const gone: unknown[] = [];
  platform.authenticator.onRevoked((revocation) => gone.push(revocation));
  await platform.things.remove(1, id);
  assert.equal(binding?.stale, true);
  assert.equal(await platform.bindings.load(id), undefined);
  assert.deepEqual(gone, [{ thing: id }]);
  const due = await platform.registry.read.followUps.due(Number.MAX_SAFE_INTEGER, 10);
  const erased = due.flatMap((item) => item.payload['series']);
  assert.deepEqual(erased.toSorted(), series.toSorted());
  assert.notEqual((await platform.things.create(1, { name: 'again', uri })).id, id);
});

// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { FaultError, type LimitName } from '#core';
import { RecordKind } from '#bus';
import { checkUri, type ThingInput } from './thing-input.ts';
import {
  newPlace,
  openPlatform,
  removePlace,
  valveModel,
  type Place,
  type Platform,
} from './testing/platform.ts';

function test(
  title: string,
  work: (platform: Platform, place: Place) => Promise<void>,
  overrides: Partial<Record<LimitName, number>> = {},
): void {
  it(title, async () => {
    const place = await newPlace();
    try {
      await using platform = await openPlatform(place, overrides);
      await work(platform, place);
    } finally {
      await removePlace(place);
    }
  });
}

async function refused(work: Promise<unknown>, code: string): Promise<void> {
  await assert.rejects(work, (error) => error instanceof FaultError && error.fault.code === code);
}

/** Code of each row, or `made`. */
async function outcomes(platform: Platform, rows: readonly ThingInput[]): Promise<string[]> {
  const made = await platform.things.createMany(1, rows);
  return made.map((row) => ('fault' in row ? row.fault.code : 'made'));
}

it('a uri is an absolute IRI that a topic can carry, and not one of the server', () => {
  for (const uri of ['urn:x:1', 'https://a.example/b?c=d', 'urn:设备:三号', 'a+b-1.2:x/y'])
    checkUri(uri);
  const bad = ['', 'x', '7', 'urn:', '1urn:x', 'urn:a b', 'urn:a+b', 'urn:a#b', 'urn:a\u0000'];
  const worse = [
    'urn:a\n',
    'urn:a\u3000b',
    'urn:\ud800',
    'urn:a|b',
    'urn:{x}',
    'urn:"',
    'urn:a\\b',
  ];
  for (const uri of [...bad, ...worse, 'urn:fengsui:thing:9', 'URN:Fengsui:x']) {
    assert.throws(() => checkUri(uri), FaultError, uri);
  }
});

test('a thing may be sent back with the uri that it was given', async (platform) => {
  const thing = await platform.things.create(1, { name: 'a' });
  assert.equal(thing.uri, `urn:fengsui:thing:${thing.id}`);
  const changed = await platform.things.update(1, thing.id, { uri: thing.uri, name: 'b' });
  assert.deepEqual([changed.name, changed.uri], ['b', thing.uri]);
  const other = await platform.things.create(1, { name: 'c', uri: 'urn:c' });
  await refused(platform.things.update(1, other.id, { uri: thing.uri }), 'things.bad-uri');
  const third = await platform.things.create(1, { name: 'd', uri: 'urn:d' });
  await refused(platform.things.update(1, third.id, { uri: 'urn:c' }), 'things.uri-taken');
  assert.equal((await platform.things.find(1, 'urn:c')).id, other.id);
});

test('a row that is refused does not keep its uri from the next', async (platform) => {
  const uri = 'urn:a';
  const none = { uri: 'urn:none' };
  assert.deepEqual(
    await outcomes(platform, [
      { name: '', uri, model: none },
      { name: '', uri },
    ]),
    ['things.no-such-model', 'made'],
  );
  assert.deepEqual(await outcomes(platform, [{ name: '', uri }]), ['things.uri-taken']);
  assert.deepEqual(await outcomes(platform, []), []);
});

test('only things that were made are told to the log, one record for all', async (platform, place) => {
  const said = (): unknown[] =>
    place.log.records
      .filter((record) => record.kind === RecordKind.lifecycle)
      .map((record): { readonly change?: string } =>
        JSON.parse(Buffer.from(record.payload).toString()),
      )
      .filter((item) => item.change === 'created');
  await platform.things.createMany(1, [{ name: '', uri: '?' }]);
  assert.deepEqual(said(), []);
  const rows = [{ name: '' }, { name: '', uri: '?' }, { name: '' }];
  const made = await platform.things.createMany(1, rows);
  const things = made.flatMap((row) => ('id' in row ? [row.id] : []));
  assert.equal(things.length, 2);
  assert.deepEqual(said(), [{ tenant: 1, change: 'created', things }]);
});

test('a parent is a thing of the same tenant', async (platform) => {
  const mine = await platform.things.create(1, { name: 'mine' });
  const foreign = await platform.things.create(2, { name: 'foreign' });
  const wrong = 'things.no-such-parent';
  const row = (parent: number): ThingInput => ({ name: '', parent });
  assert.deepEqual(
    await outcomes(platform, [row(mine.id), row(foreign.id), row(0), row(-1), row(999)]),
    ['made', wrong, wrong, wrong, wrong],
  );
  for (const parent of [foreign.id, 0, 999])
    await refused(platform.things.update(1, mine.id, { parent }), wrong);
});

test(
  'things stand so deep and no deeper',
  async (platform) => {
    const chain: number[] = [];
    for (let depth = 0; depth <= 3; depth++) {
      const parent = chain.at(-1);
      chain.push((await platform.things.create(1, { name: '', parent })).id);
    }
    const next = platform.things.create(1, { name: '', parent: chain.at(-1) });
    await refused(next, 'common.limit');
  },
  { 'things.parentDepthMax': 3 },
);

test('a model that is removed meanwhile refuses the row, not the others', async (platform) => {
  const ref = { uri: valveModel.id, version: '1.0.0' };
  const { models, things } = platform;
  const plain = await things.create(1, { name: 'plain' });
  for (let i = 0; i < 5; i++) {
    await models.add(1, valveModel);
    const creating = outcomes(platform, [{ name: 'a', model: ref }, { name: 'b' }]);
    const changing = things.update(1, plain.id, { model: ref }).then(
      () => 'made',
      (error: unknown) => (error instanceof FaultError ? error.fault.code : String(error)),
    );
    await models.remove(1, ref);
    assert.deepEqual(await creating, ['things.no-such-model', 'made']);
    assert.equal(await changing, 'things.no-such-model');
  }
});

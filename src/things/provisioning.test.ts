// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { FaultError, limitsOf } from '#core';
import {
  newPlace,
  openPlatform,
  removePlace,
  valveModel,
  type Place,
  type Platform,
} from './testing/platform.ts';

function test(title: string, work: (platform: Platform, place: Place) => Promise<void>): void {
  it(title, async () => {
    const place = await newPlace();
    try {
      await using platform = await openPlatform(place);
      await platform.models.add(1, valveModel);
      await work(platform, place);
    } finally {
      await removePlace(place);
    }
  });
}

async function refused(work: Promise<unknown>, code: string): Promise<void> {
  await assert.rejects(work, (error) => error instanceof FaultError && error.fault.code === code);
}

const source = '192.0.2.1';
const base = { name: 'batch 7', model: valveModel.id, devicesMax: 3 } as const;

async function login({ authenticator }: Platform, token: string): Promise<number | undefined> {
  const result = await authenticator.authenticate({ password: Buffer.from(token), source });
  return result.ok && result.value.kind === 'thing' ? result.value.thing : undefined;
}

test('each serial number gets a thing of the model and a token, once', async (platform) => {
  const { provisioning, things, registry } = platform;
  const { id, key } = await provisioning.create(1, { ...base, admits: 'open' });
  const made = await provisioning.provision({ key, serial: 'SN-1', source });
  assert.equal(await login(platform, made.token), made.thing);
  const thing = await things.find(1, made.username);
  assert.deepEqual([thing.name, thing.model?.uri], ['SN-1', valveModel.id]);
  assert.deepEqual(thing.properties, { serialNumber: 'SN-1' });
  await refused(
    provisioning.provision({ key, serial: 'SN-1', source }),
    'things.already-provisioned',
  );
  const race = await Promise.allSettled(
    [1, 2, 3].map(() => provisioning.provision({ key, serial: 'SN-2', source })),
  );
  assert.equal(race.filter(({ status }) => status === 'fulfilled').length, 1);
  assert.equal((await registry.read.provisioning.byId(id))?.devices, 2);
  const stored = JSON.stringify(await registry.read.provisioning.ofTenant(1));
  assert(!stored.includes(key));
  await provisioning.provision({ key, serial: 'SN-3', source });
  await refused(provisioning.provision({ key, serial: 'SN-4', source }), 'common.limit');
  // The lost credential ends when another may be fetched; the thing stays.
  await provisioning.release(1, id, 'SN-1');
  assert.equal(await login(platform, made.token), undefined);
  const again = await provisioning.provision({ key, serial: 'SN-1', source });
  assert.equal(again.thing, made.thing);
  await refused(provisioning.release(2, id, 'SN-1'), 'common.not-found');
  await refused(provisioning.release(1, id, 'SN-9'), 'common.not-found');
  // Its devices keep theirs.
  await provisioning.revoke(1, id);
  assert.equal(await login(platform, again.token), made.thing);
  await refused(
    provisioning.provision({ key, serial: 'SN-1', source }),
    'security.bad-credentials',
  );
});

test('a list admits what is on it, as what it was bound to; strangers learn nothing', async (platform, place) => {
  const { provisioning, things } = platform;
  const thing = await things.create(1, { name: 'gate', labels: { site: 'north' } });
  const { id, key } = await provisioning.create(1, {
    ...{ ...base, admits: 'listed', expires: place.clock.now() + 1_000 },
    serials: [{ serial: 'a' }, { serial: 'b', thing: thing.id }],
  });
  const made = await provisioning.provision({ key, serial: 'b', source });
  assert.equal(made.thing, thing.id);
  assert.notEqual((await provisioning.provision({ key, serial: 'a', source })).thing, thing.id);
  const faults = await Promise.all(
    [
      { key, serial: 'c' },
      { key: `${key}x`, serial: 'a' },
    ].map(async (attempt) => {
      const failure: unknown = await provisioning.provision({ ...attempt, source }).catch((e) => e);
      assert(failure instanceof FaultError);
      return failure.fault;
    }),
  );
  assert.deepEqual(faults[0], faults[1]);
  assert.equal(faults[0]?.code, 'security.bad-credentials');
  await provisioning.enter(1, id, [{ serial: 'c' }]);
  await refused(provisioning.enter(2, id, []), 'common.not-found');
  await refused(provisioning.enter(1, id, [{ serial: 'c', thing: 999 }]), 'common.not-found');
  place.clock.advance(1_000);
  await refused(provisioning.provision({ key, serial: 'c', source }), 'security.bad-credentials');
  const guesses = limitsOf()['auth.failuresPerMinutePerSource'];
  for (let i = 0; i < guesses; i++) {
    await provisioning.provision({ key: `${i}`, serial: 'c', source }).catch(() => {});
  }
  await refused(provisioning.provision({ key, serial: 'c', source }), 'security.too-many-attempts');
});

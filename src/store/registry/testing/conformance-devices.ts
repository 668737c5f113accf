// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { refused, type ConformanceTest } from './refused.ts';
import type { DesiredRow, NewCredential, TaskRow } from '../rows.ts';
import { sampleSeries, sampleThing } from './samples.ts';

const credential = (thing: number, fields: Partial<NewCredential> = {}): NewCredential => ({
  tenant: 1,
  thing,
  kind: 'token',
  name: 'first',
  hash: undefined,
  fingerprint: undefined,
  subject: undefined,
  username: undefined,
  created: 1,
  expires: undefined,
  ...fields,
});

const task = (id: number, thing: number, fields: Partial<TaskRow> = {}): TaskRow => ({
  id,
  tenant: 1,
  thing,
  action: 'open',
  input: { angle: 5 },
  state: 'queued',
  requester: 'me',
  created: id,
  updated: id,
  expires: 1_000 + id,
  output: undefined,
  error: undefined,
  ...fields,
});

const desired = (version: number, fields: Partial<DesiredRow> = {}): DesiredRow => ({
  tenant: 1,
  thing: 1,
  property: 'target',
  version,
  value: version * 10,
  requester: 'me',
  requested: version,
  status: 'pending',
  reportedValue: undefined,
  reported: undefined,
  ...fields,
});

/** Series, credentials, tokens, locations, desired values and tasks. */
export function deviceConformance(test: ConformanceTest): void {
  test('gives a property one series in use', async (registry) => {
    await registry.write(async (tables) => {
      await tables.things.insert([sampleThing(1), sampleThing(2)]);
      await tables.series.insert([
        sampleSeries(1, 1),
        sampleSeries(2, 1, { property: 'place', type: 'position', unit: undefined }),
        sampleSeries(3, 2),
      ]);
    });
    await refused(
      registry.write((tables) => tables.series.insert([sampleSeries(4, 1)])),
      'common.conflict',
    );
    await registry.write(async (tables) => {
      await tables.series.retire([1], 50);
      await tables.series.insert([sampleSeries(4, 1, { type: 'string' })]);
    });
    assert.deepEqual(
      (await registry.read.series.ofThings([1])).map((row) => row.id),
      [2, 4],
    );
    const all = await registry.read.series.ofThings([1, 2], 'with-retired');
    assert.deepEqual(
      all.map((row) => row.id),
      [1, 2, 3, 4],
    );
    assert.equal((await registry.read.series.byIds([1]))[0]?.retired, 50);
    assert.deepEqual([...(await registry.read.series.idsOfType('position'))], [2]);
  });

  test('finds credentials that count', async (registry) => {
    const { read } = registry;
    await registry.write(async (tables) => {
      await tables.things.insert([sampleThing(1), sampleThing(2, { lifecycle: 'disabled' })]);
      await tables.credentials.insert(credential(1, { hash: 'h1' }));
      await tables.credentials.insert(credential(2, { kind: 'certificate', fingerprint: 'f1' }));
      await tables.credentials.insert(credential(2, { kind: 'certificate', subject: 'CN=a' }));
    });
    const found = await read.credentials.byHash('h1');
    assert.deepEqual(
      [found?.thing, found?.thingUri, found?.lifecycle],
      [1, 'urn:test:1', 'registered'],
    );
    assert.equal((await read.credentials.byFingerprint('f1'))?.lifecycle, 'disabled');
    assert.equal((await read.credentials.bySubject('CN=a'))?.thing, 2);
    const again = credential(1, { kind: 'certificate', fingerprint: 'f1' });
    await refused(
      registry.write((tables) => tables.credentials.insert(again)),
      'common.conflict',
    );
    await registry.write(async (tables) => {
      assert.equal(await tables.credentials.revoke(2, found?.id ?? 0, 9), false);
      assert.equal(await tables.credentials.revoke(1, found?.id ?? 0, 9), true);
      assert.equal(await tables.credentials.revoke(1, found?.id ?? 0, 9), false);
      await tables.credentials.revokeOfThing(2, 9);
      await tables.credentials.insert(again);
      await tables.credentials.used([{ id: 1, time: 11 }]);
    });
    assert.equal(await read.credentials.byHash('h1'), undefined);
    assert.equal((await read.credentials.byFingerprint('f1'))?.thing, 1);
    assert.equal((await read.credentials.ofThing(1))[0]?.used, 11);
    await registry.write((tables) => tables.things.remove(1, 5));
    assert.equal(await read.credentials.byFingerprint('f1'), undefined);
  });

  test('keeps API tokens', async (registry) => {
    const token = {
      tenant: 1,
      account: undefined,
      name: 'ci',
      hash: 'x',
      scopes: ['read'],
      created: 1,
      expires: 99,
    };
    const id = await registry.write((tables) => tables.tokens.insert(token));
    assert.deepEqual((await registry.read.tokens.byHash('x'))?.scopes, ['read']);
    await registry.write(async (tables) => {
      assert.equal(await tables.tokens.revoke(2, id, 5), false);
      assert.equal(await tables.tokens.revoke(1, id, 5), true);
    });
    assert.equal(await registry.read.tokens.byHash('x'), undefined);
    assert.equal((await registry.read.tokens.list(1))[0]?.revoked, 5);
  });

  test('keeps a track of locations', async (registry) => {
    const at = (thing: number, time: number, x: number) => ({
      tenant: 1,
      thing,
      time,
      geometry: { type: 'Point', coordinates: [x, 22.5] },
    });
    await registry.write(async (tables) => {
      await tables.things.insert([sampleThing(1), sampleThing(2)]);
      await tables.locations.append([at(1, 10, 1), at(1, 30, 3), at(1, 20, 2), at(2, 5, 9)]);
      await tables.locations.append([at(1, 30, 4)]);
    });
    const latest = await registry.read.locations.latest([1, 2, 3]);
    assert.deepEqual(latest.map((row) => [row.thing, row.time]).toSorted(), [
      [1, 30],
      [2, 5],
    ]);
    const track = await registry.read.locations.track(1, 10, 31, 10);
    assert.deepEqual(
      track.map((row) => row.time),
      [10, 20, 30],
    );
    assert.deepEqual(track[2]?.geometry, { type: 'Point', coordinates: [4, 22.5] });
  });

  test('keeps the newest versions of desired values', async (registry) => {
    await registry.write(async (tables) => {
      await tables.things.insert([sampleThing(1)]);
      for (let version = 1; version <= 5; version++) {
        await tables.desired.put(desired(version, { status: 'superseded' }), 3);
      }
      await tables.desired.put(desired(6), 3);
      await tables.desired.put(desired(1, { property: 'mode', value: null }), 3);
    });
    const { read } = registry;
    assert.deepEqual(
      (await read.desired.history(1, 'target', 9)).map((row) => row.version),
      [6, 5, 4],
    );
    assert.deepEqual(
      (await read.desired.ofThing(1)).map((row) => row.value),
      [null, 60],
    );
    assert.equal((await read.desired.open()).length, 2);
    const done = desired(6, { status: 'reported', reportedValue: 60, reported: 8 });
    await registry.write((tables) => tables.desired.put(done, 3));
    assert.deepEqual(
      (await read.desired.open(1)).map((row) => row.property),
      ['mode'],
    );
    assert.deepEqual((await read.desired.ofThing(1))[1], done);
  });

  test('keeps tasks with their steps', async (registry) => {
    const { read } = registry;
    await registry.write(async (tables) => {
      await tables.things.insert([sampleThing(1), sampleThing(2)]);
      await tables.tasks.put(task(1, 1));
      await tables.tasks.put(task(2, 1, { expires: 5 }));
      await tables.tasks.put(task(3, 2, { state: 'answered', output: { ok: true }, updated: 40 }));
      await tables.tasks.addStep({ task: 1, step: 'created', time: 1, detail: undefined });
      await tables.tasks.addStep({ task: 1, step: 'sent', time: 2, detail: 'mqtt' });
    });
    assert.deepEqual(
      await read.tasks.byId(3),
      task(3, 2, { state: 'answered', output: { ok: true }, updated: 40 }),
    );
    assert.deepEqual(
      (await read.tasks.open(1, 10)).map((row) => row.id),
      [1, 2],
    );
    assert.equal(await read.tasks.openCount(1), 2);
    assert.deepEqual(await read.tasks.countOpen(1, 10), { count: 2, exact: true });
    assert.deepEqual(await read.tasks.countOpen(1, 1), { count: 1, exact: false });
    assert.deepEqual(await read.tasks.countOpen(2, 10), { count: 0, exact: true });
    assert.deepEqual(
      (await read.tasks.due(5, 10)).map((row) => row.id),
      [2],
    );
    assert.deepEqual(
      (await read.tasks.steps(1)).map((step) => step.detail),
      [undefined, 'mqtt'],
    );
    const page = await read.tasks.list({ tenant: 1, limit: 2 });
    assert.deepEqual(
      page.items.map((row) => row.id),
      [3, 2],
    );
    const rest = await read.tasks.list({ tenant: 1, limit: 2, cursor: page.cursor });
    assert.deepEqual(
      rest.items.map((row) => row.id),
      [1],
    );
    const open = await read.tasks.list({ tenant: 1, thing: 1, states: ['sent'], limit: 2 });
    assert.equal(open.items.length, 0);
    assert.equal(await registry.write((tables) => tables.tasks.prune(100, 10)), 1);
    assert.equal(await read.tasks.byId(3), undefined);
  });

  test('knows for which children of a gateway something waits', async (registry) => {
    await registry.write(async (tables) => {
      const child = (id: number) => sampleThing(id, { parent: 1 });
      await tables.things.insert([sampleThing(1), child(2), child(3), child(4), sampleThing(5)]);
      await tables.tasks.put(task(1, 2));
      await tables.tasks.put(task(2, 4, { state: 'failed' }));
      await tables.tasks.put(task(3, 5));
      await tables.desired.put(desired(1, { thing: 3 }), 3);
    });
    assert.deepEqual(await registry.read.tasks.waitingUnder(1, 10), [2, 3]);
    assert.deepEqual(await registry.read.tasks.waitingUnder(1, 1), [2]);
  });
}

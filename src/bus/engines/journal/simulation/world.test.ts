// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { World } from './world.ts';

/** The check itself must be able to fail: each test breaks a promise behind the log's back. */
async function written(units: number): Promise<World> {
  const world = new World(3, { 'log.segmentBytes': 1_000_000 });
  const journal = await world.open();
  for (let i = 0; i < units; i++) {
    world.append(journal);
    await world.settle();
  }
  await world.check(journal);
  world.crash('power');
  return world;
}

function path(world: World): string {
  const first = world.segments()[0];
  assert.ok(first);
  return first;
}

it('a lost acknowledged unit is noticed', async () => {
  const world = await written(4);
  const bytes = world.disk.bytes(path(world));
  world.disk.put(path(world), bytes.slice(0, -40));
  await assert.rejects(world.check(await world.open()), /is there/);
});

it('a changed byte is noticed', async () => {
  const world = await written(4);
  world.disk.flip(path(world), 1_100 * 8);
  await assert.rejects(world.check(await world.open()), /no gap/);
});

it('a unit that was never appended is noticed', async () => {
  const one = await written(4);
  const journal = await one.open();
  one.append(journal);
  await one.settle();
  const longer = one.disk.bytes(path(one));
  // The same up to here, without the fifth unit.
  const other = await written(4);
  other.disk.put(path(other), longer);
  await assert.rejects(other.check(await other.open()), /never appended/);
});

it('a unit that comes back is noticed', async () => {
  const world = await written(4);
  const whole = world.disk.bytes(path(world));
  const journal = await world.open();
  world.append(journal);
  const shorter = world.disk.bytes(path(world));
  assert.deepEqual(shorter, whole, 'the fifth is not written yet');
  world.crash('power');
  await world.check(await world.open());
  const again = await written(4);
  const longer = await again.open();
  again.append(longer);
  await again.settle();
  world.disk.put(path(world), again.disk.bytes(path(again)));
  await assert.rejects(world.check(await world.open()), /does not come back/);
});

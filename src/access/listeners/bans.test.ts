// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { limitsOf } from '#core';
import { RecordingLogger, SimClock } from '#runtime/sim';
import { Bans, type AutomaticBan, type NewBan } from './bans.ts';

/** Bans over a store in memory that may be handed on, as over a restart. */
async function bansOver(stored: { value: unknown } = { value: [] }, bansMax = 500) {
  const clock = new SimClock();
  const bans = new Bans({
    store: {
      read: () => Promise.resolve(stored.value),
      write: async (value) => void (stored.value = structuredClone(value)),
    },
    limits: limitsOf({ 'access.bansMax': bansMax }),
    clock,
    logger: new RecordingLogger(),
  });
  await bans.start();
  return { bans, clock, stored };
}

const source = '192.0.2.9';
const ban = (over: Partial<NewBan>): NewBan => ({
  ...{ tenant: 1, kind: 'source', target: '198.51.100.0/24', reason: 'noise', by: 'user 1' },
  ...{ durationMs: undefined, ownSource: source, ...over },
});

test('a source of the root tenant is out for all, of another for its own clients only', async () => {
  const { bans } = await bansOver();
  assert.equal(bans.any, false);
  await bans.add(ban({}));
  await bans.add(ban({ tenant: 5, target: '203.0.113.1' }));
  await bans.add(ban({ tenant: 5, kind: 'identity', target: 'pump' }));
  assert.equal(bans.refuses({ source: '198.51.100.7' }), true);
  assert.equal(bans.refuses({ source: '198.51.101.7' }), false);
  assert.equal(bans.refuses({ source: '203.0.113.1' }), false);
  assert.equal(bans.refuses({ source: '203.0.113.1', tenant: 5 }), true);
  assert.equal(bans.refuses({ source: '203.0.113.1', tenant: 6 }), false);
  assert.equal(bans.refuses({ source, tenant: 5, names: ['x', undefined, 'pump'] }), true);
  assert.equal(bans.refuses({ source, tenant: 6, names: ['pump'] }), false);
});

test('bans outlive a restart, and end when their time is over', async () => {
  const first = await bansOver();
  const forEver = await first.bans.add(ban({}));
  await first.bans.add(ban({ target: '203.0.113.1', durationMs: 1_000 }));
  const { bans, clock, stored } = await bansOver(first.stored);
  assert.deepEqual(bans.list(1)[0], forEver);
  assert.equal(bans.list(1).length, 2);
  clock.advance(1_500);
  await bans[Symbol.asyncDispose]();
  assert.equal(bans.refuses({ source: '203.0.113.1' }), false);
  assert.equal(bans.list(1).length, 1);
  assert(Array.isArray(stored.value) && stored.value.length === 1);
});

test('what a damaged store holds is left out', async () => {
  const good = { id: 'a', tenant: 1, kind: 'source', target: '203.0.113.1/32', reason: '', by: '' };
  const bad = [null, 7, {}, { ...good, target: 'x' }, { ...good, kind: 'other' }];
  const { bans } = await bansOver({ value: [...bad, good] });
  assert.deepEqual(
    bans.list(1).map(({ target }) => target),
    ['203.0.113.1/32'],
  );
  assert.equal((await bansOver({ value: 'nonsense' })).bans.any, false);
});

test('refused: what is no range, one’s own address, more than access.bansMax of a tenant', async () => {
  const { bans } = await bansOver({ value: [] }, 1);
  await assert.rejects(bans.add(ban({ target: 'x' })), /access\.bad-range/);
  await assert.rejects(bans.add(ban({ target: '192.0.2.0/24' })), /access\.own-address/);
  await bans.add(ban({}));
  // The same again is the same ban.
  await bans.add(ban({ reason: 'still' }));
  await assert.rejects(bans.add(ban({ target: '203.0.113.1' })), /access\.bansMax/);
  await bans.add(ban({ tenant: 5, target: '203.0.113.1' }));
  assert.equal(bans.list(1)[0]?.reason, 'still');
});

test('a ban is told of; automatic ones are listed beside it and can be lifted', async () => {
  const { bans, clock } = await bansOver();
  const lifted: unknown[] = [];
  const automatic: AutomaticBan[] = [
    { kind: 'source', target: '203.0.113.9', left: 1_000, reason: 'a.limit' },
    { kind: 'source', target: '203.0.113.9', left: 5_000, reason: 'a.limit' },
    { kind: 'identity', target: 'pump', left: 1_000, reason: 'b.limit', tenant: 5 },
  ];
  bans.watch({ bans: () => automatic, lift: (...what) => void lifted.push(what) });
  let told = 0;
  bans.onBanned(() => told++);
  await bans.add(ban({}));
  assert.equal(told, 1);
  const [, longer] = bans.list(1);
  assert.partialDeepStrictEqual(longer, { automatic: true, until: clock.now() + 5_000 });
  assert.equal(bans.list(1).length, 2);
  const [other] = bans.list(5);
  await assert.rejects(bans.remove(1, other?.id ?? ''), /common\.not-found/);
  await bans.remove(5, other?.id ?? '');
  assert.deepEqual(lifted, [['identity', 'pump', 5]]);
});

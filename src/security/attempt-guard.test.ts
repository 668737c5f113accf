// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Hours, limitsOf, Minutes, Seconds, type LimitName } from '#core';
import { SimClock } from '#runtime/sim';
import { AttemptGuard } from './attempt-guard.ts';

const perMinute = 10;
const perHour = 20;

function guarded(overrides: Partial<Record<LimitName, number>> = {}) {
  const clock = new SimClock();
  const hits: LimitName[] = [];
  const limits = limitsOf(overrides);
  const guard = new AttemptGuard({ limits, clock, hit: (name) => hits.push(name) });
  const fail = (times: number, source: string, identity?: string): void => {
    for (let i = 0; i < times; i++) guard.failed(source, identity);
  };
  return { clock, hits, guard, fail };
}

it('failures are counted a minute: fewer than the limit in each do not ban', () => {
  const { clock, hits, guard, fail } = guarded();
  for (let minute = 0; minute < 5; minute++) {
    fail(perMinute - 1, 'a');
    assert.equal(guard.admits('a', undefined), true);
    clock.advance(Minutes(1));
  }
  assert.deepEqual(hits, []);
  fail(perMinute, 'a');
  assert.equal(guard.admits('a', undefined), false);
  assert.equal(guard.admits('b', undefined), true);
});

it('a ban doubles each time, up to a day, and is forgotten after a day without one', () => {
  const { clock, guard, fail } = guarded();
  const banned = (): number => {
    fail(perMinute, 'a');
    let seconds = 0;
    while (!guard.admits('a', undefined)) {
      clock.advance(Seconds(1));
      seconds++;
    }
    return seconds / 60;
  };
  for (const minutes of [5, 10, 20, 40, 80, 160, 320, 640, 1_280, 1_440, 1_440])
    assert.equal(banned(), minutes);
  clock.advance(Hours(24));
  assert.equal(banned(), 5);
});

it('attempts that were under way when the ban began do not make it longer', () => {
  const { clock, hits, guard, fail } = guarded();
  fail(perMinute * 50, 'a', 'x');
  assert.deepEqual(hits.toSorted(), [
    'auth.failuresPerHourPerIdentity',
    'auth.failuresPerMinutePerSource',
  ]);
  clock.advance(Minutes(5));
  assert.equal(guard.admits('a', undefined), true);
});

it('an identity is locked from everywhere, and a right credential before that clears it', () => {
  const { clock, guard } = guarded();
  const failFromMany = (times: number): void => {
    for (let i = 0; i < times; i++) guard.failed(`source ${i}`, 'x');
  };
  failFromMany(perHour - 1);
  guard.succeeded('x');
  failFromMany(perHour - 1);
  assert.equal(guard.admits('new', 'x'), true);
  guard.failed('one', 'x');
  assert.equal(guard.admits('new', 'x'), false);
  assert.equal(guard.admits('new', 'y'), true);
  assert.equal(guard.admits('new', undefined), true);
  clock.advance(Hours(1));
  assert.equal(guard.admits('new', 'x'), true);
});

it('what has not failed for longest is forgotten when there are too many', () => {
  const { guard, fail } = guarded({ 'auth.rememberedMax': 3 });
  fail(perMinute, 'a');
  fail(perMinute, 'b');
  fail(1, 'c');
  fail(1, 'a');
  fail(1, 'd');
  assert.equal(guard.admits('a', undefined), false);
  assert.equal(guard.admits('b', undefined), true);
});

it('long names are counted as any other', () => {
  const { guard, fail } = guarded({ 'auth.failuresPerMinutePerSource': 1_000 });
  const long = 'n'.repeat(65_535);
  fail(perHour, 'a', long);
  assert.equal(guard.admits('b', long), false);
  assert.equal(guard.admits('b', `${long.slice(1)}m`), true);
});

it('a /64 is one source; its ban is listed and can be lifted, as that of an identity', () => {
  const { clock, guard, fail } = guarded();
  for (let host = 1; host <= perMinute; host++) fail(1, `2001:db8::${host}`);
  assert.equal(guard.admits('2001:db8::ffff', undefined), false);
  assert.equal(guard.admits('2001:db8:0:1::1', undefined), true);
  for (let hour = 0; hour < perHour; hour++) fail(1, `10.0.0.${hour}`, 'pump');
  clock.advance(Minutes(1));
  assert.deepEqual(guard.bans(), [
    {
      ...{ kind: 'source', target: '2001:db8:0:0::/64', left: Minutes(4) },
      reason: 'auth.failuresPerMinutePerSource',
    },
    {
      ...{ kind: 'identity', target: 'pump', left: Minutes(59) },
      reason: 'auth.failuresPerHourPerIdentity',
    },
  ]);
  guard.lift('identity', 'pump');
  guard.lift('source', '2001:db8::7');
  assert.deepEqual(guard.bans(), []);
  assert.equal(guard.admits('2001:db8::ffff', 'pump'), true);
});

it('an address that many share is never banned, but the identity that is guessed at is', () => {
  const clock = new SimClock();
  const isShared = (source: string): boolean => source === 'carrier';
  const guard = new AttemptGuard({ limits: limitsOf(), clock, hit: () => undefined, isShared });
  for (let i = 0; i < perHour; i++) guard.failed('carrier', 'guessed');
  assert.equal(guard.admits('carrier', 'other'), true);
  assert.equal(guard.admits('carrier', 'guessed'), false);
});

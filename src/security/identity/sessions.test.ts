// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { Hours, Minutes } from '#core';
import { ApiTokens } from '../api-tokens.ts';
import type { Revocation } from '../port.ts';
import { testPeople, traits } from './testing/people.ts';

test('a session is found by its cookie, survives a restart, and is stored only as a hash', async () => {
  await using people = await testPeople();
  const account = await people.add('li');
  const { sessions } = people.identity;
  const cookie = await sessions.open({ account }, { ...traits, strong: true });
  const expected = { kind: 'user', account, name: 'li', tenant: 1, home: 1, strong: true };
  assert.partialDeepStrictEqual(await sessions.find(cookie), expected);
  assert.partialDeepStrictEqual(await people.restart().sessions.find(cookie), expected);
  const [row] = await people.registry.read.sessions.ofAccount(account);
  assert(!JSON.stringify(row).includes(cookie));
  for (const bad of [undefined, '', 'x', cookie.slice(1), `${cookie}a`, row?.hash])
    assert.equal(await sessions.find(bad), undefined);
});

test('a session ends when it is idle or old, and asking who it is does not keep it', async () => {
  await using people = await testPeople();
  const account = await people.add('li');
  const { sessions } = people.identity;
  const idle = await sessions.open({ account }, traits);
  const peeked = await sessions.open({ account }, traits);
  const used = await sessions.open({ account }, traits);
  for (let hours = 0; hours < 16; hours += 4) {
    people.clock.advance(Hours(4));
    assert.notEqual(await sessions.find(used), undefined);
    await sessions.peek(peeked);
  }
  assert.equal(await sessions.find(idle), undefined);
  assert.equal(await sessions.find(peeked), undefined);
  people.clock.advance(Hours(7));
  assert.notEqual(await sessions.find(used), undefined);
  people.clock.advance(Hours(1) + 1);
  assert.equal(await sessions.find(used), undefined);
});

test('what was used is written in batches and counts after a restart', async () => {
  await using people = await testPeople();
  const account = await people.add('li');
  const { sessions } = people.identity;
  const cookie = await sessions.open({ account }, traits);
  people.clock.advance(Hours(6));
  await sessions.find(cookie);
  await sessions[Symbol.asyncDispose]();
  people.clock.advance(Hours(6));
  assert.notEqual(await people.restart().sessions.find(cookie), undefined);
});

test('whoever ends a session tells its live connections', async () => {
  await using people = await testPeople();
  const account = await people.add('li');
  const { sessions } = people.identity;
  const told: Revocation[] = [];
  people.authenticator.onRevoked((revocation) => void told.push(revocation));
  const [a, b, c] = await Promise.all(
    ['a', 'b', 'c'].map(() => sessions.open({ account }, traits)),
  );
  const hashOf = async (cookie?: string) => {
    const principal = await sessions.find(cookie);
    return principal?.kind === 'user' ? principal.session : '';
  };
  const [hashA, hashB] = [await hashOf(a), await hashOf(b)];
  await sessions.close(a);
  assert.deepEqual(told, [{ session: hashA }]);
  await sessions.endOfAccount(account, hashB);
  assert.equal(told.length, 2);
  assert.equal(await sessions.find(c), undefined);
  assert.notEqual(await sessions.find(b), undefined);
  people.clock.advance(Hours(8) + 1);
  // The sweep of each minute writes to the registry, which is done in its own time.
  while (told.length < 3) {
    people.clock.advance(Minutes(1));
    await setImmediate();
  }
  assert.deepEqual(told.at(-1), { session: hashB });
});

test('a disabled account, a revoked and an expired token have no sessions', async () => {
  await using people = await testPeople();
  const { registry, authenticator, clock } = people;
  const { sessions } = people.identity;
  const account = await people.add('li');
  const tokens = new ApiTokens(registry, authenticator, clock);
  const token = await tokens.create({ tenant: 1, name: 'x', scopes: ['read'] });
  const expires = clock.now() + Minutes(5);
  const short = await tokens.create({ tenant: 1, name: 'y', scopes: ['read'], expires });
  const ofAccount = await sessions.open({ account }, traits);
  const ofToken = await sessions.open({ token: token.id }, traits);
  const ofShort = await sessions.open({ token: short.id }, traits);
  assert.partialDeepStrictEqual(await sessions.find(ofToken), { kind: 'token', scopes: ['read'] });
  assert.equal((await sessions.find(ofShort))?.kind, 'token');
  await tokens.revoke(1, token.id);
  await registry.write((tables) =>
    tables.accounts.update(account, { disabled: true }, { now: clock.now() }),
  );
  authenticator.revoke({ account });
  clock.advance(Minutes(6));
  for (const cookie of [ofAccount, ofToken, ofShort]) {
    assert.equal(await sessions.find(cookie), undefined);
    assert.equal(await people.restart().sessions.find(cookie), undefined);
  }
});

test('sessions of an account and those in memory are bounded', async () => {
  const limits = { 'auth.sessionsPerAccountMax': 3, 'auth.sessionsCachedMax': 10 };
  await using people = await testPeople({ limits });
  const { sessions } = people.identity;
  const account = await people.add('li');
  const cookies: string[] = [];
  for (let i = 0; i < 5; i++) {
    cookies.push(await sessions.open({ account }, traits));
    people.clock.advance(1);
  }
  const open = await Promise.all(cookies.map(async (c) => (await sessions.find(c)) !== undefined));
  assert.deepEqual(open, [false, false, true, true, true]);
  assert.equal((await sessions.ofAccount(account)).length, 3);
  const many: string[] = [];
  for (let i = 0; i < 20; i++)
    many.push(await sessions.open({ account: await people.add(`user${i}`) }, traits));
  for (const cookie of [...many, ...many]) assert.notEqual(await sessions.find(cookie), undefined);
});

test('a session that was ended while it was looked up is not let in', async () => {
  await using people = await testPeople();
  const account = await people.add('li');
  const cookie = await people.identity.sessions.open({ account }, traits);
  const { sessions } = people.restart();
  const [row] = await people.registry.read.sessions.ofAccount(account);
  const looking = sessions.find(cookie);
  const ending = sessions.end([row?.hash ?? '']);
  await Promise.all([looking, ending]);
  assert.equal(await sessions.find(cookie), undefined);
});

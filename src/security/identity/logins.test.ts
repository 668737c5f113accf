// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Hours, Minutes, Seconds, unwrap, type Result } from '#core';
import { Passwords } from './password.ts';
import type { UserPrincipal } from './own-account.ts';
import { testPeople, traits, type TestPeople } from './testing/people.ts';
import { codeShown } from '../../../test/support/totp.ts';

const password = 'correct horse battery';
const source = '192.0.2.1';
const codeOf = (result: Result<unknown>): string => (result.ok ? 'ok' : result.fault.code);

async function signIn(people: TestPeople, account: number, strong = false) {
  const { sessions } = people.identity;
  const cookie = await sessions.open({ account }, { ...traits, strong });
  const find = async (): Promise<UserPrincipal> => {
    const principal = await sessions.find(cookie);
    assert(principal?.kind === 'user');
    return principal;
  };
  return { cookie, find };
}

/** Enrols a code generator; the result shows the code of now. */
async function enrol(people: TestPeople, account: number) {
  const { own } = people.identity;
  const { find } = await signIn(people, account);
  const { secret } = await own.beginTotp({ principal: await find(), source });
  const code = (): string => codeShown(secret, people.clock.now());
  const recovery = await own.confirmTotp({ principal: await find(), source }, code());
  assert.equal((await find()).strong, true);
  return { code, recovery };
}

test('a name in any case and the right password open a session of one factor', async () => {
  await using people = await testPeople();
  const account = await people.add('Li.Na', password);
  const { logins } = people.identity;
  const proved = unwrap(await logins.password('li.NA', password, source));
  assert.deepEqual(proved, { state: 'open', account, strong: false });
  const row = await people.registry.read.accounts.byId(account);
  assert.equal(row?.lastLogin, people.clock.now());
  assert.partialDeepStrictEqual(people.events, [{ act: 'login', account, detail: 'password' }]);
});

test('unknown, disabled, without password, a program and wrong: one answer', async () => {
  await using people = await testPeople();
  const { registry, clock } = people;
  await people.add('right', password);
  await people.add('without');
  const disabled = await people.add('disabled', password);
  await registry.write((t) => t.accounts.update(disabled, { disabled: true }, { now: 1 }));
  const stored = await people.identity.passwords.hash(password);
  await registry.write((tables) =>
    tables.accounts.insert({
      ...{ tenant: 1, kind: 'service', name: 'service', title: '', created: clock.now() },
      ...{ password: stored, passwordTemporary: false, language: undefined },
    }),
  );
  const answers = [];
  for (const [name, typed] of [
    ['nobody', password],
    ['disabled', password],
    ['without', password],
    ['without', ''],
    ['service', password],
    ['right', 'wrong'],
  ] as const)
    answers.push(await people.identity.logins.password(name, typed, source));
  for (const answer of answers) assert.deepEqual(answer, answers[0]);
  assert.equal(codeOf(answers[0] ?? { ok: true, value: 0 }), 'security.bad-login');
});

test('six wrong logins lock a name, longer each time, whether somebody has it or not', async () => {
  const limits = { 'auth.failuresPerMinutePerSource': 1_000_000 };
  await using people = await testPeople({ limits });
  const account = await people.add('li', password);
  for (const name of ['li', 'nobody']) {
    const { logins } = people.identity;
    for (const minutes of [15, 30, 60]) {
      for (let i = 0; i < 6; i++)
        assert.equal(codeOf(await logins.password(name, 'x', source)), 'security.bad-login');
      assert.equal(codeOf(await logins.password(name, password, source)), 'security.login-locked');
      people.clock.advance(Minutes(minutes) - 1);
      assert.equal(codeOf(await logins.password(name, password, source)), 'security.login-locked');
      people.clock.advance(1);
    }
    const expected = name === 'li' ? 'ok' : 'security.bad-login';
    assert.equal(codeOf(await logins.password(name, password, source)), expected);
  }
  const locks = people.events.filter(({ act }) => act === 'login.locked');
  assert.deepEqual(
    locks.map((event) => event.account),
    [account, account, account, undefined, undefined, undefined],
  );
});

test('a lock outlives a restart, and an administrator ends it', async () => {
  await using people = await testPeople();
  const account = await people.add('li', password);
  for (let i = 0; i < 6; i++) await people.identity.logins.password('LI', 'x', source);
  const { logins } = people.restart();
  assert.equal(codeOf(await logins.password('li', password, 'b')), 'security.login-locked');
  await logins.unlock(account);
  assert.equal(codeOf(await logins.password('li', password, 'b')), 'ok');
});

test('a source that guesses many names is banned', async () => {
  await using people = await testPeople();
  await people.add('li', password);
  const { logins } = people.identity;
  for (let i = 0; i < 10; i++) await logins.password(`name${i}`, 'x', source);
  const answer = await logins.password('li', password, source);
  assert.equal(codeOf(answer), 'security.too-many-attempts');
  assert.equal(codeOf(await logins.password('li', password, '192.0.2.2')), 'ok');
});

test('with a second factor the password opens only half, and a code is good once', async () => {
  await using people = await testPeople();
  const { logins } = people.identity;
  const account = await people.add('li', password);
  const { code } = await enrol(people, account);
  const half = async (): Promise<string> => {
    const proved = unwrap(await logins.password('li', password, source));
    assert(proved.state === 'second-factor');
    assert.deepEqual(proved.methods, ['totp', 'recovery']);
    return proved.ticket;
  };
  const first = await half();
  // The code that has enrolled the generator is used up.
  const again = await logins.secondFactor(first, { totp: code() }, source);
  assert.equal(codeOf(again), 'security.bad-second-factor');
  people.clock.advance(Seconds(30));
  const proved = await logins.secondFactor(first, { totp: code() }, source);
  assert.deepEqual(proved, { ok: true, value: { state: 'open', account, strong: true } });
  const used = await logins.secondFactor(first, { totp: code() }, source);
  assert.equal(codeOf(used), 'security.login-expired');
  assert.equal(
    codeOf(await logins.secondFactor(await half(), { totp: code() }, source)),
    'security.bad-second-factor',
  );
  const late = await half();
  people.clock.advance(Minutes(5) + 1);
  const expired = await logins.secondFactor(late, { totp: code() }, source);
  assert.equal(codeOf(expired), 'security.login-expired');
});

test('one code at the same time from two places opens one session', async () => {
  await using people = await testPeople();
  const { logins } = people.identity;
  const account = await people.add('li', password);
  const { code } = await enrol(people, account);
  people.clock.advance(Seconds(30));
  const tickets: string[] = [];
  for (let i = 0; i < 2; i++) {
    const proved = unwrap(await logins.password('li', password, source));
    if (proved.state === 'second-factor') tickets.push(proved.ticket);
  }
  const answers = await Promise.all(
    tickets.map((ticket) => logins.secondFactor(ticket, { totp: code() }, source)),
  );
  assert.deepEqual(answers.map(codeOf).toSorted(), ['ok', 'security.bad-second-factor']);
});

test('a recovery code is good once, and wrong second factors lock the account', async () => {
  await using people = await testPeople();
  const { logins } = people.identity;
  const account = await people.add('li', password);
  const { recovery } = await enrol(people, account);
  const ticket = async (): Promise<string> => {
    const proved = unwrap(await logins.password('li', password, source));
    assert(proved.state === 'second-factor');
    return proved.ticket;
  };
  const proof = { recovery: recovery[0] ?? '' };
  assert.equal(codeOf(await logins.secondFactor(await ticket(), proof, source)), 'ok');
  const left = await people.registry.read.accounts.byId(account);
  assert.equal(left?.recovery.length, 9);
  const tries = await ticket();
  for (let i = 0; i < 5; i++)
    assert.equal(
      codeOf(await logins.secondFactor(tries, proof, source)),
      'security.bad-second-factor',
    );
  const over = await logins.secondFactor(tries, { recovery: recovery[1] ?? '' }, source);
  assert.equal(codeOf(over), 'security.login-expired');
  await logins.secondFactor(await ticket(), proof, source);
  const locked = await logins.password('li', password, source);
  assert.equal(codeOf(locked), 'security.login-locked');
});

test('a password stored at a lower cost is hashed anew at login', async () => {
  await using people = await testPeople();
  const { limits } = people;
  const account = await people.add('li');
  const old = await new Passwords({ limits, hit() {}, cost: { ln: 3, r: 8, p: 1 } }).hash(password);
  await people.registry.write((t) => t.accounts.update(account, { password: old }, { now: 1 }));
  for (let i = 0; i < 2; i++)
    assert.equal(codeOf(await people.identity.logins.password('li', password, source)), 'ok');
  const row = await people.registry.read.accounts.byId(account);
  assert.match(row?.password ?? '', /^\$scrypt\$ln=4,/);
});

test('a new password needs the present one, ends all other sessions and is not a weak one', async () => {
  await using people = await testPeople();
  const { own, logins, sessions } = people.identity;
  const account = await people.add('li', password);
  const [mine, other] = [await signIn(people, account), await signIn(people, account)];
  const principal = await mine.find();
  const change = (next: string, present?: string) =>
    own.changePassword({ principal, source, password: present }, next);
  const next = 'four quiet river stones';
  for (const [typed, present, code] of [
    [next, undefined, 'security.fresh-login-required'],
    [next, 'wrong', 'security.wrong-password'],
    ['password1234', password, 'security.weak-password'],
    [password, password, 'security.weak-password'],
  ] as const)
    await assert.rejects(change(typed, present), { message: new RegExp(`^${code}`) });
  await change(next, password);
  await mine.find();
  assert.equal(await sessions.find(other.cookie), undefined);
  assert.equal(codeOf(await logins.password('li', password, source)), 'security.bad-login');
  assert.equal(codeOf(await logins.password('li', next, source)), 'ok');
});

test('what opens an account asks for a fresh proof, and for the second factor once there is one', async () => {
  await using people = await testPeople();
  const { own, logins, sessions } = people.identity;
  const account = await people.add('li', password);
  const { find } = await signIn(people, account);
  people.clock.advance(Minutes(16));
  const principal = await find();
  await assert.rejects(own.beginTotp({ principal, source }), /fresh-login-required/);
  await assert.rejects(own.beginTotp({ principal, source, password: 'x' }), /wrong-password/);
  await own.beginTotp({ principal, source, password });
  const { code } = await enrol(people, account);
  // A stolen password must not be enough to enrol a generator of the thief.
  const weak = await signIn(people, account);
  for (const attempt of [
    own.beginTotp({ principal: await weak.find(), source, password }),
    own.removeTotp({ principal: await weak.find(), source, password }),
    own.changePassword({ principal: await weak.find(), source, password }, 'another long phrase'),
  ])
    await assert.rejects(attempt, /second-factor-required/);
  people.clock.advance(Seconds(30));
  unwrap(await logins.stepUp(account, { totp: code() }, source));
  await sessions.strengthen((await weak.find()).session);
  await own.removeTotp({ principal: await weak.find(), source, password });
  const row = await people.registry.read.accounts.byId(account);
  assert.deepEqual([row?.totp, row?.recovery], [undefined, []]);
});

test('the secret of a generator is sealed, and its enrolment does not wait for ever', async () => {
  await using people = await testPeople();
  const { own } = people.identity;
  const account = await people.add('li', password);
  const { find } = await signIn(people, account);
  const { secret } = await own.beginTotp({ principal: await find(), source });
  await assert.rejects(
    own.confirmTotp({ principal: await find(), source }, '000000'),
    /bad-second-factor/,
  );
  people.clock.advance(Minutes(15) + 1);
  const code = codeShown(secret, people.clock.now());
  await assert.rejects(own.confirmTotp({ principal: await find(), source }, code), /login-expired/);
  await enrol(people, account);
  const row = await people.registry.read.accounts.byId(account);
  assert.match(row?.totp ?? '', /^aes-256-gcm\.1\./);
});

test('an own session is ended by its id, others all at once', async () => {
  await using people = await testPeople();
  const { own, sessions } = people.identity;
  const [account, stranger] = [await people.add('li'), await people.add('wang')];
  const [mine, second, third] = [
    await signIn(people, account),
    await signIn(people, account),
    await signIn(people, account),
  ];
  const theirs = await signIn(people, stranger);
  const request = { principal: await mine.find(), source };
  const idOf = async ({ find }: typeof mine) => (await find()).session.slice(0, 16);
  await own.endSessions(request, await idOf(second));
  assert.equal(await sessions.find(second.cookie), undefined);
  await assert.rejects(own.endSessions(request, await idOf(theirs)), /not-found/);
  await own.endSessions(request);
  assert.equal(await sessions.find(third.cookie), undefined);
  await mine.find();
  await theirs.find();
  assert.equal((await own.sessions(request.principal)).length, 1);
  people.clock.advance(Hours(9));
  assert.equal((await own.sessions(request.principal)).length, 0);
});

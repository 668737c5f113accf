// SPDX-License-Identifier: Apache-2.0
// Signing in over HTTP: the link, passwords with lock-out, second factors, passkeys, and the own account.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { asking, expectProblem, expectStatus, itemsOf, textOf } from '../../test/support/http.ts';
import type { Answer } from '../../test/support/http.ts';
import { startPlatform } from '../../test/support/platform.ts';
import { SoftAuthenticator } from '../../test/support/soft-authenticator.ts';
import { codeShown } from '../../test/support/totp.ts';

const platform = await startPlatform([
  'limits.auth.failuresPerMinutePerSource=100000',
  'server.publicUrl=https://iot.example',
]);
after(() => platform[Symbol.asyncDispose]());
const ask = asking(platform);
const { identity, administrator, clock } = platform.services;
const password = 'four quiet river stones';

/** A browser: keeps its cookies. */
function browser() {
  const jar = new Map<string, string>();
  const headersOf = () => ({ cookie: [...jar].map(([n, v]) => `${n}=${v}`).join('; ') });
  return {
    jar,
    async ask(place: string, json?: unknown): Promise<Answer> {
      const [method, url] = place.split(' ', 2);
      const found = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
      const known = found.find((each) => each === method);
      assert(known !== undefined);
      const body = json === undefined ? {} : { payload: JSON.stringify(json) };
      const response = await platform.api.app.inject({
        ...{ method: known, url: url ?? '', ...body },
        headers: {
          ...headersOf(),
          ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        },
      });
      const set = response.headers['set-cookie'] ?? [];
      for (const cookie of [set].flat()) {
        assert.match(cookie, /; HttpOnly; SameSite=Strict; Path=\/.*; Secure/);
        const [pair = ''] = cookie.split(';');
        const [name = '', value = ''] = pair.split('=');
        if (value === '') jar.delete(name);
        else jar.set(name, value);
      }
      const text = response.body;
      const parsed: unknown = text === '' ? {} : JSON.parse(text);
      const object = typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
      const headers = Object.fromEntries(
        Object.entries(response.headers).map(([n, value]) => [n, String(value)]),
      );
      return { status: response.statusCode, headers, text, body: object };
    },
  };
}

let users = 0;
/** A new account with a password and perhaps a role at the root. */
async function user(role?: string): Promise<{ readonly id: number; readonly name: string }> {
  const name = `user${users++}`;
  const hash = await identity.passwords.hash(password);
  const created = clock.now();
  const id = await platform.registry.write(async (tables) => {
    const account = await tables.accounts.insert({
      ...{ tenant: 1, kind: 'user', name, title: '', created },
      ...{ password: hash, passwordTemporary: false, language: undefined },
    });
    const whole = { group: undefined, labels: undefined, properties: undefined };
    if (role !== undefined)
      await tables.grants.insert({ ...whole, account, role, tenant: 1, created });
    return account;
  });
  return { id, name };
}

async function signedIn(name: string) {
  const page = browser();
  const body = await expectStatus(page.ask('POST /api/v1/session', { name, password }), 200);
  assert.deepEqual(body, { state: 'open' });
  return page;
}

const codeOf = (secret: string, later = 0): string =>
  codeShown(secret, clock.now() + later * 30_000);

test('a stranger is told how to sign in; the one-time link opens a strong session of the first account', async () => {
  const page = browser();
  assert.deepEqual(await expectStatus(page.ask('GET /api/v1/session'), 200), {
    open: false,
    demo: false,
    methods: { password: true, oidc: [] },
  });
  const link = await administrator.newLink();
  const body = await expectStatus(page.ask('POST /api/v1/session', { link }), 200);
  assert.deepEqual(body, { state: 'open' });
  const session = await expectStatus(page.ask('GET /api/v1/session'), 200);
  assert.partialDeepStrictEqual(session, {
    open: true,
    demo: false,
    user: { name: 'admin', title: 'admin', kind: 'user' },
    tenant: { id: 1 },
    home: { id: 1 },
    strong: true,
    needs: ['password', 'second-factor'],
  });
  const { permissions } = session;
  assert(Array.isArray(permissions) && permissions.includes('users.manage'));
  await expectStatus(page.ask('GET /api/v1/tokens'), 200);
  const again = browser().ask('POST /api/v1/session', { link });
  await expectProblem(again, 401, 'security.bad-credentials');
  assert.equal((await page.ask('DELETE /api/v1/session')).status, 204);
  assert.equal(page.jar.size, 0);
  assert.equal((await expectStatus(page.ask('GET /api/v1/session'), 200))['open'], false);
});

test('only the token in the file may make links', async () => {
  const made = await expectStatus(ask('POST /api/v1/session/link'), 201);
  const link = textOf(made, 'link').replace('https://iot.example/?link=', '');
  await expectStatus(browser().ask('POST /api/v1/session', { link }), 200);
  const json = { name: 'other', scopes: ['admin'] };
  const token = textOf(await expectStatus(ask('POST /api/v1/tokens', { json }), 201), 'token');
  await expectProblem(ask('POST /api/v1/session/link', { token }), 403, 'security.forbidden');
  const page = browser();
  await page.ask('POST /api/v1/session', { link: await administrator.newLink() });
  await expectProblem(page.ask('POST /api/v1/session/link'), 403, 'security.forbidden');
});

test('an API token opens a session with its rights', async () => {
  const json = { name: 'reader', scopes: ['read'] };
  const token = textOf(await expectStatus(ask('POST /api/v1/tokens', { json }), 201), 'token');
  const page = browser();
  await expectStatus(page.ask('POST /api/v1/session', { token }), 200);
  const session = await expectStatus(page.ask('GET /api/v1/session'), 200);
  assert.partialDeepStrictEqual(session, { user: { name: 'reader', kind: 'token' }, needs: [] });
  await expectStatus(page.ask('GET /api/v1/things'), 200);
  await expectProblem(page.ask('POST /api/v1/things', { name: 'x' }), 403, 'security.forbidden');
  await expectProblem(page.ask('GET /api/v1/me'), 403, 'security.forbidden');
});

test('six wrong logins lock the account', async () => {
  const { name } = await user();
  const login = (typed: string) => browser().ask('POST /api/v1/session', { name, password: typed });
  for (let i = 0; i < 6; i++) await expectProblem(login('wrong'), 401, 'security.bad-login');
  const locked = await expectProblem(login(password), 429, 'security.login-locked');
  assert.match(textOf(locked, 'detail'), /^\d{4}-/);
  const unknown = browser().ask('POST /api/v1/session', { name: 'nobody', password });
  await expectProblem(unknown, 401, 'security.bad-login');
});

test('an administrator without a second factor is refused what is sensitive, enrols one, and may', async () => {
  const { name } = await user('administrator');
  const page = await signedIn(name);
  assert.partialDeepStrictEqual(await expectStatus(page.ask('GET /api/v1/session'), 200), {
    strong: false,
    needs: ['second-factor'],
  });
  await expectStatus(page.ask('GET /api/v1/things'), 200);
  const refused = page.ask('POST /api/v1/backups');
  await expectProblem(refused, 403, 'security.second-factor-required');
  const { secret } = await expectStatus(page.ask('POST /api/v1/me/totp', {}), 200);
  assert(typeof secret === 'string');
  const wrong = page.ask('PUT /api/v1/me/totp', { code: '000000' });
  await expectProblem(wrong, 401, 'security.bad-second-factor');
  const enrolled = await expectStatus(
    page.ask('PUT /api/v1/me/totp', { code: codeOf(secret) }),
    200,
  );
  const { recovery } = enrolled;
  assert(Array.isArray(recovery) && recovery.length === 10);
  assert.partialDeepStrictEqual(await expectStatus(page.ask('GET /api/v1/session'), 200), {
    strong: true,
    needs: [],
  });
  await expectStatus(page.ask('GET /api/v1/tokens'), 200);

  const next = browser();
  const half = await expectStatus(next.ask('POST /api/v1/session', { name, password }), 200);
  assert.deepEqual(half, { state: 'second-factor', methods: ['totp', 'recovery'] });
  assert.equal((await expectStatus(next.ask('GET /api/v1/session'), 200))['open'], false);
  const second = (proof: object) => next.ask('POST /api/v1/session/second-factor', proof);
  const replayed = second({ totp: codeOf(secret) });
  await expectProblem(replayed, 401, 'security.bad-second-factor');
  assert.deepEqual(await expectStatus(second({ totp: codeOf(secret, 1) }), 200), { state: 'open' });
  assert.deepEqual([...next.jar.keys()], ['fengsui_session']);
  const open = await expectStatus(next.ask('GET /api/v1/session'), 200);
  assert.equal(open['strong'], true);

  const third = browser();
  await third.ask('POST /api/v1/session', { name, password });
  const code = { recovery: recovery[0] };
  await expectStatus(third.ask('POST /api/v1/session/second-factor', code), 200);
  const stranger = browser().ask('POST /api/v1/session/second-factor', code);
  await expectProblem(stranger, 401, 'security.login-expired');
});

test('a passkey is enrolled, is a second factor, and signs in alone', async () => {
  const { name } = await user('administrator');
  const page = await signedIn(name);
  const key = new SoftAuthenticator('es256');
  const options = await expectStatus(page.ask('POST /api/v1/me/passkeys', {}), 200);
  const { rp, challenge, user: owner } = options;
  assert(typeof challenge === 'string' && isObject(owner));
  assert.deepEqual(rp, { id: 'iot.example', name: 'Fengsui' });
  const passkey = key.register({ challenge, rp: { id: 'iot.example' } });
  const added = page.ask('PUT /api/v1/me/passkeys', { name: 'my key', passkey });
  await expectStatus(added, 200);
  const open = await expectStatus(page.ask('GET /api/v1/session'), 200);
  assert.partialDeepStrictEqual(open, { strong: true, needs: [] });
  const list = itemsOf(await expectStatus(page.ask('GET /api/v1/me/passkeys'), 200));
  assert.deepEqual(
    list.map((item) => item['name']),
    ['my key'],
  );
  const handle = String(owner['id']);
  const answer = async (from: ReturnType<typeof browser>) => {
    const request = await expectStatus(from.ask('POST /api/v1/session/passkey'), 200);
    const asked = { challenge: textOf(request, 'challenge'), rpId: textOf(request, 'rpId') };
    return { allowed: request['allowCredentials'], passkey: key.assert(asked, handle) };
  };

  const alone = browser();
  const free = await answer(alone);
  assert.deepEqual(free.allowed, []);
  await expectStatus(alone.ask('POST /api/v1/session', { passkey: free.passkey }), 200);
  const session = await expectStatus(alone.ask('GET /api/v1/session'), 200);
  assert.partialDeepStrictEqual(session, { user: { name }, strong: true });
  const replayed = browser().ask('POST /api/v1/session', { passkey: free.passkey });
  await expectProblem(replayed, 401, 'security.bad-second-factor');

  const second = browser();
  const half = await expectStatus(second.ask('POST /api/v1/session', { name, password }), 200);
  assert.deepEqual(half, { state: 'second-factor', methods: ['passkey'] });
  const bound = await answer(second);
  assert.equal(itemsOf({ items: bound.allowed }).length, 1);
  const proof = { passkey: bound.passkey };
  await expectStatus(second.ask('POST /api/v1/session/second-factor', proof), 200);

  const id = Number(list[0]?.['id']);
  assert.equal((await page.ask(`DELETE /api/v1/me/passkeys/${id}`, { password })).status, 204);
  const gone = await answer(browser());
  const removed = browser().ask('POST /api/v1/session', { passkey: gone.passkey });
  await expectProblem(removed, 401, 'security.bad-second-factor');
});

test('the own account: profile, password, sessions', async () => {
  const { name } = await user('viewer');
  const page = await signedIn(name);
  const other = await signedIn(name);
  await expectStatus(page.ask('PATCH /api/v1/me', { title: '李娜', language: 'zh' }), 204);
  assert.partialDeepStrictEqual(await expectStatus(page.ask('GET /api/v1/me'), 200), {
    ...{ name, title: '李娜', language: 'zh', password: true, totp: false, passkeys: 0 },
  });
  const session = await expectStatus(page.ask('GET /api/v1/session'), 200);
  assert.partialDeepStrictEqual(session, { user: { title: '李娜' }, language: 'zh', needs: [] });
  const change = (body: object) => page.ask('PATCH /api/v1/me', body);
  const next = 'another long quiet phrase';
  await expectProblem(change({ password: next }), 403, 'security.fresh-login-required');
  const wrong = change({ password: next, currentPassword: 'x' });
  await expectProblem(wrong, 403, 'security.wrong-password');
  const weak = change({ password: `${name}2026!!!!!`, currentPassword: password });
  await expectProblem(weak, 400, 'security.weak-password');
  await expectStatus(change({ password: next, currentPassword: password }), 204);
  await expectProblem(other.ask('GET /api/v1/me'), 401, 'security.unauthenticated');
  const login = browser().ask('POST /api/v1/session', { name, password: next });
  await expectStatus(login, 200);
  const rows = itemsOf(await expectStatus(page.ask('GET /api/v1/me/sessions'), 200));
  assert.deepEqual(rows.map((row) => row['current']).toSorted(), [false, true]);
  const elsewhere = rows.find((row) => row['current'] === false);
  await expectStatus(page.ask(`DELETE /api/v1/me/sessions/${String(elsewhere?.['id'])}`), 204);
  await expectStatus(page.ask('DELETE /api/v1/me/sessions'), 204);
  assert.equal(itemsOf(await expectStatus(page.ask('GET /api/v1/me/sessions'), 200)).length, 1);
});

test('a temporary password opens the own account and nothing else until it is changed', async () => {
  const { id, name } = await user('viewer');
  await platform.registry.write((tables) =>
    tables.accounts.update(id, { passwordTemporary: true }, { now: clock.now() }),
  );
  const page = await signedIn(name);
  const before = await expectStatus(page.ask('GET /api/v1/session'), 200);
  assert.partialDeepStrictEqual(before, { needs: ['password'] });
  assert.deepEqual(before['permissions'], []);
  await expectProblem(page.ask('GET /api/v1/things'), 403, 'security.forbidden');
  const change = { password: 'another long quiet phrase', currentPassword: password };
  await expectStatus(page.ask('PATCH /api/v1/me', change), 204);
  const after = await expectStatus(page.ask('GET /api/v1/session'), 200);
  assert.deepEqual(after['needs'], []);
  await expectStatus(page.ask('GET /api/v1/things'), 200);
});

test('bad bodies are named', async () => {
  for (const body of [{}, { name: 'x' }, { name: 'x', password: '' }, { link: 'x', token: 'y' }])
    await expectProblem(browser().ask('POST /api/v1/session', body), 400, 'common.invalid');
  for (const body of [{}, { totp: 1 }, { passkey: { id: '/', response: {} } }])
    await expectProblem(
      browser().ask('POST /api/v1/session/second-factor', body),
      400,
      'common.invalid',
    );
});

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

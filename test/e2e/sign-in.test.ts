// SPDX-License-Identifier: Apache-2.0
// Signing in with a real browser: the one-time link, a passkey of Chromium's virtual authenticator, an identity
// provider on another site, a restart, and the end of a session on its live channel.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { startServer, type RunningServer } from '../../tools/support/server.ts';
import { startIdentityProvider, type IdentityProvider } from '../support/identity-provider.ts';

const executablePath = '/usr/bin/chromium';
const missing = !existsSync(executablePath);
const skip = missing && process.env['CI'] !== 'true' ? `${executablePath} is missing` : false;
const password = 'four quiet river stones';

let data = '';
let server: RunningServer;
let browser: Browser;
let provider: IdentityProvider;

const start = (): Promise<RunningServer> => {
  const { issuer, clientId, clientSecret } = provider;
  const roles = { claim: 'groups', map: { 'iot-admins': 'viewer' } };
  const city = { id: 'city', title: 'City', issuer, clientId, clientSecret, create: true, roles };
  return startServer({ data, settings: [`auth.oidc=${JSON.stringify([city])}`] });
};

before(async () => {
  if (skip !== false) return;
  data = await mkdtemp(join(tmpdir(), 'fengsui-sign-in-'));
  provider = await startIdentityProvider();
  server = await start();
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
});

after(async () => {
  await browser?.close();
  await server?.[Symbol.asyncDispose]();
  provider?.[Symbol.dispose]();
  if (data !== '') await rm(data, { recursive: true, force: true });
});

/** The server under a name, since passkeys know no IP addresses; and so the provider is another site. */
const site = (): string => server.http.replace('127.0.0.1', 'localhost');

async function openPage(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${site()}/livez`);
  return page;
}

type Json = Readonly<Record<string, unknown>>;

/** Asks from within the page, with its cookies and its origin. */
async function ask(page: Page, place: string, body?: unknown): Promise<Json & { status: number }> {
  const [method = '', path = ''] = place.split(' ');
  return page.evaluate(
    async (question) => {
      const response = await fetch(question.path, {
        method: question.method,
        ...(question.body === undefined
          ? {}
          : { body: question.body, headers: { 'content-type': 'application/json' } }),
      });
      const text = await response.text();
      const answer: object = text === '' ? {} : JSON.parse(text);
      return { ...answer, status: response.status };
    },
    { method, path, body: body === undefined ? undefined : JSON.stringify(body) },
  );
}

/** A key in the machine, with a finger on its sensor. */
async function plugIn(context: BrowserContext, page: Page): Promise<void> {
  const session = await context.newCDPSession(page);
  await session.send('WebAuthn.enable');
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      ...{ protocol: 'ctap2', transport: 'internal', hasResidentKey: true },
      ...{ hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
    },
  });
}

/** Has the page ask its authenticator; a script as text, since types of the browser are not known here. */
const authenticate = (page: Page, use: 'create' | 'get', options: unknown): Promise<unknown> => {
  const parse = use === 'create' ? 'parseCreationOptionsFromJSON' : 'parseRequestOptionsFromJSON';
  const publicKey = `PublicKeyCredential.${parse}(${JSON.stringify(options)})`;
  return page.evaluate(
    `navigator.credentials.${use}({ publicKey: ${publicKey} }).then((found) => found.toJSON())`,
  );
};

async function newLink(): Promise<string> {
  const response = await fetch(`${server.http}/api/v1/session/link`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.adminToken}` },
  });
  const { link }: Json = Object(await response.json());
  return new URL(String(link), server.http).searchParams.get('link') ?? '';
}

test(
  'the first administrator sets up a password and a passkey, and signs in with them',
  { skip },
  async () => {
    const context = await browser.newContext();
    const page = await openPage(context);
    await plugIn(context, page);
    const opened = await ask(page, 'POST /api/v1/session', { link: await newLink() });
    assert.deepEqual(opened, { state: 'open', status: 200 });
    assert.equal((await ask(page, 'PATCH /api/v1/me', { password })).status, 204);
    const options = await ask(page, 'POST /api/v1/me/passkeys', { password });
    assert.equal(options.status, 200, JSON.stringify(options));
    const passkey = await authenticate(page, 'create', options);
    const added = await ask(page, 'PUT /api/v1/me/passkeys', { name: 'laptop', passkey });
    assert.equal(added.status, 200, JSON.stringify(added));
    const session = await ask(page, 'GET /api/v1/session');
    assert.partialDeepStrictEqual(session, { open: true, strong: true, needs: [] });

    await ask(page, 'DELETE /api/v1/session');
    const alone = await authenticate(page, 'get', await ask(page, 'POST /api/v1/session/passkey'));
    const byKey = await ask(page, 'POST /api/v1/session', { passkey: alone });
    assert.deepEqual(byKey, { state: 'open', status: 200 });

    await ask(page, 'DELETE /api/v1/session');
    const half = await ask(page, 'POST /api/v1/session', { name: 'admin', password });
    assert.deepEqual(half, { state: 'second-factor', methods: ['passkey'], status: 200 });
    const second = await authenticate(page, 'get', await ask(page, 'POST /api/v1/session/passkey'));
    const both = await ask(page, 'POST /api/v1/session/second-factor', { passkey: second });
    assert.deepEqual(both, { state: 'open', status: 200 });
    assert.partialDeepStrictEqual(await ask(page, 'GET /api/v1/session'), { strong: true });
    await context.close();
  },
);

test(
  'a login by a provider on another site comes back to the page, signed in',
  { skip },
  async () => {
    const context = await browser.newContext();
    const page = await openPage(context);
    await page.goto(`${site()}/api/v1/session/oidc/city?return=/livez%3Fx=1`);
    await page.locator('[name=login]').fill('fang');
    await page.locator('[name=password]').fill('x');
    await page.locator('[type=submit]').click();
    await page.locator('[type=submit]').click();
    await page.waitForURL(`${site()}/livez?x=1`);
    const session = await ask(page, 'GET /api/v1/session');
    assert.partialDeepStrictEqual(session, {
      ...{ open: true, strong: false, needs: [] },
      user: { name: 'fang', title: 'Name of fang', kind: 'user' },
    });
    const names = (await context.cookies()).map(({ name }) => name);
    assert(names.includes('fengsui_session') && !names.includes('fengsui_oidc'), names.join());
    await context.close();
  },
);

test(
  'an answer that is not of this browser, and a place elsewhere, sign nobody in',
  { skip },
  async () => {
    const context = await browser.newContext();
    const page = await openPage(context);
    const [response] = await Promise.all([
      page.waitForResponse((found) => found.url().includes('/callback')),
      page.goto(`${site()}/api/v1/session/oidc/city/callback?code=x&state=y`),
    ]);
    assert.equal(response.status(), 303);
    assert.equal(response.headers()['location'], '/?fault=security.provider-refused');
    for (const elsewhere of [
      '//evil.example',
      'https://evil.example',
      String.raw`/\evil.example`,
    ]) {
      const place = `/api/v1/session/oidc/city?return=${encodeURIComponent(elsewhere)}`;
      assert.equal((await fetch(server.http + place, { redirect: 'manual' })).status, 400);
    }
    assert.equal((await fetch(`${server.http}/api/v1/session/oidc/none`)).status, 404);
    await context.close();
  },
);

test('a session outlives a restart, and its live channel ends with it', { skip }, async () => {
  const context = await browser.newContext();
  const first = await openPage(context);
  assert.equal((await ask(first, 'POST /api/v1/session', { link: await newLink() })).status, 200);
  await server[Symbol.asyncDispose]();
  server = await start();
  // Cookies know no port, so the one of the server before is shown to this one.
  const page = await openPage(context);
  assert.partialDeepStrictEqual(await ask(page, 'GET /api/v1/session'), { open: true });
  const closed = page.evaluate(
    () =>
      new Promise<number>((resolve, reject) => {
        const socket = new WebSocket('/api/v1/live');
        socket.addEventListener('open', () => console.log('live'));
        socket.addEventListener('close', ({ code }) => resolve(code));
        setTimeout(() => reject(new Error('still open')), 10_000);
      }),
  );
  await page.waitForEvent('console', (message) => message.text() === 'live');
  assert.equal((await ask(page, 'DELETE /api/v1/session')).status, 204);
  assert.equal(await closed, 1_008);
  await context.close();
});

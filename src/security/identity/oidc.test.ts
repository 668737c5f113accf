// SPDX-License-Identifier: Apache-2.0
// Login by a provider that runs here: its real discovery, forms, tokens and signatures.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { FaultError, Minutes, type Result } from '#core';
import type { OidcProviderConfig } from './oidc-config.ts';
import { OidcLogins } from './oidc.ts';
import { testPeople, type TestPeople } from './testing/people.ts';
import {
  startIdentityProvider,
  type IdentityProvider,
} from '../../../test/support/identity-provider.ts';

const redirectUri = 'http://127.0.0.1:1/callback';
const first = await startIdentityProvider();
const second = await startIdentityProvider();
after(() => {
  first[Symbol.dispose]();
  second[Symbol.dispose]();
});

const configOf = (
  id: string,
  { issuer, clientId, clientSecret }: IdentityProvider,
  more: object = {},
): OidcProviderConfig => ({
  ...{ id, title: { en: 'City', zh: '市政' }, issuer, clientId, clientSecret },
  ...{ scopes: ['profile'], create: true },
  roles: { claim: 'groups', map: { 'iot-admins': 'administrator', others: 'viewer' } },
  ...more,
});

/** Goes through the provider's forms as a browser does; the result is where it sends the browser back to. */
async function goThrough(start: string, login = 'li'): Promise<URL> {
  const jar = new Map<string, string>();
  let url = new URL(start);
  let form: URLSearchParams | undefined;
  for (let step = 0; step < 20; step++) {
    if (url.href.startsWith(redirectUri)) return url;
    const response = await fetch(url, {
      method: form === undefined ? 'GET' : 'POST',
      redirect: 'manual',
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form === undefined ? {} : { body: form }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';');
      jar.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    const text = await response.text();
    const location = response.headers.get('location');
    form = undefined;
    if (location !== null) {
      url = new URL(location, url);
      continue;
    }
    assert.equal(response.status, 200, text);
    const action = /<form[^>]+action="([^"]+)"/.exec(text)?.[1];
    assert(action !== undefined, text);
    url = new URL(action, url);
    const prompt = /name="prompt" value="(\w+)"/.exec(text)?.[1] ?? '';
    form = new URLSearchParams({ prompt, login, password: 'x' });
  }
  throw new Error('the forms have no end');
}

const whyNot = (result: Result<unknown>): string => (result.ok ? 'ok' : result.fault.code);

/** Begins at a provider, goes through its forms, and comes back with what `change` makes of the answer. */
async function login(
  people: TestPeople,
  id: string,
  change: (answer: URLSearchParams) => void = () => {},
) {
  const { oidc } = people.identity;
  const { url, ticket } = await oidc.begin(id, { redirectUri, returnTo: '/things?x=1' });
  const { searchParams } = await goThrough(url);
  change(searchParams);
  return oidc.finish(id, ticket, searchParams);
}

test('who is proved by a provider gets an account with the mapped role, and finds it again', async () => {
  await using people = await testPeople({ providers: [configOf('city', first)] });
  assert.deepEqual(people.identity.oidc.list('zh'), [{ id: 'city', title: '市政' }]);
  const made = await login(people, 'city');
  assert(made.ok, JSON.stringify(made));
  const { account, strong, returnTo } = made.value;
  assert.deepEqual([strong, returnTo], [false, '/things?x=1']);
  const row = await people.registry.read.accounts.byId(account);
  assert.partialDeepStrictEqual(row, { name: 'li', title: 'Name of li', tenant: 1, kind: 'user' });
  assert.equal(row?.password, undefined);
  const grants = await people.registry.read.grants.ofAccount(account);
  assert.deepEqual(
    grants.map(({ role, tenant }) => [role, tenant]),
    [['administrator', 1]],
  );
  const again = await login(people, 'city');
  assert.equal(again.ok && again.value.account, account);
  assert.equal((await people.registry.read.grants.ofAccount(account)).length, 1);
});

test('a name that is taken, no role and no account are refused', async () => {
  const roles = { claim: 'groups', map: { nobody: 'viewer' } };
  const providers = [
    configOf('city', first),
    configOf('closed', first, { create: false }),
    configOf('roles', first, { roles }),
    configOf('tenant', first, { tenant: 99 }),
  ];
  await using people = await testPeople({ providers });
  for (const id of ['closed', 'roles', 'tenant'])
    assert.equal(whyNot(await login(people, id)), 'security.provider-no-account');
  const taken = await people.add('LI');
  assert.equal(whyNot(await login(people, 'city')), 'security.provider-no-account');
  const identity = { provider: 'closed', subject: 'li', account: taken, created: 1 };
  await people.registry.write((tables) => tables.federated.put(identity));
  const linked = await login(people, 'closed');
  assert.equal(linked.ok && linked.value.account, taken);
});

test('a wrong state, another issuer, another provider and no ticket are refused', async () => {
  const providers = [configOf('city', first), configOf('other', second)];
  await using people = await testPeople({ providers });
  const { oidc } = people.identity;
  for (const change of [
    (answer: URLSearchParams) => answer.set('state', 'x'),
    (answer: URLSearchParams) => answer.delete('state'),
    (answer: URLSearchParams) => answer.set('iss', second.issuer),
    (answer: URLSearchParams) => answer.delete('iss'),
    (answer: URLSearchParams) => answer.set('code', 'x'),
    (answer: URLSearchParams) => answer.append('code', 'x'),
    (answer: URLSearchParams) => answer.set('error', 'access_denied'),
  ])
    assert.equal(whyNot(await login(people, 'city', change)), 'security.provider-refused');
  const { url, ticket } = await oidc.begin('city', { redirectUri, returnTo: '/' });
  const { searchParams } = await goThrough(url);
  for (const [id, shown] of [
    ['city', undefined],
    ['city', 'x'],
    ['other', ticket],
  ] as const)
    assert.equal(whyNot(await oidc.finish(id, shown, searchParams)), 'security.provider-refused');
});

test('an answer is good once and for ten minutes; a code of another flow is none', async () => {
  await using people = await testPeople({ providers: [configOf('city', first)] });
  const { oidc } = people.identity;
  const begin = () => oidc.begin('city', { redirectUri, returnTo: '/' });
  const [one, two, three] = [await begin(), await begin(), await begin()];
  const answer = (await goThrough(one.url)).searchParams;
  assert.equal(whyNot(await oidc.finish('city', one.ticket, answer)), 'ok');
  assert.equal(whyNot(await oidc.finish('city', one.ticket, answer)), 'security.provider-refused');
  // The code of one browser put into the answer of another: PKCE ties it to the first.
  const stolen = (await goThrough(two.url)).searchParams;
  const own = (await goThrough(three.url)).searchParams;
  own.set('code', stolen.get('code') ?? '');
  assert.equal(whyNot(await oidc.finish('city', three.ticket, own)), 'security.provider-refused');
  const late = await begin();
  const { searchParams } = await goThrough(late.url);
  people.clock.advance(Minutes(10) + 1);
  const found = await oidc.finish('city', late.ticket, searchParams);
  assert.equal(whyNot(found), 'security.provider-refused');
});

test('an ID token for another nonce is refused', async () => {
  await using people = await testPeople({ providers: [configOf('city', first)] });
  const { oidc } = people.identity;
  const { url, ticket } = await oidc.begin('city', { redirectUri, returnTo: '/' });
  const changed = new URL(url);
  changed.searchParams.set('nonce', 'another');
  const { searchParams } = await goThrough(changed.href);
  assert.equal(
    whyNot(await oidc.finish('city', ticket, searchParams)),
    'security.provider-refused',
  );
});

test('an issuer without encryption is taken on this machine only; one that is away is told', async () => {
  const away = { ...first, issuer: 'http://127.0.0.1:1' };
  await using people = await testPeople({ providers: [configOf('away', away)] });
  const begun = people.identity.oidc.begin('away', { redirectUri, returnTo: '/' });
  await assert.rejects(begun, /security\.provider-unavailable/);
  await assert.rejects(
    people.identity.oidc.begin('none', { redirectUri, returnTo: '/' }),
    /common\.not-found/,
  );
  const wrong: readonly (readonly object[])[] = [
    [{}, {}],
    [{ roles: { claim: 'x', map: { y: 'no-such-role' } } }],
  ];
  for (const several of wrong)
    assert.throws(
      () =>
        new OidcLogins({
          ...{ ...people, hit() {}, accounts: people.identity.linked },
          providers: several.map((more) => configOf('x', first, more)),
        }),
      /config\.invalid-value/,
    );
  for (const issuer of ['http://idp.example', 'ftp://127.0.0.1', 'nonsense'])
    assert.throws(
      () =>
        new OidcLogins({
          ...{ ...people, hit() {}, providers: [configOf('x', { ...away, issuer })] },
          accounts: people.identity.linked,
        }),
      FaultError,
    );
});

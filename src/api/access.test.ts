// SPDX-License-Identifier: Apache-2.0
// The access matrix: what each route lets in, tried with every role and kind of credential. The routes are those that
// the application has: one that is not in the table fails, and so does a row without a route.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { asking, makeStation } from '../../test/support/http.ts';
import { startPlatform } from '../../test/support/platform.ts';
import { accessTable, deviceRoutes, mayOf, ownRules, roleNames } from './access.fixtures.ts';
import { HttpLimits } from './http-limits.ts';
import { createServer } from './server.ts';

const platform = await startPlatform([
  'limits.auth.failuresPerMinutePerSource=1000000',
  'limits.auth.failuresPerHourPerIdentity=1000000',
]);
after(() => platform[Symbol.asyncDispose]());
const ask = asking(platform);

/** `METHOD url` of every route that the application has. */
function routes(): string[] {
  const found: string[] = [];
  // One line a route, as `/api/v1/things (GET, HEAD)` with the tree flattened.
  const text = platform.api.app.printRoutes({ commonPrefix: false, includeHooks: false });
  const open: { depth: number; path: string }[] = [];
  for (const line of text.split('\n')) {
    const match = /^([│├└─ ]*)(\S+)(?: \(([A-Z, ]+)\))?/u.exec(line);
    if (match?.[2] === undefined) continue;
    const depth = (match[1] ?? '').length;
    while ((open.at(-1)?.depth ?? -1) >= depth) open.pop();
    const path = `${open.at(-1)?.path ?? ''}${match[2]}`;
    open.push({ depth, path });
    for (const method of match[3]?.split(', ') ?? []) {
      if (method !== 'HEAD') found.push(`${method} ${path}`);
    }
  }
  return found;
}

/** An API token of a service account that has a role at the root. */
async function tokenOf(role: string): Promise<string> {
  const { registry, services } = platform;
  const { clock, tokens, policy } = services;
  const account = await registry.write(async (tables) => {
    const id = await tables.accounts.insert({
      ...{ tenant: 1, kind: 'service', name: `test-${role}`, title: '', password: undefined },
      ...{ passwordTemporary: false, language: undefined, created: clock.now() },
    });
    await tables.grants.insert({
      ...{ account: id, group: undefined, role, tenant: 1, created: clock.now() },
      ...{ labels: undefined, properties: undefined },
    });
    return id;
  });
  await policy.changed();
  const { token } = await tokens.create({ tenant: 1, account, name: role, scopes: ['admin'] });
  return token;
}

test('every route is in the table, and the table has no other', () => {
  assert.deepEqual(routes().toSorted(), Object.keys(accessTable).toSorted());
});

test('every route lets in whom the table says, and nobody else', async () => {
  const own = await makeStation(ask, 'own');
  const other = await makeStation(ask, 'other');
  const tokens = new Map<string, string | null>([
    ['nobody', null],
    ['own', own.token],
    ['other', other.token],
  ]);
  for (const role of roleNames) tokens.set(role, await tokenOf(role));
  const wrong: string[] = [];
  for (const [route, access] of Object.entries(accessTable)) {
    for (const [who, token] of tokens) {
      // The thing is there, all other names are not, so that what is let in changes nothing.
      const place = route
        .replace('PATCH /api/v1/things/:id', `PATCH /api/v1/things/${own.id}`)
        .replace('DELETE /api/v1/things/:id', 'DELETE /api/v1/things/999999')
        .replace('/things/:id', `/things/${own.id}`)
        .replace(/:\w+/g, '999999');
      const { status, text } = await ask(place, { token });
      const isIn = status !== 403 && (status !== 401 || access === 'open');
      const refusal = who === 'nobody' ? 401 : 403;
      // What a route asks beyond its permission has tests of its own.
      const fine = mayOf(who, access)
        ? status < 500 && (isIn || ownRules.includes(route))
        : status === refusal;
      if (!fine) wrong.push(`${who} ${place}: ${status} ${text.slice(0, 160)}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('devices get to the routes that are for them, and to no other', () => {
  const forDevices = Object.entries(accessTable).filter(([, access]) =>
    access.startsWith('thing:'),
  );
  assert.deepEqual(forDevices.map(([route]) => route).toSorted(), deviceRoutes.toSorted());
});

test('a route that does not say who may use it fails at start', async () => {
  const { limits, clock, logger, authenticator, bindings, policy } = platform.services;
  const sessions = { find: () => undefined };
  const httpLimits = new HttpLimits({ limits, clock, hit: () => {}, shared: [] });
  const base = { limits, clock, logger, authenticator, bindings, policy, sessions };
  const app = await createServer({ ...base, httpLimits, version: '0' });
  assert.throws(() => app.get('/api/v1/forgotten', () => 'secret'), /forgotten declares no access/);
  await app.close();
});

test('HEAD is guarded like GET', async () => {
  assert.equal((await ask('HEAD /api/v1/things', { token: null })).status, 401);
  assert.equal((await ask('HEAD /api/v1/things')).status, 200);
});

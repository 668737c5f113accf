// SPDX-License-Identifier: Apache-2.0
// Two tenants, random operations on every route with each other's names: nothing ever crosses.
//   ISOLATION_SEED=… node --test test/isolation/tenants.test.ts   runs a failure again
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SeededRandom } from '#core';
import { accessTable } from '../../src/api/access.fixtures.ts';
import { asking, type Ask } from '../support/http.ts';
import { startPlatform, type TestPlatform } from '../support/platform.ts';
import { makeTenant, stateOf, type TestTenant } from './tenant.ts';

const operations = 4_000;
const checkEvery = 250;
const seed = Number(process.env['ISOLATION_SEED'] ?? Math.floor(Math.random() * 1e9));
const random = new SeededRandom(seed);

let platform: TestPlatform;
let ask: Ask;
let tenants: readonly [TestTenant, TestTenant];

before(async () => {
  platform = await startPlatform([
    'limits.auth.failuresPerMinutePerSource=1000000',
    'limits.auth.failuresPerHourPerIdentity=1000000',
  ]);
  ask = asking(platform);
  tenants = [await makeTenant(ask, 'a'), await makeTenant(ask, 'b')];
});
after(() => platform?.[Symbol.asyncDispose]());

const routes = Object.entries(accessTable)
  .filter(([route, access]) => access !== 'open' && route.includes('/api/v1/'))
  .map(([route]) => route);

function oneOf<T>(items: readonly T[]): T {
  const item = items[random.int(items.length)];
  assert(item !== undefined);
  return item;
}

/** A path and a body that name what one of the two has, or what nobody has. */
function question(route: string, other: TestTenant): { place: string; json: unknown } {
  const numbers = [...Object.values(other.ids), 999_999];
  const names = [...numbers.map(String), ...other.uris.map(encodeURIComponent)];
  const param = (name: string): string => {
    if (name === ':id' && route.includes('/roles/')) return `role:${other.ids['role']}`;
    if (name === ':uri') return encodeURIComponent(oneOf(other.uris));
    return random.int(4) === 0 ? oneOf(names) : likely(name, route, other);
  };
  const path = route.replace(/:\w+/g, param);
  return { place: `${path}${queryFor(route, other)}`, json: bodyFor(other) };
}

/** The number that a route most likely asks for. */
function likely(name: string, route: string, { ids, uris }: TestTenant): string {
  const kinds: Readonly<Record<string, string>> = {
    things: oneOf(['thing', 'thing', 'uri']),
    users: oneOf(['user', 'clerk']),
    'service-accounts': 'clerk',
    groups: 'group',
    grants: 'grant',
    tenants: 'tenant',
    tokens: 'spare',
    authorities: 'authority',
    'provisioning-keys': 'key',
    tasks: 'task',
  };
  if (name === ':property') return 'temperature';
  if (name === ':credential') return String(ids['credential']);
  if (name === ':action') return 'flush';
  const noun = /\/api\/v1\/([\w-]+)/.exec(route)?.[1] ?? '';
  const kind = kinds[noun] ?? 'thing';
  return kind === 'uri' ? encodeURIComponent(uris[1] ?? '') : String(ids[kind] ?? 0);
}

function queryFor(route: string, { id, ids, uris }: TestTenant): string {
  if (!route.startsWith('GET')) return '';
  const thing = ids['thing'];
  return oneOf([
    '',
    '?limit=100',
    '?below=true',
    `?tenant=${id}`,
    `?account=${ids['user']}&group=${ids['group']}&tenant=${id}`,
    `?filter=${encodeURIComponent(`id = ${thing}`)}`,
    `?q=${encodeURIComponent(uris[1] ?? '')}`,
    '?q=urn',
    '?q=user',
    `?of=${thing}/temperature&of=${encodeURIComponent(`${uris[1]}/temperature`)}`,
    `?thing=${thing}&resource=things/${thing}&actor=${ids['clerk']}`,
  ]);
}

/** Bodies that would tie one's own things to the other's. */
function bodyFor({ id, ids, uris }: TestTenant): unknown {
  const thing = ids['thing'];
  return oneOf<unknown>([
    {},
    { name: 'x', title: 'x' },
    { name: 'x', model: uris[0], parent: thing },
    { parent: thing },
    { name: `n${random.int(1e6)}`, uri: uris[1], tenant: id },
    { account: ids['clerk'], role: 'administrator', tenant: id },
    { account: ids['user'], role: 'viewer', tenant: id },
    { group: ids['group'], role: `role:${ids['role']}`, tenant: id },
    { account: ids['user'], role: `role:${ids['role']}` },
    { accounts: [ids['user'], ids['clerk']] },
    { name: 'x', scopes: ['admin'], account: ids['clerk'] },
    { name: `r${random.int(1e6)}`, permissions: ['things.read'], tenant: id },
    { model: uris[0], name: 'k', admits: 'open', devicesMax: 3 },
    { justInTime: 'register', model: uris[0] },
    { kind: 'identity', target: String(thing), minutes: 5 },
    { disabled: true },
    { unknownProperties: 'collect' },
    { input: { seconds: 1 } },
    { temperature: -1 },
    { open: false },
    { thing },
  ]);
}

test(`nothing crosses in ${operations} random operations, seed ${seed}`, async () => {
  let states = [await stateOf(ask, tenants[0]), await stateOf(ask, tenants[1])];
  const answers = new Map<number, number>();
  for (let i = 1; i <= operations; i++) {
    const at = i <= operations / 2 ? 0 : 1;
    const [actor, other] = at === 0 ? tenants : [tenants[1], tenants[0]];
    const route = oneOf(routes);
    // Now and then its own, so that what works works; but nobody removes what the test looks at.
    const isRemoval = route.startsWith('DELETE');
    const { place, json } = question(route, random.int(8) === 0 && !isRemoval ? actor : other);
    if (touchesItself(place, actor)) continue;
    const headers = random.int(6) === 0 ? { 'fengsui-tenant': String(other.id) } : {};
    const body = route.startsWith('GET') || route.startsWith('DELETE') ? {} : { json };
    const { status, text } = await ask(place, { token: actor.token, headers, ...body });
    const what = `seed ${seed}, operation ${i}: ${actor.letter} ${place} ${JSON.stringify(json)}`;
    assert(!text.includes(other.canary), `${what}\n${status} ${text}`);
    assert(status < 500 && status !== 401, `${what}\n${status} ${text}`);
    answers.set(status, (answers.get(status) ?? 0) + 1);
    if (i % checkEvery !== 0) continue;
    const now = await stateOf(ask, other);
    assert.equal(now, states[1 - at], what);
    // What the actor did to its own is its own business.
    states = at === 0 ? [await stateOf(ask, actor), now] : [now, await stateOf(ask, actor)];
  }
  const refused = (answers.get(404) ?? 0) + (answers.get(403) ?? 0);
  assert(refused > operations / 10, 'the other tenant was asked for');
  assert((answers.get(200) ?? 0) > operations / 20, 'some of it was allowed');
});

/** Whoever ends what they act by, or removes what the test looks at, has crossed nothing. */
function touchesItself(place: string, { ids }: TestTenant): boolean {
  if (place.startsWith('GET')) return false;
  if (new RegExp(`^DELETE /api/v1/things/${ids['thing']}$`).test(place)) return true;
  const own = { 'service-accounts': ids['clerk'], users: ids['clerk'], tokens: ids['acting'] };
  return Object.entries(own).some(([noun, id]) => new RegExp(`/${noun}/${id}\\b`).test(place));
}

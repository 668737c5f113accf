// SPDX-License-Identifier: Apache-2.0
// What the page 系统 asks of accounts, groups, tenants and the audit log besides the plain lists.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { asking, expectStatus, itemsOf, numberOf } from '../../test/support/http.ts';
import { startPlatform } from '../../test/support/platform.ts';

const platform = await startPlatform();
after(() => platform[Symbol.asyncDispose]());
const ask = asking(platform);

async function make(place: string, json: object): Promise<number> {
  return numberOf(await expectStatus(ask(`POST /api/v1/${place}`, { json }), 201), 'id');
}

/** A token with the rights of an account that has a role in a tenant. */
async function tokenOf(role: string, tenant: number): Promise<string> {
  const account = await make('service-accounts', {
    name: `robot-${role.replace(':', '-')}-${tenant}`,
    tenant,
  });
  await make('grants', { account, role, tenant });
  const { tokens } = platform.services;
  return (await tokens.create({ tenant, account, name: 't', scopes: ['admin'] })).token;
}

const city = await make('tenants', { name: 'City' });
const harbour = await make('tenants', { name: 'Harbour', parent: city });
const boss = await tokenOf('tenant-administrator', city);

async function namesOf(place: string, token = boss): Promise<unknown[]> {
  const body = await expectStatus(ask(`GET /api/v1/${place}`, { token }), 200);
  return itemsOf(body).map(({ name }) => name);
}

test('what an account may do: by itself, by its groups, narrowed, and elsewhere', async () => {
  const account = await make('users', { name: 'wang.fang', tenant: harbour });
  const group = await make('groups', { name: 'Night watch', tenant: city });
  await expectStatus(
    ask(`PUT /api/v1/groups/${group}/members`, { json: { accounts: [account] } }),
    200,
  );
  await make('grants', { group, role: 'viewer', tenant: city });
  const labels = { area: 'north' };
  await make('grants', { account, role: 'tenant-administrator', tenant: harbour, labels });
  await make('grants', { account, role: 'regulator', tenant: 1 });
  const place = `GET /api/v1/users/${account}/powers`;
  const body = await expectStatus(ask(place, { token: boss }), 200);
  assert.deepEqual(
    itemsOf(body, 'groups').map(({ name }) => name),
    ['Night watch'],
  );
  assert.equal(body['elsewhere'], 1, 'what a tenant above has granted is counted, not told');
  const told = itemsOf(body, 'grants');
  const seeing = told.find((grant) => grant['group'] === group);
  const narrowed = told.find((grant) => grant['account'] === account);
  assert.deepEqual(seeing?.['permissions'], ['things.read', 'readings.read', 'models.read']);
  const held = narrowed?.['permissions'];
  assert(Array.isArray(held) && held.includes('things.write') && !held.includes('users.manage'));
  assert.deepEqual(narrowed?.['labels'], labels);
  const all = await expectStatus(ask(place), 200);
  assert.deepEqual([all['elsewhere'], itemsOf(all, 'grants').length], [0, 3]);
  const town = await make('tenants', { name: 'Town' });
  const stranger = await make('users', { name: 'stranger', tenant: town });
  const refused = await ask(`GET /api/v1/users/${stranger}/powers`, { token: boss });
  assert.equal(refused.status, 404);
  const robots = await expectStatus(ask('GET /api/v1/service-accounts', { token: boss }), 200);
  const robot = numberOf(itemsOf(robots)[0] ?? {}, 'id');
  const its = await expectStatus(ask(`GET /api/v1/service-accounts/${robot}/powers`), 200);
  assert.equal(itemsOf(its, 'grants')[0]?.['role'], 'tenant-administrator');
});

test('members of a group, groups and tenants are searched', async () => {
  const groups = itemsOf(await expectStatus(ask('GET /api/v1/groups?search=NIGHT'), 200));
  assert.deepEqual(
    groups.map(({ name }) => name),
    ['Night watch'],
  );
  assert.deepEqual(await namesOf('groups?search=day'), []);
  assert.deepEqual(await namesOf(`users?group=${String(groups[0]?.['id'])}`), ['wang.fang']);
  assert.deepEqual(await namesOf(`service-accounts?group=${String(groups[0]?.['id'])}`), []);
  assert.deepEqual(await namesOf('tenants?search=harb'), ['Harbour']);
  assert.deepEqual(await namesOf('tenants?limit=1'), ['City']);
  assert.deepEqual(await namesOf('tenants?search=town'), [], 'only of the sub-tree');
});

test('the audit log names who has acted to those who may see accounts', async () => {
  await expectStatus(ask('POST /api/v1/tenants', { token: boss, json: { name: 'Quay' } }), 201);
  const actorFor = async (token: string): Promise<object> => {
    const place = 'GET /api/v1/audit?act=tenants.manage&actorKind=token&result=done';
    const [newest] = itemsOf(await expectStatus(ask(place, { token }), 200));
    assert(typeof newest?.['actor'] === 'object' && newest['actor'] !== null);
    return newest['actor'];
  };
  assert.partialDeepStrictEqual(await actorFor(platform.adminToken), {
    name: `robot-tenant-administrator-${city}`,
  });
  const role = await expectStatus(
    ask('POST /api/v1/roles', { json: { name: 'auditing', permissions: ['audit.read'] } }),
    201,
  );
  const blind = await tokenOf(String(role['id']), 1);
  assert.equal('name' in (await actorFor(blind)), false);
});

// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  asking,
  expectProblem,
  expectStatus,
  itemsOf,
  numberOf,
  textOf,
} from '../../test/support/http.ts';
import { startPlatform } from '../../test/support/platform.ts';

const platform = await startPlatform();
after(() => platform[Symbol.asyncDispose]());
const ask = asking(platform);
/** What must be in no answer. */
const secrets = /\$scrypt|"hash"|"totp|"recovery"|"password":"/;

async function make(place: string, json: object): Promise<number> {
  return numberOf(await expectStatus(ask(`POST /api/v1/${place}`, { json }), 201), 'id');
}

/** A token with the rights of an account that has a role in a tenant. */
async function tokenOf(role: string, tenant: number): Promise<string> {
  const name = `robot-${role}-${tenant}`;
  const account = await make('service-accounts', { name, tenant });
  await make('grants', { account, role, tenant });
  const { tokens } = platform.services;
  return (await tokens.create({ tenant, account, name: 't', scopes: ['admin'] })).token;
}

const city = await make('tenants', { name: 'city' });
const town = await make('tenants', { name: 'town' });
const north = await make('tenants', { name: 'north', parent: city });
const boss = await tokenOf('tenant-administrator', city);

test('a user is made with a password shown once, changed and removed', async () => {
  const made = await ask('POST /api/v1/users', {
    json: { name: 'li.ming', title: '李明', language: 'zh-CN', tenant: north },
    token: boss,
  });
  assert.equal(made.status, 201, made.text);
  assert.match(textOf(made.body, 'temporaryPassword'), /^[a-z2-9-]{23}$/);
  assert.equal(made.headers['cache-control'], 'no-store');
  const id = numberOf(made.body, 'id');
  const place = `/api/v1/users/${id}`;
  assert.equal(made.headers.location, place);
  const read = await ask(`GET ${place}`, { token: boss });
  assert.deepEqual(
    [read.status, read.headers.etag, read.body['passwordTemporary'], read.body['tenant']],
    [200, '"1"', true, north],
  );
  assert.ok(!secrets.test(made.text) && !secrets.test(read.text), read.text);
  const patch = `PATCH ${place}`;
  const match = { headers: { 'if-match': '"1"' }, token: boss };
  const changed = await ask(patch, { ...match, json: { title: 'Li' } });
  assert.deepEqual([changed.status, changed.headers.etag], [200, '"2"']);
  await expectProblem(ask(patch, { ...match, json: { title: 'No' } }), 412, 'api.precondition');
  const reset = await expectStatus(ask(`POST ${place}/password`, { token: boss }), 200);
  assert.notEqual(reset['temporaryPassword'], made.body['temporaryPassword']);
  for (const request of [
    `POST ${place}/unlock`,
    `DELETE ${place}/second-factor`,
    `DELETE ${place}/sessions`,
  ])
    await expectStatus(ask(request, { token: boss }), 204);
  await expectProblem(
    ask(`GET ${place.replace('users', 'service-accounts')}`),
    404,
    'common.not-found',
  );
  await expectStatus(ask(`DELETE ${place}`, { token: boss }), 204);
  await expectProblem(ask(`GET ${place}`), 404, 'common.not-found');
  const again = { json: { name: 'Li.Ming' } };
  await expectProblem(ask('POST /api/v1/users', again), 409, 'common.conflict');
});

test('lists go page by page over the sub-tree, with a search', async () => {
  for (const name of ['anna', 'anton', 'berta']) await make('users', { name, tenant: city });
  await make('users', { name: 'annika', tenant: town });
  const names = async (query: string, token = boss): Promise<readonly unknown[]> => {
    const found: unknown[] = [];
    for (let cursor = ''; ;) {
      const place = `GET /api/v1/users?limit=1${query}${cursor}`;
      const body = await expectStatus(ask(place, { token }), 200);
      found.push(...itemsOf(body).map(({ name }) => name));
      if (body['next'] === undefined) return found;
      cursor = `&cursor=${textOf(body, 'next')}`;
    }
  };
  assert.deepEqual(await names(''), ['anna', 'anton', 'berta']);
  assert.deepEqual(await names('&search=AN'), ['anna', 'anton']);
  assert.deepEqual(await names('&search=ann', platform.adminToken), ['anna', 'annika']);
});

test('groups, roles and grants work together, and count at once', async () => {
  const account = await make('service-accounts', { name: 'reader', tenant: city });
  const { tokens } = platform.services;
  const own = await tokens.create({ tenant: city, account, name: 't', scopes: ['read'] });
  const see = (): ReturnType<typeof ask> => ask('GET /api/v1/things', { token: own.token });
  await expectProblem(see(), 403, 'security.forbidden');
  const group = await make('groups', { name: 'readers', tenant: city });
  const members = { json: { accounts: [account] }, token: boss };
  const filled = await expectStatus(ask(`PUT /api/v1/groups/${group}/members`, members), 200);
  assert.deepEqual(filled['members'], [account]);
  const json = { name: 'reading', permissions: ['things.read'] };
  const role = await ask('POST /api/v1/roles', { json, token: boss });
  assert.deepEqual([role.status, role.headers.etag], [201, '"1"'], role.text);
  const roleId = textOf(role.body, 'id');
  const given = { json: { group, role: roleId }, token: boss };
  const grant = await expectStatus(ask('POST /api/v1/grants', given), 201);
  assert.deepEqual([grant['tenant'], grant['role'], grant['group']], [city, roleId, group]);
  await expectStatus(see(), 200);
  const at = `/api/v1/roles/${roleId}`;
  await expectProblem(ask(`DELETE ${at}`, { token: boss }), 409, 'security.in-use');
  const stale = { headers: { 'if-match': '"9"' }, json: { permissions: [] }, token: boss };
  await expectProblem(ask(`PATCH ${at}`, stale), 412, 'api.precondition');
  await expectStatus(ask(`PATCH ${at}`, { json: { permissions: [] }, token: boss }), 200);
  await expectProblem(see(), 403, 'security.forbidden');
  const listed = await expectStatus(ask(`GET /api/v1/grants?group=${group}`, { token: boss }), 200);
  assert.deepEqual(
    itemsOf(listed).map(({ id }) => id),
    [grant['id']],
  );
  await expectStatus(ask(`DELETE /api/v1/grants/${String(grant['id'])}`, { token: boss }), 204);
  await expectStatus(ask(`DELETE ${at}`, { token: boss }), 204);
  await expectStatus(ask(`DELETE /api/v1/groups/${group}`, { token: boss }), 204);
});

test('roles and permissions are told in both languages', async () => {
  const roles = itemsOf(await expectStatus(ask('GET /api/v1/roles'), 200));
  const engineer = roles.find(({ id }) => id === 'device-engineer');
  assert.deepEqual(
    [engineer?.['zh'], engineer?.['en'], engineer?.['builtIn']],
    ['设备工程师', 'device engineer', true],
  );
  const permissions = itemsOf(await expectStatus(ask('GET /api/v1/permissions'), 200));
  assert.deepEqual(
    permissions.find(({ name }) => name === 'users.manage'),
    {
      name: 'users.manage',
      en: 'manage users, groups and service accounts',
      zh: '管理用户、组与服务账号',
      on: 'tenant',
      strong: true,
      duty: 'security',
    },
  );
  const json = { title: 'mine' };
  const builtIn = ask('PATCH /api/v1/roles/viewer', { json });
  await expectProblem(builtIn, 409, 'security.built-in-role');
});

test('nothing of another tenant is reached, read or made', async () => {
  const stranger = await make('users', { name: 'stranger', tenant: town });
  const group = await make('groups', { name: 'strangers', tenant: town });
  for (const request of [
    `GET /api/v1/users/${stranger}`,
    `DELETE /api/v1/users/${stranger}`,
    `GET /api/v1/groups/${group}`,
    `DELETE /api/v1/groups/${group}`,
    `GET /api/v1/tenants/${town}`,
    `DELETE /api/v1/tenants/${town}`,
    `GET /api/v1/grants?tenant=${town}`,
  ])
    await expectProblem(ask(request, { token: boss }), 404, 'common.not-found');
  const tenants = itemsOf(await expectStatus(ask('GET /api/v1/tenants', { token: boss }), 200));
  assert.deepEqual(
    tenants.map(({ id, parent }) => [id, parent]),
    [
      [city, 1],
      [north, city],
    ],
  );
  const below = { token: boss, headers: { 'fengsui-tenant': String(north) } };
  const [only] = itemsOf(await expectStatus(ask('GET /api/v1/tenants', below), 200));
  assert.equal(only?.['id'], north);
  const grant = { json: { account: stranger, role: 'viewer' }, token: boss };
  await expectProblem(ask('POST /api/v1/grants', grant), 404, 'common.not-found');
  const json = { account: stranger, role: 'administrator' };
  const viewer = await tokenOf('viewer', city);
  await expectProblem(
    ask('POST /api/v1/grants', { json, token: viewer }),
    403,
    'security.forbidden',
  );
});

test('a setting of a tenant counts for the next reading', async () => {
  const model = {
    ...{ '@context': 'https://www.w3.org/2022/wot/td/v1.1', '@type': 'tm:ThingModel' },
    ...{ id: 'urn:test:lamp', title: 'Lamp', version: { model: '1.0.0' } },
    properties: { power: { type: 'number', readOnly: true } },
  };
  const there = { headers: { 'fengsui-tenant': String(city) } };
  await expectStatus(ask('POST /api/v1/models', { ...there, json: model }), 201);
  const json = { name: 'lamp', model: model.id };
  const thing = await expectStatus(ask('POST /api/v1/things', { ...there, json }), 201);
  const place = `POST /api/v1/things/${String(thing['id'])}/properties`;
  const send = (): ReturnType<typeof ask> => ask(place, { ...there, json: { power: 1, glow: 2 } });
  const before = await send();
  const setting = { json: { unknownProperties: 'collect' } };
  await expectStatus(ask(`PATCH /api/v1/tenants/${city}`, setting), 200);
  const now = await send();
  assert.notEqual(before.text, now.text);
  assert.ok(!/glow/.test(now.text), now.text);
});

test('tokens are shown once and end for their owner too', async () => {
  const developer = await tokenOf('developer', city);
  const json = { name: 'ci', scopes: ['things.read'] };
  const made = await expectStatus(ask('POST /api/v1/tokens', { json, token: developer }), 201);
  const token = textOf(made, 'token');
  const listed = await ask('GET /api/v1/tokens', { token: developer });
  assert.ok(!listed.text.includes(token) && !secrets.test(listed.text));
  const names = itemsOf(listed.body).map(({ name }) => name);
  assert.deepEqual(names, ['t', 'ci']);
  const more = { json: { name: 'x', scopes: ['write'] }, token: developer };
  await expectProblem(ask('POST /api/v1/tokens', more), 403, 'security.beyond-own-rights');
  const viewer = { json, token: await tokenOf('viewer', north) };
  await expectProblem(ask('POST /api/v1/tokens', viewer), 403, 'security.forbidden');
  await expectStatus(ask('GET /api/v1/things', { token }), 200);
  await expectStatus(
    ask(`DELETE /api/v1/tokens/${numberOf(made, 'id')}`, { token: developer }),
    204,
  );
  await expectProblem(ask('GET /api/v1/things', { token }), 401, 'security.bad-credentials');
  const ownerless = await expectStatus(ask('POST /api/v1/tokens', { json }), 201);
  await expectStatus(ask('GET /api/v1/things', { token: textOf(ownerless, 'token') }), 200);
});

test('bodies are bounded and closed', async () => {
  const wrong: readonly (readonly [string, object])[] = [
    ['users', { name: 'a b' }],
    ['users', { name: 'fine', admin: true }],
    ['users', { name: 'x'.repeat(65) }],
    ['service-accounts', { name: 'fine', language: 'zh' }],
    ['groups', { name: '' }],
    ['roles', { name: 'r' }],
    ['grants', { account: 1, role: 'viewer', labels: {} }],
    ['grants', { role: 'viewer' }],
    ['tenants', { name: 'a\nb' }],
    ['tokens', { name: 't', scopes: [] }],
    ['tokens', { name: 't', scopes: ['everything'] }],
  ];
  for (const [place, json] of wrong)
    await expectProblem(ask(`POST /api/v1/${place}`, { json }), 400, 'common.invalid');
});

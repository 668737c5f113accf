// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { expectStatus, numberOf, stationModel, textOf, type Ask } from '../support/http.ts';

/** A tenant with one of everything, and what an answer must never hold of it for others. */
export interface TestTenant {
  readonly letter: string;
  readonly id: number;
  /** Of an administrator of the tenant; it is in no pool, so that nobody ends it by chance. */
  readonly token: string;
  /** Stands in every title, name and value of the tenant, and in no request of another. */
  readonly canary: string;
  /** Numbers of what it has, by kind. */
  readonly ids: Readonly<Record<string, number>>;
  readonly uris: readonly string[];
}

/** Makes a tenant below the root and fills it through the API. */
export async function makeTenant(ask: Ask, letter: string): Promise<TestTenant> {
  const canary = `canary-${letter}`;
  const made = async (place: string, json: unknown, by?: string): Promise<number> =>
    numberOf(await expectStatus(ask(place, { json, ...(by ? { token: by } : {}) }), 201), 'id');
  const id = await made('POST /api/v1/tenants', { name: `${canary}-tenant` });
  const clerk = await made('POST /api/v1/service-accounts', {
    ...{ name: `clerk-${letter}`, title: canary, tenant: id },
  });
  const granted = { account: clerk, role: 'tenant-administrator', tenant: id };
  await made('POST /api/v1/grants', granted);
  const json = { name: canary, scopes: ['admin'], account: clerk };
  const acting = await expectStatus(ask('POST /api/v1/tokens', { json }), 201);
  const token = textOf(acting, 'token');
  const own = (place: string, body: unknown): Promise<number> => made(place, body, token);
  const uri = `urn:test:${letter}:model`;
  const model = { ...stationModel, id: uri, title: canary };
  await expectStatus(ask('POST /api/v1/models', { json: model, token }), 201);
  const thingUri = `urn:test:${letter}:thing`;
  const labels = { owner: canary };
  const thing = await own('POST /api/v1/things', {
    name: canary,
    uri: thingUri,
    model: uri,
    labels,
  });
  const credential = await own(`POST /api/v1/things/${thing}/credentials`, { name: canary });
  const values = { mode: 'auto', temperature: 20, open: true };
  await expectStatus(ask(`POST /api/v1/things/${thing}/properties`, { json: values, token }), 200);
  const event = { json: { by: 1 }, token };
  await expectStatus(ask(`POST /api/v1/things/${thing}/events/flooded`, event), 204);
  const action = { json: { input: { seconds: 5 } }, token };
  const task = await expectStatus(ask(`POST /api/v1/things/${thing}/actions/flush`, action), 202);
  await expectStatus(
    ask(`PUT /api/v1/things/${thing}/desired`, { json: { open: true }, token }),
    200,
  );
  const user = await own('POST /api/v1/users', { name: `user-${letter}`, title: canary });
  const group = await own('POST /api/v1/groups', { name: canary, title: canary });
  await expectStatus(
    ask(`PUT /api/v1/groups/${group}/members`, { json: { accounts: [user] }, token }),
    200,
  );
  const permissions = ['things.read'];
  const roleJson = { name: canary, title: canary, permissions };
  const role = await expectStatus(ask('POST /api/v1/roles', { json: roleJson, token }), 201);
  const grant = await own('POST /api/v1/grants', { account: user, role: 'viewer', tenant: id });
  const spare = await own('POST /api/v1/tokens', { name: canary, scopes: ['read'] });
  const authority = await own('POST /api/v1/authorities', { name: canary });
  const key = await own('POST /api/v1/provisioning-keys', {
    ...{ model: uri, name: canary, admits: 'open', devicesMax: 5 },
  });
  const roleId = textOf(role, 'id');
  assert.match(roleId, /^role:\d+$/);
  return {
    ...{ letter, id, token, canary, uris: [uri, thingUri] },
    ids: {
      ...{ tenant: id, clerk, thing, credential, user, group, grant, spare, authority, key },
      ...{ acting: numberOf(acting, 'id'), task: numberOf(task, 'id') },
      ...{ role: Number(roleId.slice(5)) },
    },
  };
}

/** Lists whose content nobody else may change. */
const lists = [
  'things?limit=100',
  'models?limit=100',
  'users?limit=100',
  'service-accounts?limit=100',
  'groups',
  'roles',
  'grants',
  'tokens',
  'tenants',
  'authorities',
  'provisioning-keys',
  'bans',
] as const;

/** Everything that a tenant has, as text: equal before and after means that nobody touched it. */
export async function stateOf(ask: Ask, { token, ids }: TestTenant): Promise<string> {
  const thing = ids['thing'] ?? 0;
  const places = [
    ...lists,
    `things/${thing}/credentials`,
    `things/${thing}/properties`,
    `things/${thing}/desired`,
    `things/${thing}/tasks`,
    `things/${thing}/properties/temperature/history?raw=true`,
  ];
  const texts: string[] = [];
  for (const place of places) {
    const { status, text } = await ask(`GET /api/v1/${place}`, { token });
    assert.equal(status, 200, `${place}: ${text}`);
    texts.push(`${place} ${withoutUse(text)}`);
  }
  return texts.join('\n');
}

/** When something was last used changes by looking. */
function withoutUse(text: string): string {
  return text.replaceAll(/"(?:used|lastUsed)":"[^"]*",?/g, '');
}

// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import {
  asking,
  expectProblem,
  expectStatus,
  itemsOf,
  makeStation,
  makeToken,
  numberOf,
  textOf,
  type Answer,
} from '../../test/support/http.ts';
import { startPlatform } from '../../test/support/platform.ts';

const platform = await startPlatform();
after(() => platform[Symbol.asyncDispose]());
const ask = asking(platform);

test('issues: what is wrong is named in both languages with what to do', async () => {
  const body = await expectStatus(ask('GET /api/v1/system/issues'), 200);
  const issue = itemsOf(body).find(({ code }) => code === 'backup-none');
  assert.partialDeepStrictEqual(issue, {
    severity: 'warning',
    title: { en: 'there is no verified backup', zh: '没有经过校验的备份' },
  });
  assert(!itemsOf(body).some(({ severity }) => severity === 'error'), JSON.stringify(body));
});

test('a log that stops: not ready and a red issue within five seconds, and both end with it', async () => {
  const { log } = platform.services;
  const ready = async (): Promise<number> => (await ask('GET /readyz', { token: null })).status;
  const errors = async (): Promise<unknown[]> => {
    const items = itemsOf(await expectStatus(ask('GET /api/v1/system/issues'), 200));
    return items.filter(({ severity }) => severity === 'error').map(({ code }) => code);
  };
  assert.equal(await ready(), 200);
  const stopped = new Error('no space left');
  Object.defineProperty(log, 'stopped', { configurable: true, value: stopped });
  assert.equal(await ready(), 503);
  while ((await errors()).length === 0) await setTimeout(100);
  assert.deepEqual(await errors(), ['log-stopped']);
  Reflect.deleteProperty(log, 'stopped');
  assert.equal(await ready(), 200);
  while ((await errors()).length > 0) await setTimeout(100);
});

test('limits: every row with its value, and when it was hit', async () => {
  const hit = () =>
    platform.services.metrics
      .counter('fengsui_limit_hits_total', '', { limit: 'mqtt.flapConnectsPerMinute' })
      .inc();
  const row = async () => {
    const items = itemsOf(await expectStatus(ask('GET /api/v1/system/limits'), 200));
    return items.find(({ name }) => name === 'mqtt.flapConnectsPerMinute') ?? {};
  };
  const before = await row();
  assert.equal(before['lastHit'], undefined);
  assert.equal(typeof before['value'], 'number');
  hit();
  hit();
  const now = await row();
  assert.equal(now['hits'], 2);
  assert.match(String(now['lastHit']), /^\d{4}-\d\d-\d\dT/);
});

test('health: stores, readers, log, disk, memory, connections by access', async () => {
  const body = await expectStatus(ask('GET /api/v1/system/health'), 200);
  assert.partialDeepStrictEqual(body, {
    stores: { log: { ok: true }, series: { ok: true }, registry: { ok: true } },
    connections: [
      { protocol: 'mqtt', transport: 'tcp', family: 4, count: 2 },
      { protocol: 'mqtt', transport: 'tcp', family: 6, count: 1 },
    ],
  });
  for (const name of ['disk', 'memory', 'eventLoop', 'log', 'series']) {
    assert.equal(typeof body[name], 'object', name);
  }
});

test('licences of what is shipped are told to everyone who has signed in', async () => {
  const token = await makeToken(ask, 'ingest');
  const body = await expectStatus(ask('GET /api/v1/licences', { token }), 200);
  const fastify = itemsOf(body).find(({ name }) => name === 'fastify');
  assert.partialDeepStrictEqual(fastify, { licence: 'MIT', part: 'product' });
  await expectProblem(
    ask('GET /api/v1/licences', { token: null }),
    401,
    'security.unauthenticated',
  );
});

/** The items of a list that the overview names. */
async function rowsOf(list: unknown): Promise<number> {
  const body = await expectStatus(ask(`GET ${String(list)}`), 200);
  return itemsOf(body).length;
}

interface Tile {
  readonly count: number;
  readonly list: string;
}

function tileOf(value: unknown): Tile {
  assert(typeof value === 'object' && value !== null && 'count' in value && 'list' in value);
  return { count: Number(value.count), list: String(value.list) };
}

/** Once what was kept for a second is worked out anew. */
async function freshOverview(token?: string): Promise<Answer['body']> {
  await setTimeout(1_100);
  return expectStatus(ask('GET /api/v1/overview', token === undefined ? {} : { token }), 200);
}

test('overview: each number equals the list that it names', async () => {
  const { id } = await makeStation(ask, 'overviewed');
  await makeStation(ask, 'overviewed too');
  await expectStatus(
    ask(`POST /api/v1/things/${id}/actions/flush`, { json: { input: { seconds: 1 } } }),
    202,
  );
  const { diagnosis, clock } = platform.services;
  const note = {
    protocol: 'mqtt',
    transport: 'tcp',
    source: '10.9.9.9',
    identity: 'x',
    detail: 'd',
  } as const;
  diagnosis.note({ ...note, step: 'auth', code: 'security.bad-credentials' }, clock.now());
  diagnosis.note({ ...note, step: 'model', code: 'common.invalid' }, clock.now());
  diagnosis.note({ ...note, step: 'tls', code: 'access.tls-failed' }, clock.now() - 3_700_000);
  const body = await freshOverview();
  const { system } = body;
  assert(typeof system === 'object' && system !== null);
  const { accesses, connections } = { accesses: [], connections: 0, ...system };
  const steps = itemsOf(body, 'refused');
  assert.deepEqual(steps.map(({ step }) => step).toSorted(), ['auth', 'model']);
  const tiles = [
    ...['things', 'online', 'neverSeen', 'models', 'tasksOpen'].map((name) => body[name]),
    ...[connections, ...itemsOf({ accesses }, 'accesses'), ...steps],
  ].map(tileOf);
  for (const { count, list } of tiles) assert.equal(await rowsOf(list), count, list);
  assert(tileOf(body['tasksOpen']).count >= 1);
  assert.equal(tileOf(body['neverSeen']).count, tileOf(body['things']).count);
});

test('overview: who may not see the platform sees the things, and the rate moves', async () => {
  const token = await makeToken(ask, 'things.read');
  const body = await freshOverview(token);
  assert.equal(body['system'], undefined);
  assert.equal(body['models'], undefined);
  assert.equal(typeof body['things'], 'object');
  await expectProblem(ask('GET /api/v1/system/issues', { token }), 403, 'security.forbidden');
  const station = await makeStation(ask, 'rated');
  const json = { temperature: 1 };
  const reading = { token: station.token, json };
  await expectStatus(ask('POST /api/v1/things/me/properties', reading), 200);
  const { system } = await freshOverview();
  assert(typeof system === 'object' && system !== null && 'rate' in system);
  const { rate } = system;
  assert(typeof rate === 'object' && rate !== null && 'messages' in rate);
  assert(Number(rate.messages) > 0, JSON.stringify(rate));
});

test('search finds by id, uri, name, part of a name, model and source', async () => {
  const { id } = await makeStation(ask, 'Quay 17 gauge');
  const { diagnosis } = platform.services;
  const where = { protocol: 'mqtt', transport: 'tcp', source: '2001:db8:7::9' } as const;
  const note = { ...where, identity: 'x', detail: 'd' } as const;
  diagnosis.note({ ...note, step: 'auth', code: 'security.bad-credentials' }, 1_000);
  const find = async (q: string, token?: string): Promise<unknown[]> => {
    const place = `GET /api/v1/search?q=${encodeURIComponent(q)}`;
    const body = await expectStatus(ask(place, token === undefined ? {} : { token }), 200);
    return itemsOf(body).map((item) => `${item['kind']} ${item['id']}`);
  };
  const thing = `thing ${id}`;
  const { body } = await ask(`GET /api/v1/things/${id}`);
  assert.deepEqual(await find(String(id)), [thing]);
  assert.deepEqual(await find(textOf(body, 'uri')), [thing]);
  assert.deepEqual(await find('Quay 1'), [thing]);
  assert.deepEqual(await find('17 gau'), [thing]);
  assert.deepEqual(await find('STATION'), ['model urn:test:station']);
  assert.deepEqual(await find('2001:db8:7'), ['source 2001:db8:7::9']);
  assert.deepEqual(await find('nowhere at all'), []);
  const [user = {}] = itemsOf(await expectStatus(ask('GET /api/v1/users'), 200));
  assert.deepEqual(await find(textOf(user, 'name')), [`user ${user['id']}`]);
  const token = await makeToken(ask, 'models.read');
  assert.deepEqual(await find(textOf(user, 'name'), token), []);
  assert.deepEqual(await find('Quay 1', token), [], 'things are for those who may see them');
  assert.deepEqual(await find('station', token), ['model urn:test:station']);
});

test('backups: made, checked, listed, found damaged, with the command that restores', async () => {
  const made = await expectStatus(ask('POST /api/v1/backups'), 201);
  assert(numberOf(made, 'bytes') > 0);
  assert.equal(made['verified'], undefined);
  const name = textOf(made, 'name');
  const verified = await expectStatus(ask(`POST /api/v1/backups/${name}/verify`), 200);
  assert.partialDeepStrictEqual(verified, { ok: true, detail: '' });
  assert(numberOf(verified, 'things') > 0 && numberOf(verified, 'records') > 0);
  const list = await expectStatus(ask('GET /api/v1/backups'), 200);
  assert.equal(list['running'], false);
  const [row = {}] = itemsOf(list);
  assert.partialDeepStrictEqual(row, { name, verified: { ok: true } });
  assert.match(textOf(row, 'restore'), /^fengsui backup restore .+ --data /);
  for (const bad of ['2026-01-01T00-00-00.000Z', '..', '%2e%2e%2fdata']) {
    const verify = ask(`POST /api/v1/backups/${bad}/verify`);
    assert.equal((await verify).status, 404, bad);
  }
});

test('two backups at once: the second is told to wait', async () => {
  const answers = await Promise.all([ask('POST /api/v1/backups'), ask('POST /api/v1/backups')]);
  assert.deepEqual(answers.map(({ status }) => status).toSorted(), [201, 409]);
});

test('the demo goes with one call, and nothing else does', async () => {
  const { id } = await makeStation(ask, 'stays');
  const model = {
    '@context': 'https://www.w3.org/2022/wot/td/v1.1',
    '@type': 'tm:ThingModel',
    id: 'urn:example:fengsui-demo:lamp',
    title: 'Lamp',
    version: { model: '1.0.0' },
    properties: { on: { type: 'boolean' } },
  };
  await expectStatus(ask('POST /api/v1/models', { json: model }), 201);
  for (const name of ['a', 'b', 'c']) {
    const json = { name, model: model.id, labels: { 'fengsui-demo': 'city' } };
    await expectStatus(ask('POST /api/v1/things', { json }), 201);
  }
  const reader = await makeToken(ask, 'read');
  await expectProblem(ask('DELETE /api/v1/demo', { token: reader }), 403, 'security.forbidden');
  assert.deepEqual(await expectStatus(ask('DELETE /api/v1/demo'), 200), { removed: 3 });
  assert.deepEqual(await expectStatus(ask('DELETE /api/v1/demo'), 200), { removed: 0 });
  await expectStatus(ask(`GET /api/v1/things/${id}`), 200);
  const place = `GET /api/v1/models/${encodeURIComponent(model.id)}`;
  await expectProblem(ask(place), 404, 'common.not-found');
});

// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  asking,
  expectProblem,
  expectStatus,
  itemsOf,
  makeStation,
  numberOf,
  stationModel,
  textOf,
} from '../../test/support/http.ts';
import { startPlatform } from '../../test/support/platform.ts';

const platform = await startPlatform(['limits.http.pageSizeMax=20']);
after(() => platform[Symbol.asyncDispose]());
const ask = asking(platform);

const modelOf = (id: string, version: string, properties: object): object => ({
  '@context': 'https://www.w3.org/2022/wot/td/v1.1',
  '@type': 'tm:ThingModel',
  ...{ id, title: id, version: { model: version }, properties },
});

test('models are stored, checked, listed by version, read and removed', async () => {
  const id = 'urn:test:pump';
  const first = modelOf(id, '1.0.0', { flow: { type: 'number', readOnly: true } });
  const second = modelOf(id, '1.1.0', {
    flow: { type: 'number', readOnly: true },
    speed: { type: 'integer', readOnly: true },
  });
  assert.deepEqual(await expectStatus(ask('POST /api/v1/models/check', { json: first }), 200), {
    uri: id,
    version: '1.0.0',
    differences: [],
    allowed: true,
  });
  await expectProblem(ask(`GET /api/v1/models/${encodeURIComponent(id)}`), 404, 'common.not-found');
  const made = await ask('POST /api/v1/models', { json: first });
  assert.equal(made.status, 201, made.text);
  assert.equal(
    made.headers['location'],
    `/api/v1/models/${encodeURIComponent(id)}?version=1.0.0`,
    'the place of the new version',
  );
  const next = await expectStatus(ask('POST /api/v1/models', { json: second }), 201);
  assert.partialDeepStrictEqual(itemsOf(next, 'differences'), [{ kind: 'compatible' }]);
  const list = await expectStatus(ask(`GET /api/v1/models?uri=${encodeURIComponent(id)}`), 200);
  assert.deepEqual(
    itemsOf(list).map((row) => row['version']),
    ['1.0.0', '1.1.0'],
  );
  const newest = await expectStatus(ask(`GET /api/v1/models/${encodeURIComponent(id)}`), 200);
  assert.deepEqual(newest, second, 'the document comes back as it was sent');
  const place = `/api/v1/models/${encodeURIComponent(id)}?version=1.0.0`;
  assert.deepEqual(await expectStatus(ask(`GET ${place}`), 200), first);
  await expectStatus(ask(`DELETE ${place}`), 204);
  await expectProblem(ask(`GET ${place}`), 404, 'common.not-found');
});

test('every fault of a model is named by its path', async () => {
  const json = modelOf('urn:test:bad', '1.0.0', {
    flow: { type: 'numbr' },
    speed: { type: 'integer', minimum: 5, maximum: 1 },
  });
  const answer = ask('POST /api/v1/models', { json });
  const { status, body } = await answer;
  assert.equal(status, 422);
  const faults = itemsOf(body, 'faults');
  const places = faults.map((f) => String(f['at']));
  assert(
    places.some((at) => at.startsWith('/properties/flow')),
    JSON.stringify(places),
  );
  assert(
    places.some((at) => at.startsWith('/properties/speed')),
    JSON.stringify(places),
  );
  assert(faults.every((f) => typeof f['fix'] === 'string'));
});

test('a thing is created, read, changed under its ETag, and deleted', async () => {
  await makeStation(ask, 'first');
  const made = await ask('POST /api/v1/things', {
    json: {
      model: { uri: stationModel.id, version: '1.0.0' },
      name: 'Pump room',
      uri: 'urn:test:pump-room',
      labels: { city: 'Linhai' },
      properties: { built: 1998 },
    },
  });
  assert.equal(made.status, 201, made.text);
  const id = numberOf(made.body, 'id');
  const place = `/api/v1/things/${id}`;
  assert.equal(made.headers['location'], place);
  const { etag = '' } = made.headers;
  assert.partialDeepStrictEqual(made.body, {
    uri: 'urn:test:pump-room',
    labels: { city: 'Linhai' },
    properties: { built: 1998 },
    lifecycle: 'registered',
    model: { uri: stationModel.id, version: '1.0.0' },
  });
  const byUri = `/api/v1/things/${encodeURIComponent('urn:test:pump-room')}`;
  assert.deepEqual(await expectStatus(ask(`GET ${byUri}`), 200), made.body);
  for (const known of [etag, `W/${etag}`, `"0", ${etag}`, '*']) {
    const headers = { 'if-none-match': known };
    const answer = await ask(`GET ${place}`, { headers });
    assert.equal(answer.status, 304, known);
    assert.equal(answer.text, '');
  }
  const changed = await ask(`PATCH ${place}`, {
    json: { name: 'Pump room 2', labels: { city: 'Taizhou' } },
    headers: { 'if-match': etag },
  });
  assert.equal(changed.status, 200, changed.text);
  assert.partialDeepStrictEqual(changed.body, { name: 'Pump room 2', labels: { city: 'Taizhou' } });
  assert.notEqual(changed.headers['etag'], etag);
  const stale = { json: { name: 'lost' }, headers: { 'if-match': etag } };
  await expectProblem(ask(`PATCH ${place}`, stale), 412, 'api.precondition');
  await expectProblem(
    ask(`DELETE ${place}`, { headers: { 'if-match': etag } }),
    412,
    'api.precondition',
  );
  await expectStatus(ask(`DELETE ${place}`), 204);
  await expectProblem(ask(`GET ${place}`), 404, 'common.not-found');
});

test('what does not fit the schema is named and nothing is coerced', async () => {
  const cases: [object, string][] = [
    [{}, 'body/name'],
    [{ name: 5 }, 'body/name'],
    [{ name: '' }, 'body/name'],
    [{ name: 'a', colour: 'red' }, 'body/colour'],
    [{ name: 'a', parent: '1' }, 'body/parent'],
    [{ name: 'a', labels: { city: 5 } }, 'body/labels/city'],
    [{ name: 'a', kind: 'No Kind' }, 'body/kind'],
  ];
  for (const [json, at] of cases) {
    const problem = await expectProblem(
      ask('POST /api/v1/things', { json }),
      400,
      'common.invalid',
    );
    assert.equal(problem['at'], at);
  }
  const unknown = { json: { name: 'a', model: 'urn:test:none' } };
  await expectProblem(ask('POST /api/v1/things', unknown), 422, 'things.no-such-model');
  const twice = { json: { name: 'a', uri: 'urn:test:twice' } };
  await expectStatus(ask('POST /api/v1/things', twice), 201);
  await expectProblem(ask('POST /api/v1/things', twice), 409, 'things.uri-taken');
  await expectProblem(ask('GET /api/v1/things?filterr=x'), 400, 'common.invalid');
  await expectProblem(ask('GET /api/v1/things?limit=0'), 400, 'common.invalid');
  await expectProblem(ask('GET /api/v1/things/me'), 404, 'common.not-found');
});

async function pages(query: string, between?: () => Promise<void>): Promise<string[]> {
  const names: string[] = [];
  let cursor = '';
  for (;;) {
    const page = await expectStatus(ask(`GET /api/v1/things?${query}${cursor}`), 200);
    for (const item of itemsOf(page)) names.push(textOf(item, 'name'));
    if (page['next'] === undefined) return names;
    cursor = `&cursor=${encodeURIComponent(textOf(page, 'next'))}`;
    await between?.();
  }
}

test('lists are filtered, sorted and stable under inserts and removals', async () => {
  const names = Array.from({ length: 45 }, (_, i) => `row ${String(i).padStart(2, '0')}`);
  const ids = new Map<string, number>();
  for (const name of names) {
    const json = { name, labels: { list: 'yes', odd: String(names.indexOf(name) % 2) } };
    const made = await expectStatus(ask('POST /api/v1/things', { json }), 201);
    ids.set(name, numberOf(made, 'id'));
  }
  const filter = encodeURIComponent("labels.list = 'yes'");
  let extra = 0;
  const insertAndRemove = async (): Promise<void> => {
    const json = { name: `row 00 ${extra++}`, labels: { list: 'yes' } };
    await expectStatus(ask('POST /api/v1/things', { json }), 201);
    await expectStatus(ask(`DELETE /api/v1/things/${ids.get('row 01')}`), 204);
  };
  const seen = await pages(`limit=7&sort=name&filter=${filter}`, async () => {
    if (extra === 0) await insertAndRemove();
  });
  assert.deepEqual(seen, names, 'no row twice, none left out');
  const descending = await pages(
    `limit=10&sort=name&order=descending&filter=${encodeURIComponent("labels.list = 'yes' and labels.odd = '1'")}`,
  );
  assert.deepEqual(descending, names.filter((_, i) => i % 2 === 1 && i !== 1).toReversed());
  const first = await expectStatus(ask(`GET /api/v1/things?limit=1000&filter=${filter}`), 200);
  assert.equal(itemsOf(first).length, 20, 'a page is at most http.pageSizeMax');
  const count = await expectStatus(ask(`GET /api/v1/things/count?filter=${filter}`), 200);
  assert.deepEqual(count, { count: 45, exact: true });
  const bad = await expectProblem(
    ask(`GET /api/v1/things?filter=${encodeURIComponent("labels.list = 'yes' and nope > 1")}`),
    400,
    'model.unknown-field',
  );
  assert.match(textOf(bad, 'at'), /^query\/filter/);
  await expectProblem(ask('GET /api/v1/things?cursor=abc'), 400, 'store.bad-cursor');
});

test('credentials are shown once, listed without secrets, rotated and revoked', async () => {
  const { id, token } = await makeStation(ask, 'with credentials');
  const place = `/api/v1/things/${id}/credentials`;
  const json = { name: 'second', expires: '2099-01-01T00:00:00Z' };
  const answer = await ask(`POST ${place}`, { json });
  assert.equal(answer.status, 201, answer.text);
  assert.equal(answer.headers['cache-control'], 'no-store');
  assert.equal(answer.body['username'], String(id));
  const second = textOf(answer.body, 'token');
  const certificate = { json: { fingerprint: 'ab'.repeat(32) } };
  const third = await expectStatus(ask(`POST ${place}`, certificate), 201);
  assert.equal(third['token'], undefined);
  const list = await ask(`GET ${place}`);
  assert.partialDeepStrictEqual(itemsOf(list.body), [
    { kind: 'token' },
    { kind: 'token', name: 'second', expires: '2099-01-01T00:00:00.000Z' },
    { kind: 'certificate', fingerprint: 'ab'.repeat(32) },
  ]);
  assert(!list.text.includes(second) && !list.text.includes('hash'), 'no secret in the list');
  const me = '/api/v1/things/me';
  await expectStatus(ask(`GET ${me}`, { token }), 200);
  await expectStatus(ask(`GET ${me}`, { token: second }), 200);
  await expectStatus(ask(`DELETE ${place}/${numberOf(answer.body, 'id')}`), 204);
  await expectProblem(ask(`GET ${me}`, { token: second }), 401, 'security.bad-credentials');
  await expectStatus(ask(`GET ${me}`, { token }), 200);
  await expectProblem(ask(`DELETE ${place}/999999`), 404, 'common.not-found');
  const past = { json: { expires: 'tomorrow' } };
  const bad = await expectProblem(ask(`POST ${place}`, past), 400, 'common.invalid');
  assert.equal(bad['at'], 'body/expires');
});

test('where a thing was is kept as a track', async () => {
  const { id, token } = await makeStation(ask, 'moves');
  const place = `/api/v1/things/${id}/locations`;
  assert.deepEqual(await expectStatus(ask(`GET ${place}`), 200), { items: [] });
  const start = Date.now() - 3_600_000;
  const at = (minutes: number): string => new Date(start + minutes * 60_000).toISOString();
  const track = async (): Promise<object[]> =>
    itemsOf(await expectStatus(ask(`GET ${place}`), 200));
  for (const [i, minutes] of [0, 10, 20].entries()) {
    const json = { time: at(minutes), values: { place: [121 + minutes, 28] } };
    await expectStatus(ask('POST /api/v1/things/me/properties', { token, json }), 200);
    while ((await track()).length <= i) await platform.stored();
  }
  assert.deepEqual((await track())[1], {
    time: at(10),
    geometry: { type: 'Point', coordinates: [131, 28] },
  });
  const part = await expectStatus(ask(`GET ${place}?from=${at(5)}&to=${at(20)}`), 200);
  assert.equal(itemsOf(part).length, 1);
  assert.equal(itemsOf(await expectStatus(ask(`GET ${place}?limit=2`), 200)).length, 2);
  const bad = ask(`GET ${place}?from=yesterday`);
  assert.equal((await expectProblem(bad, 400, 'common.invalid'))['at'], 'query/from');
});

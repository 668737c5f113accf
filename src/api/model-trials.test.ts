// SPDX-License-Identifier: Apache-2.0
// What people do with a model before it is stored: infer, check, try payloads, compare, deprecate, look units up.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  asking,
  expectProblem,
  expectStatus,
  itemsOf,
  makeToken,
  stationModel,
} from '../../test/support/http.ts';
import { startPlatform } from '../../test/support/platform.ts';

const platform = await startPlatform();
after(() => platform[Symbol.asyncDispose]());
const ask = asking(platform);
const place = `/api/v1/models/${encodeURIComponent(stationModel.id)}`;
await expectStatus(ask('POST /api/v1/models', { json: stationModel }), 201);

async function tried(
  json: object,
  uri: string = stationModel.id,
): Promise<Record<string, unknown>> {
  const answer = ask(`POST /api/v1/models/${encodeURIComponent(uri)}/try`, { json });
  const [report] = itemsOf(await expectStatus(answer, 200), 'reports');
  assert(report !== undefined);
  return report;
}

test('a payload in hex of CBOR becomes what a thing would have stored, and nothing is stored', async () => {
  const before = platform.services.log.head;
  // {"temperature": 21.5, "open": true, "place": [116, 40]}
  const hex = 'a3 6b74656d7065726174757265 f94d60 646f70656e f5 65706c616365 82 1874 1828';
  const report = await tried({ payloads: [{ contentType: 'application/cbor', hex }] });
  const rows = itemsOf(report, 'readings').map(({ property, value, unit, quality, unknown }) => [
    ...[property, value, unit, quality, unknown],
  ]);
  assert.deepEqual(rows, [
    ['temperature', 21.5, 'Cel', 'good', false],
    ['open', true, undefined, 'good', false],
    ['place', [116, 40], undefined, 'good', false],
  ]);
  assert.equal(platform.services.log.head, before);
});

test('a refused reading is named with its place, a bad payload with its byte', async () => {
  const text = '{"temperature": 200, "level": 4}';
  const report = await tried({ payloads: [{ text }] });
  const [refused] = itemsOf(report, 'refused');
  assert.deepEqual([refused?.['code'], refused?.['at']], ['model.out-of-range', '/temperature']);
  assert.equal(itemsOf(report, 'readings').length, 1);
  const broken = await tried({ payloads: [{ text: '{"level": 4' }] });
  assert.deepEqual(broken['fault'] && { ...Object(broken['fault']), fix: '', detail: '' }, {
    ...{ code: 'model.bad-json', at: 'byte 11', fix: '', detail: '' },
  });
  const senml = JSON.stringify([{ n: 'temperature', u: 'K', v: 300 }]);
  const contentType = 'application/senml+json';
  const [reading] = itemsOf(await tried({ payloads: [{ contentType, text: senml }] }), 'readings');
  assert(Math.abs(Number(reading?.['value']) - 26.85) < 1e-9, 'converted to the unit of the model');
});

test('a draft is tried in the place of what is stored; its faults come first', async () => {
  const document = { ...stationModel, properties: { temperature: { type: 'string' } } };
  const report = await tried({ document, payloads: [{ text: '{"temperature": 1}' }] }, 'urn:new');
  assert.equal(itemsOf(report, 'refused')[0]?.['code'], 'model.wrong-type');
  const bad = { ...stationModel, properties: { t: { type: 'number', unit: 'nonsense?' } } };
  await expectProblem(
    ask(`POST ${place}/try`, { json: { document: bad, payloads: [{ text: '{}' }] } }),
    422,
    'model.bad-unit',
  );
  const json = { payloads: [{ text: '{}' }] };
  await expectProblem(ask('POST /api/v1/models/urn:no/try', { json }), 404, 'common.not-found');
  const both = { payloads: [{ text: '{}', hex: '00' }] };
  await expectProblem(ask(`POST ${place}/try`, { json: both }), 400, 'common.invalid');
  const odd = { payloads: [{ hex: '0' }] };
  await expectProblem(ask(`POST ${place}/try`, { json: odd }), 400, 'common.invalid');
});

test('a property that the model does not have is refused, or kept where the tenant keeps it', async () => {
  const payloads = [{ text: '{"new": true}' }];
  assert.equal(
    itemsOf(await tried({ payloads }), 'refused')[0]?.['code'],
    'model.unknown-property',
  );
  await ask('PATCH /api/v1/tenants/1', { json: { unknownProperties: 'collect' } });
  const [reading] = itemsOf(await tried({ payloads }), 'readings');
  assert.deepEqual([reading?.['value'], reading?.['unknown']], [true, true]);
  await ask('PATCH /api/v1/tenants/1', { json: { unknownProperties: 'refuse' } });
});

test('a model is inferred from samples of every shape', async () => {
  const payloads = [
    { a: 1, where: { lat: 1, lon: 2 } },
    [{ time: 1, values: { b: 'x' } }, { a: 'no' }],
  ];
  const { document, conflicts } = await expectStatus(
    ask('POST /api/v1/models/infer', { json: { payloads, uri: 'urn:test:new', title: 'New' } }),
    200,
  );
  assert.deepEqual(conflicts, ['a']);
  const checked = await expectStatus(
    ask('POST /api/v1/models/check', { json: Object(document) }),
    200,
  );
  assert.deepEqual(
    [checked['uri'], checked['version'], checked['allowed']],
    ['urn:test:new', '1.0.0', true],
  );
  await expectProblem(
    ask('POST /api/v1/models/infer', { json: { payloads: [1] } }),
    400,
    'model.bad-payload',
  );
});

test('a check tells what a new version would break; as a report it never fails', async () => {
  const next = {
    ...stationModel,
    version: { model: '1.1.0' },
    properties: {
      ...stationModel.properties,
      level: { type: 'number', unit: 'mm', readOnly: true },
    },
  };
  const found = await expectStatus(ask('POST /api/v1/models/check', { json: next }), 200);
  assert.equal(found['allowed'], false);
  const [difference] = itemsOf(found, 'differences');
  assert.deepEqual(
    [difference?.['at'], difference?.['kind']],
    ['/properties/level/type', 'breaking'],
  );
  const bad = { ...next, properties: { a: { type: 'colour' } } };
  const report = await expectStatus(
    ask('POST /api/v1/models/check?report=true', { json: bad }),
    200,
  );
  assert.equal(itemsOf(report, 'faults')[0]?.['at'], '/properties/a/type');
  await expectStatus(ask('POST /api/v1/models/check', { json: bad }), 422);
});

test('versions are compared, deprecated and listed', async () => {
  const json = { ...stationModel, version: { model: '2.0.0' }, actions: {} };
  await expectStatus(ask('POST /api/v1/models', { json }), 201);
  const found = await expectStatus(ask(`GET ${place}/differences?from=1.0.0&to=2.0.0`), 200);
  assert.deepEqual([itemsOf(found, 'differences').length, found['allowed']], [1, true]);
  const missing = ask(`GET ${place}/differences?from=1.0.0&to=9.0.0`);
  await expectProblem(missing, 404, 'common.not-found');
  const change = { json: { status: 'deprecated' } };
  const changed = await expectStatus(ask(`PATCH ${place}?version=1.0.0`, change), 200);
  assert.equal(changed['status'], 'deprecated');
  const [newest, ...others] = itemsOf(
    await expectStatus(ask('GET /api/v1/models?text=STATION'), 200),
  );
  assert.deepEqual([newest?.['version'], newest?.['status'], others], ['2.0.0', 'active', []]);
  await expectStatus(ask(`PATCH ${place}?version=9.0.0`, change), 404);
  const token = await makeToken(ask, 'models.read');
  await expectProblem(
    ask(`PATCH ${place}?version=1.0.0`, { ...change, token }),
    403,
    'security.forbidden',
  );
});

test('units are found by code, symbol and name', async () => {
  const find = async (search: string): Promise<readonly unknown[]> =>
    itemsOf(
      await expectStatus(ask(`GET /api/v1/units?search=${encodeURIComponent(search)}`), 200),
    ).map(({ code }) => code);
  assert.equal((await find('℃'))[0], 'Cel');
  assert((await find('百帕')).includes('hPa'));
  assert((await find('pascal')).includes('kPa'));
  assert.deepEqual((await find('kg.m/s2'))[0], 'kg.m/s2');
  assert.deepEqual(await find('nonsense?'), []);
});

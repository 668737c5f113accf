// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
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

const platform = await startPlatform(['limits.http.importBytesMax=2000000']);
after(() => platform[Symbol.asyncDispose]());
const ask = asking(platform);
const csv = { 'content-type': 'text/csv' };
const ndjson = { 'content-type': 'application/x-ndjson' };
const { id } = await makeStation(ask, 'imports');

test('things from CSV: good rows go in, each bad row is named exactly', async () => {
  const raw = [
    '\uFEFFname,uri,model,parent,labels.city,properties.built',
    `"Pump, north",urn:test:import:1,${stationModel.id},,Linhai,1998`,
    ',urn:test:import:2,,,,',
    'three,urn:test:import:1,,,,',
    'four,,urn:test:none,,,',
    'five,,,abc,,',
    'six,,,999999,,',
    'seven,x',
    '"eight\nlines",,,,,',
  ].join('\r\n');
  const body = await expectStatus(ask('POST /api/v1/things/import', { raw, headers: csv }), 200);
  assert.equal(body['created'], 2);
  assert.equal(body['refusedCount'], 6);
  assert.equal(body['things'], undefined);
  const refused = itemsOf(body, 'refused').toSorted(
    (a, b) => numberOf(a, 'row') - numberOf(b, 'row'),
  );
  assert.partialDeepStrictEqual(refused, [
    { row: 2, code: 'common.invalid', at: 'name' },
    { row: 3, code: 'things.uri-taken', at: 'uri' },
    { row: 4, code: 'things.no-such-model', at: 'model' },
    { row: 5, code: 'common.invalid', at: 'parent' },
    { row: 6, code: 'things.no-such-parent' },
    { row: 7, code: 'common.invalid', at: 'row', detail: '2 cells for 6 columns' },
  ]);
  for (const each of refused) assert(textOf(each, 'fix').length > 0);
  const made = await expectStatus(ask('GET /api/v1/things/urn:test:import:1'), 200);
  assert.partialDeepStrictEqual(made, {
    name: 'Pump, north',
    labels: { city: 'Linhai' },
    properties: { built: '1998' },
    model: { uri: stationModel.id, version: '1.0.0' },
  });
});

test('things from NDJSON, in the columns of CSV or as the body of a creation', async () => {
  const rows = [
    { name: 'flat', 'labels.city': 'Linhai', model: stationModel.id, modelVersion: '1.0.0' },
    { name: 'nested', labels: { city: 'Taizhou' }, parent: id },
    { name: 'odd', labels: { city: 5 } },
    { name: 'extra', colour: 'red' },
  ];
  const raw = `${rows.map((row) => JSON.stringify(row)).join('\n')}\n\n[1]\n{"name": tru\n`;
  const body = await expectStatus(ask('POST /api/v1/things/import', { raw, headers: ndjson }), 200);
  assert.equal(body['created'], 2);
  assert.partialDeepStrictEqual(
    itemsOf(body, 'refused').toSorted((a, b) => numberOf(a, 'row') - numberOf(b, 'row')),
    [
      { row: 3, at: 'labels.city' },
      { row: 4, at: 'colour' },
      { row: 5, at: 'row', detail: 'not an object' },
      { row: 6, at: 'row' },
    ],
  );
  const filter = encodeURIComponent("labels.city = 'Taizhou'");
  const list = await expectStatus(ask(`GET /api/v1/things?filter=${filter}`), 200);
  assert.partialDeepStrictEqual(itemsOf(list), [{ name: 'nested', parent: id }]);
});

test('with tokens each created thing comes back with one that works', async () => {
  const names = Array.from({ length: 1_203 }, (_, i) => `bulk ${i}`);
  const raw = `name,model\n${names.map((name) => `${name},${stationModel.id}`).join('\n')}\nlast,urn:test:none\n`;
  const body = await expectStatus(
    ask('POST /api/v1/things/import?tokens=true', { raw, headers: csv }),
    200,
  );
  assert.equal(body['created'], names.length);
  assert.partialDeepStrictEqual(itemsOf(body, 'refused'), [{ row: names.length + 1 }]);
  const things = itemsOf(body, 'things');
  assert.equal(things.length, names.length);
  for (const row of [1, 1_000, 1_001, names.length]) {
    const made = things[row - 1] ?? {};
    assert.equal(made['row'], row);
    assert.equal(made['username'], String(made['id']));
    const token = textOf(made, 'token');
    const thing = await expectStatus(ask('GET /api/v1/things/me', { token }), 200);
    assert.equal(thing['name'], `bulk ${row - 1}`);
  }
});

test('a CSV file that is broken off inside a quote keeps the rows before it', async () => {
  const raw = 'name\nbefore\n"never closed\nmore\n';
  const body = await expectStatus(ask('POST /api/v1/things/import', { raw, headers: csv }), 200);
  assert.equal(body['created'], 1);
  assert.partialDeepStrictEqual(itemsOf(body, 'refused'), [{ row: 2, at: 'row' }]);
  for (const [head, detail] of [
    ['name,name', 'column "name" twice'],
    ['"na"me', 'text behind a quote, at character 5'],
  ] as const) {
    const bad = ask('POST /api/v1/things/import', { raw: `${head}\na,b\n`, headers: csv });
    const problem = await expectProblem(bad, 400, 'common.invalid');
    assert.equal(problem['at'], 'row 0');
    assert.equal(problem['detail'], detail);
  }
});

test('imports want a stream of a known type and of a bounded size', async () => {
  await expectProblem(ask('POST /api/v1/things/import', { json: {} }), 415, 'api.media-type');
  await expectProblem(ask('POST /api/v1/things/import'), 415, 'api.media-type');
  const raw = `name\n${'x'.repeat(100)}\n`.repeat(30_000);
  await expectProblem(
    ask('POST /api/v1/things/import', { raw, headers: csv }),
    429,
    'common.limit',
  );
  const long = `${JSON.stringify({ name: 'y'.repeat(1_100_000) })}\n{"name":"after"}\n`;
  const body = await expectStatus(
    ask('POST /api/v1/things/import', { raw: long, headers: ndjson }),
    200,
  );
  assert.equal(body['created'], 1);
  assert.partialDeepStrictEqual(itemsOf(body, 'refused'), [
    { row: 1, detail: 'the row is too long' },
  ]);
});

test('old readings: each bad row is named, the others are stored as backfilled', async () => {
  const raw = [
    'thing,property,time,value',
    `${id},temperature,2001-02-03T04:05:06Z,12.5`,
    `urn:fengsui:thing:${id},open,981173107000,true`,
    `${id},mode,981173107000,auto`,
    `${id},setup,981173107000,"{""depth"":2}"`,
    `999999,temperature,981173107000,1`,
    `${id},pressure,981173107000,1`,
    `${id},temperature,yesterday,1`,
    `${id},temperature,2999-01-01T00:00:00Z,1`,
    `${id},temperature,981173107000,900`,
    `${id},temperature,981173107000,`,
    `${id},open,981173107000,maybe`,
  ].join('\n');
  const body = await expectStatus(ask('POST /api/v1/readings/import', { raw, headers: csv }), 200);
  assert.equal(body['rows'], 11);
  assert.equal(body['accepted'], 4);
  assert.partialDeepStrictEqual(itemsOf(body, 'refused'), [
    { row: 5, code: 'common.not-found', at: 'thing' },
    { row: 6, code: 'model.unknown-property', at: 'property' },
    { row: 7, code: 'model.bad-time', at: 'time', detail: 'yesterday' },
    { row: 8, code: 'model.bad-time', at: 'time', detail: 'in the future' },
    { row: 9, code: 'model.out-of-range', at: 'value' },
    { row: 10, code: 'model.wrong-type', at: 'value' },
    { row: 11, code: 'model.wrong-type', at: 'value' },
  ]);
  await platform.stored();
  const place = `/api/v1/things/${id}/properties/temperature/history?from=0&to=2010-01-01T00:00:00Z`;
  assert.deepEqual(itemsOf(await expectStatus(ask(`GET ${place}`), 200), 'points'), [
    { time: '2001-02-03T04:05:06.000Z', value: 12.5, quality: 'backfilled' },
  ]);
  const setup = `/api/v1/things/${id}/properties/setup/history?from=0`;
  const points = itemsOf(await expectStatus(ask(`GET ${setup}`), 200), 'points');
  assert.deepEqual(points[0]?.['value'], { depth: 2 });
});

test('an upload that is cut off goes on at its checkpoint and stores every reading once', async () => {
  const url = new URL(await platform.api.listen({ host: '127.0.0.1', port: 0 }));
  const total = 12_000;
  const start = Date.parse('2010-01-01T00:00:00Z');
  const row = (n: number): string => `${id},level,${start + n * 1_000},${n}\n`;
  const rows = Array.from({ length: total }, (_, n) => row(n));
  const file = `thing,property,time,value\n${rows.join('')}`;
  const progress = async (): Promise<number> => {
    const body = await expectStatus(ask('GET /api/v1/readings/import/level.csv'), 200);
    return numberOf(body, 'rows');
  };
  assert.equal(await progress(), 0);
  const cut = request(new URL('/api/v1/readings/import?upload=level.csv', url), {
    method: 'POST',
    headers: { ...csv, authorization: `Bearer ${platform.adminToken}` },
  });
  cut.on('error', () => undefined);
  cut.write(file.slice(0, file.length * 0.7));
  while ((await progress()) < 5_000) await setTimeout(5);
  cut.destroy();
  await setTimeout(50);
  const before = await progress();
  assert(before >= 5_000 && before < total, `${before} rows are noted`);
  const send = () =>
    ask('POST /api/v1/readings/import?upload=level.csv', { raw: file, headers: csv });
  const again = await expectStatus(send(), 200);
  assert.deepEqual(again, { rows: total, accepted: total - before, refusedCount: 0, refused: [] });
  assert.equal(await progress(), total);
  const third = await expectStatus(send(), 200);
  assert.deepEqual(third, { rows: total, accepted: 0, refusedCount: 0, refused: [] });
  await platform.stored();
  const range = 'from=2009-01-01T00:00:00Z&to=2011-01-01T00:00:00Z';
  const place = `/api/v1/things/${id}/properties/level/history?${range}`;
  const csvOut = await ask(`GET ${place}`, { headers: { accept: 'text/csv' } });
  assert.deepEqual(
    csvOut.text
      .split('\r\n')
      .slice(1, -1)
      .map((line) => Number(line.split(',')[3])),
    Array.from({ length: total }, (_, n) => n),
  );
  await expectProblem(
    ask('POST /api/v1/readings/import?upload=../x', { raw: file, headers: csv }),
    400,
    'common.invalid',
  );
});

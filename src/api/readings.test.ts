// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import {
  asking,
  expectProblem,
  expectStatus,
  itemsOf,
  makeStation,
  makeToken,
  numberOf,
  textOf,
} from '../../test/support/http.ts';
import { startPlatform } from '../../test/support/platform.ts';

const platform = await startPlatform(['limits.http.bodyBytesMax=65536']);
after(() => platform[Symbol.asyncDispose]());
const ask = asking(platform);
const me = '/api/v1/things/me/properties';

/** Readings of a property in the store, the oldest first. */
async function stored(id: number, property: string, range = 'from=0'): Promise<unknown[]> {
  await platform.stored();
  const place = `/api/v1/things/${id}/properties/${property}/history?${range}`;
  return itemsOf(await expectStatus(ask(`GET ${place}`), 200), 'points').map((p) => p['value']);
}

test('JSON, CBOR and SenML by content type are stored and are the current values', async () => {
  const { id, token } = await makeStation(ask, 'formats');
  const recent = Date.now() - 60_000;
  const cbor = Buffer.concat([Buffer.from([0xa1, 0x6b]), Buffer.from('temperature')]);
  const posts: [string, string | Buffer][] = [
    ['application/json', '{"temperature": 1, "open": true, "mode": "auto"}'],
    ['', '{"level": 17}'],
    ['application/json; charset=utf-8', JSON.stringify([{ setup: { depth: 2.5 } }])],
    ['application/cbor', Buffer.concat([cbor, Buffer.from([0xf9, 0x4d, 0x60])])],
    [
      'application/senml+json',
      JSON.stringify([{ n: 'temperature', u: 'Cel', v: 3, t: (recent + 120_000) / 1_000 }]),
    ],
    [
      'application/json',
      JSON.stringify({ time: new Date(recent).toISOString(), values: { temperature: -3 } }),
    ],
  ];
  for (const [type, raw] of posts) {
    const headers = type === '' ? undefined : { 'content-type': type };
    const answer = await ask(`POST ${me}`, { token, raw, ...(headers && { headers }) });
    assert.equal(answer.status, 200, `${type} ${answer.text}`);
    assert.equal(answer.body['refusedCount'], 0, answer.text);
  }
  assert.deepEqual(
    await stored(id, 'temperature', `from=0&to=${recent + 600_000}`),
    [-3, 1, 21.5, 3],
  );
  const current = await expectStatus(ask(`GET ${me}`, { token }), 200);
  assert.partialDeepStrictEqual(current, {
    temperature: { value: 3, unit: 'Cel', quality: 'good' },
    open: { value: true },
    mode: { value: 'auto' },
    level: { value: 17, unit: 'mm' },
    setup: { value: { depth: 2.5 } },
  });
  assert.deepEqual(await stored(id, 'open'), [true]);
  assert.deepEqual(await stored(id, 'setup'), [{ depth: 2.5 }]);
  assert.deepEqual(await expectStatus(ask(`GET /api/v1/things/${id}/properties`), 200), current);
});

test('a bad reading is named with its place and fix, and its neighbours are taken', async () => {
  const { id, token } = await makeStation(ask, 'partial');
  const json = [
    { temperature: 20 },
    { temperature: 200, level: 4 },
    { time: 'noon', values: { level: 5 } },
    { pressure: 1 },
  ];
  const body = await expectStatus(ask(`POST ${me}`, { token, json }), 200);
  assert.equal(body['accepted'], 2);
  assert.equal(body['refusedCount'], 3);
  const refused = itemsOf(body, 'refused');
  assert.partialDeepStrictEqual(refused, [
    { at: '/1/temperature', code: 'model.out-of-range' },
    { at: '/2/time', code: 'model.bad-time' },
    { at: '/3/pressure', code: 'model.unknown-property' },
  ]);
  for (const each of refused) assert.match(textOf(each, 'fix'), /[a-z]/);
  const headers = { 'accept-language': 'zh-CN,zh;q=0.9' };
  const inChinese = await expectStatus(ask(`POST ${me}`, { token, json, headers }), 200);
  assert.match(textOf(itemsOf(inChinese, 'refused')[0] ?? {}, 'fix'), /\p{Script=Han}/u);
  assert.deepEqual(await stored(id, 'level'), [4, 4]);
});

test('a payload that is bad as a whole is an error and nothing of it is stored', async () => {
  const { id, token } = await makeStation(ask, 'whole');
  const head = platform.services.log.head;
  const json = { token, headers: { 'content-type': 'application/json' } };
  const post = (raw: string | Buffer) => ask(`POST ${me}`, { ...json, raw });
  const broken = await expectProblem(post('[{"temperature": 1}, {"tempe'), 400, 'model.bad-json');
  assert.equal(broken['at'], 'byte 28');
  await expectProblem(post('17'), 400, 'model.bad-payload');
  await expectProblem(post(''), 400, 'model.bad-json');
  await expectProblem(post('['.repeat(5_000)), 400, 'model.bad-json');
  const deep = `{"setup":${'['.repeat(100)}${']'.repeat(100)}}`;
  await expectProblem(post(deep), 413, 'model.payload-too-large');
  const cbor = { token, raw: Buffer.from('a16b74', 'hex') };
  await expectProblem(
    ask(`POST ${me}`, { ...cbor, headers: { 'content-type': 'application/cbor' } }),
    400,
    'model.bad-cbor',
  );
  await expectProblem(
    ask(`POST ${me}`, { ...cbor, headers: { 'content-type': 'image/png' } }),
    415,
    'api.media-type',
  );
  const none = await expectProblem(
    post('{"temperature": 900, "level": "x"}'),
    422,
    'model.out-of-range',
  );
  assert.partialDeepStrictEqual(itemsOf(none, 'faults'), [
    { at: '/temperature', code: 'model.out-of-range' },
    { at: '/level', code: 'model.wrong-type' },
  ]);
  const large = await expectProblem(post(`"${'x'.repeat(70_000)}"`), 413, 'api.body-too-large');
  assert.match(textOf(large, 'fix'), /import/);
  assert.equal(platform.services.log.head, head, 'nothing went into the log');
  assert.deepEqual(await stored(id, 'temperature'), []);
});

test('a device speaks for itself alone: by me, its number and its uri', async () => {
  const own = await makeStation(ask, 'own');
  const other = await makeStation(ask, 'other');
  const { token } = own;
  const json = { level: 1 };
  const uri = encodeURIComponent(`urn:fengsui:thing:${own.id}`);
  for (const name of ['me', String(own.id), uri]) {
    await expectStatus(ask(`POST /api/v1/things/${name}/properties`, { token, json }), 200);
  }
  const otherUri = encodeURIComponent(`urn:fengsui:thing:${other.id}`);
  for (const name of [String(other.id), otherUri, '999999', 'urn:test:none']) {
    const place = `/api/v1/things/${name}/properties`;
    await expectProblem(ask(`POST ${place}`, { token, json }), 403, 'security.forbidden');
  }
  const ingest = await makeToken(ask, 'ingest');
  await expectStatus(ask(`POST /api/v1/things/${own.id}/properties`, { token: ingest, json }), 200);
  await expectProblem(ask(`POST ${me}`, { token: ingest, json }), 404, 'common.not-found');
});

test('wrong tokens on a path do not lock the device of that path out', async () => {
  const { id, token } = await makeStation(ask, 'not locked');
  const place = `/api/v1/things/${id}/properties`;
  const refused = await ask(`GET ${place}`, { token: 'fsd_wrong' });
  assert.equal(refused.status, 401);
  assert.equal(refused.headers['www-authenticate'], 'Bearer');
  await expectStatus(ask(`GET ${place}`, { token }), 200);
});

test('the answer comes only after the readings are durable', async () => {
  const { token } = await makeStation(ask, 'durable');
  const release = platform.stall();
  let answered = 0;
  const count = (): void => void answered++;
  const reading = ask(`POST ${me}`, { token, json: { level: 1 } });
  const event = ask('POST /api/v1/things/me/events/flooded', { token, json: { by: 1 } });
  const row = `thing,property,time,value\r\n`;
  const headers = { 'content-type': 'text/csv' };
  const import_ = ask('POST /api/v1/readings/import', { raw: row, headers });
  for (const each of [reading, event, import_]) void each.then(count);
  for (let turn = 0; turn < 200; turn++) await setImmediate();
  assert.equal(answered, 0);
  release();
  assert.equal((await reading).status, 200);
  assert.equal((await event).status, 204);
  assert.equal((await import_).status, 200);
});

test('history: raw, down-sampled, aggregates with gaps as null, several series aligned', async () => {
  const { id } = await makeStation(ask, 'history');
  const start = Math.floor(Date.now() / 60_000) * 60_000 - 3_600_000;
  const minute = (n: number): string => new Date(start + n * 60_000).toISOString();
  const rows = Array.from({ length: 60 }, (_, n) => n).filter((n) => n < 20 || n >= 30);
  const json = rows.map((n) => ({
    time: minute(n),
    values: { temperature: n, open: n % 2 === 1 },
  }));
  const posted = await expectStatus(ask(`POST /api/v1/things/${id}/properties`, { json }), 200);
  assert.equal(posted['accepted'], 100);
  await platform.stored();
  const place = `/api/v1/things/${id}/properties/temperature/history`;
  const range = `from=${minute(0)}&to=${minute(60)}`;
  const raw = await expectStatus(ask(`GET ${place}?${range}`), 200);
  assert.equal(raw['kind'], 'raw');
  assert.equal(raw['unit'], 'Cel');
  assert.deepEqual(
    itemsOf(raw, 'points').map((p) => p['value']),
    rows,
  );
  assert.deepEqual(itemsOf(raw, 'points')[1], { time: minute(1), value: 1 });
  assert.equal(raw['next'], undefined);
  const few = await expectStatus(ask(`GET ${place}?${range}&points=12`), 200);
  assert.equal(few['kind'], 'downsampled');
  assert(itemsOf(few, 'points').length <= 12);
  const buckets = `${range}&aggregate=avg&bucket=600000`;
  const avg = await expectStatus(ask(`GET ${place}?${buckets}`), 200);
  assert.equal(avg['bucketMs'], 600_000);
  assert.deepEqual(
    itemsOf(avg, 'points').map((p) => p['value']),
    [4.5, 14.5, null, 34.5, 44.5, 54.5],
  );
  const aligned = await expectStatus(
    ask(`GET /api/v1/history?of=${id}/temperature&of=${id}/open&of=${id}/level&${buckets}`),
    200,
  );
  const series = itemsOf(aligned, 'series');
  assert.deepEqual(
    series.map((s) => s['property']),
    ['temperature', 'open', 'level'],
  );
  const times = series.map((s) => itemsOf(s, 'points').map((p) => p['time']));
  assert.deepEqual(times[1], times[0]);
  assert.deepEqual(times[2], times[0]);
  const values = (n: number): unknown[] =>
    itemsOf(series[n] ?? {}, 'points').map((p) => p['value']);
  assert.deepEqual(values(1), [0.5, 0.5, null, 0.5, 0.5, 0.5]);
  assert.deepEqual(values(2), [null, null, null, null, null, null]);
  const last = await expectStatus(
    ask(`GET /api/v1/things/${id}/properties/open/history?${range}&aggregate=last&bucket=600000`),
    200,
  );
  assert.deepEqual(
    itemsOf(last, 'points').map((p) => p['value']),
    [true, true, null, true, true, true],
  );
});

test('raw readings page by page, in both directions', async () => {
  const { id } = await makeStation(ask, 'paging');
  const start = Date.now() - 600_000;
  const json = Array.from({ length: 25 }, (_, n) => ({ time: start + n, values: { level: n } }));
  const posted = await expectStatus(
    ask(`POST /api/v1/things/${id}/properties`, {
      json: json.map((each) => ({ ...each, time: new Date(each.time).toISOString() })),
    }),
    200,
  );
  assert.equal(posted['accepted'], 25);
  await platform.stored();
  const walk = async (order: string): Promise<unknown[]> => {
    const base = `/api/v1/things/${id}/properties/level/history?raw=true&points=10&from=${start}&order=${order}`;
    const seen: unknown[] = [];
    let after = '';
    for (;;) {
      const page = await expectStatus(ask(`GET ${base}${after}`), 200);
      assert.equal(page['kind'], 'raw');
      seen.push(...itemsOf(page, 'points').map((p) => p['value']));
      if (page['next'] === undefined) return seen;
      after = `&after=${textOf(page, 'next')}`;
    }
  };
  const all = json.map((each) => each.values.level);
  assert.deepEqual(await walk('ascending'), all);
  assert.deepEqual(await walk('descending'), all.toReversed());
});

test('exports of more than one page of the store, as CSV and NDJSON', async () => {
  const { id } = await makeStation(ask, 'export');
  const start = Date.now() - 86_400_000;
  const total = 45_001;
  for (let from = 0; from < total; from += 1_500) {
    const json = Array.from({ length: Math.min(1_500, total - from) }, (_, i) => ({
      n: 'level',
      t: (start + from + i) / 1_000,
      v: from + i,
    }));
    const headers = { 'content-type': 'application/senml+json' };
    const raw = JSON.stringify(json);
    const posted = ask(`POST /api/v1/things/${id}/properties`, { raw, headers });
    assert.equal(numberOf(await expectStatus(posted, 200), 'accepted'), json.length);
  }
  const text = { json: { mode: 'auto' } };
  await expectStatus(ask(`POST /api/v1/things/${id}/properties`, text), 200);
  await platform.stored();
  const place = `/api/v1/things/${id}/properties/level/history?from=0`;
  const csv = await ask(`GET ${place}`, { headers: { accept: 'text/csv' } });
  assert.equal(csv.status, 200);
  assert.match(csv.headers['content-type'] ?? '', /^text\/csv/);
  const lines = csv.text.split('\r\n');
  assert.equal(lines[0], 'thing,property,time,value,quality,unit');
  assert.equal(lines[1], `${id},level,${new Date(start).toISOString()},0,good,mm`);
  assert.deepEqual(
    lines.slice(1, -1).map((line) => Number(line.split(',')[3])),
    Array.from({ length: total }, (_, n) => n),
  );
  const both = `/api/v1/history?of=${id}/level&of=${id}/mode&from=0&order=descending`;
  const ndjson = await ask(`GET ${both}`, { headers: { accept: 'application/x-ndjson' } });
  const rows = ndjson.text.trimEnd().split('\n');
  assert.equal(rows.length, total + 1);
  assert.partialDeepStrictEqual(JSON.parse(rows[0] ?? ''), { property: 'level', value: total - 1 });
  assert.partialDeepStrictEqual(JSON.parse(rows.at(-1) ?? ''), { property: 'mode', value: 'auto' });
  const aggregate = ask(`GET ${place}&aggregate=avg`, { headers: { accept: 'text/csv' } });
  assert.equal((await expectProblem(aggregate, 400, 'common.invalid'))['at'], 'query/aggregate');
});

test('questions about history that make no sense are refused at their place', async () => {
  const { id } = await makeStation(ask, 'questions');
  const place = `/api/v1/things/${id}/properties/level/history`;
  const at = async (query: string): Promise<unknown> =>
    (await expectProblem(ask(`GET ${place}?${query}`), 400, 'common.invalid'))['at'];
  assert.equal(await at('from=soon'), 'query/from');
  assert.equal(await at('from=20&to=10'), 'query/from');
  assert.equal(await at('points=0'), 'query/points');
  assert.equal(await at('aggregate=median'), 'query/aggregate');
  assert.equal(await at('raw=true&aggregate=avg'), 'query/raw');
  await expectProblem(
    ask(`GET /api/v1/things/${id}/properties/no/history`),
    404,
    'common.not-found',
  );
  await expectProblem(ask(`GET /api/v1/history?of=${id}`), 404, 'common.not-found');
  await expectProblem(ask('GET /api/v1/history'), 400, 'common.invalid');
  const many = Array.from({ length: 101 }, (_, n) => `of=${n}/level`).join('&');
  await expectProblem(ask(`GET /api/v1/history?${many}`), 429, 'common.limit');
});

test('an event is taken when its model has it and its data fits', async () => {
  const { id, token } = await makeStation(ask, 'events');
  const place = '/api/v1/things/me/events';
  const head = platform.services.log.head;
  await expectStatus(ask(`POST ${place}/flooded`, { token, json: { by: 2 } }), 204);
  assert.equal(platform.services.log.head, head + 1);
  const cbor = { token, raw: Buffer.from('a1626279f94d60', 'hex') };
  const headers = { 'content-type': 'application/cbor' };
  await expectStatus(ask(`POST ${place}/flooded`, { ...cbor, headers }), 204);
  await expectProblem(ask(`POST ${place}/burnt`, { token, json: {} }), 404, 'things.no-such-event');
  const wrong = { token, json: { by: 'much' } };
  await expectProblem(ask(`POST ${place}/flooded`, wrong), 422, 'model.schema-mismatch');
  const deep = { token, raw: '['.repeat(40) + ']'.repeat(40) };
  await expectProblem(ask(`POST ${place}/flooded`, deep), 413, 'model.payload-too-large');
  await expectProblem(
    ask(`POST /api/v1/things/${id + 1_000}/events/flooded`, { json: {} }),
    404,
    'common.not-found',
  );
});

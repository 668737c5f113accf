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
  textOf,
} from '../../test/support/http.ts';
import { startPlatform } from '../../test/support/platform.ts';

const platform = await startPlatform(['limits.auth.failuresPerMinutePerSource=5']);
after(() => platform[Symbol.asyncDispose]());
const ask = asking(platform);

test('tokens are made with scopes, listed without secrets and revoked at once', async () => {
  const json = { name: 'dashboard', scopes: ['read'], expires: '2099-01-01T00:00:00Z' };
  const made = await ask('POST /api/v1/tokens', { json });
  assert.equal(made.status, 201, made.text);
  assert.equal(made.headers['cache-control'], 'no-store');
  const token = textOf(made.body, 'token');
  await expectStatus(ask('GET /api/v1/things', { token }), 200);
  const forbidden = ask('POST /api/v1/things', { token, json: { name: 'a' } });
  assert.equal((await expectProblem(forbidden, 403, 'security.forbidden'))['at'], 'things.write');
  const list = await ask('GET /api/v1/tokens');
  assert.partialDeepStrictEqual(
    itemsOf(list.body).find((row) => row['name'] === 'dashboard'),
    { scopes: ['read'], expires: '2099-01-01T00:00:00.000Z' },
  );
  assert(!list.text.includes(token));
  const place = `/api/v1/tokens/${numberOf(made.body, 'id')}`;
  await expectStatus(ask(`DELETE ${place}`), 204);
  await expectProblem(ask('GET /api/v1/things', { token }), 401, 'security.bad-credentials');
  await expectProblem(ask(`DELETE ${place}`), 404, 'common.not-found');
  for (const [bad, at] of [
    [{ name: 'a', scopes: 'read' }, 'body/scopes'],
    [{ name: 'a', scopes: ['root'] }, 'scopes'],
    [{ name: 'a', scopes: [] }, 'body/scopes'],
    [{ scopes: ['read'] }, 'body/name'],
  ] as const) {
    const problem = await expectProblem(
      ask('POST /api/v1/tokens', { json: bad }),
      400,
      'common.invalid',
    );
    assert.equal(problem['at'], at);
  }
});

const cookieOf = (headers: { readonly 'set-cookie'?: unknown }): string =>
  String(headers['set-cookie']).split(';', 1)[0] ?? '';

test('a browser session is opened by a one-time link, once, and ended', async () => {
  const link = await platform.services.administrator.newLink();
  const open = () => ask('POST /api/v1/session', { token: null, json: { link } });
  const opened = await open();
  assert.equal(opened.status, 200);
  assert.match(String(opened.headers['set-cookie']), /; HttpOnly; SameSite=Strict; Path=\/$/);
  const cookie = cookieOf(opened.headers);
  const asPage = (place: string, more: Record<string, string> = {}, json?: object) =>
    ask(place, { token: null, headers: { cookie, ...more }, ...(json && { json }) });
  await expectStatus(asPage('GET /api/v1/system'), 200);
  assert.equal((await expectStatus(asPage('GET /api/v1/session'), 200))['open'], true);
  await expectProblem(open(), 401, 'security.bad-credentials');
  const own = { host: 'tower:8080', origin: 'http://tower:8080' };
  await expectStatus(asPage('POST /api/v1/things', own, { name: 'from the page' }), 201);
  for (const origin of ['http://tower:9090', 'http://evil', 'null']) {
    const foreign = asPage('POST /api/v1/things', { ...own, origin }, { name: 'no' });
    await expectProblem(foreign, 403, 'security.other-origin');
  }
  const ended = await asPage('DELETE /api/v1/session');
  assert.equal(ended.status, 204);
  assert.match(String(ended.headers['set-cookie']), /Max-Age=0/);
  await expectProblem(asPage('GET /api/v1/system'), 401, 'security.unauthenticated');
  assert.equal((await expectStatus(asPage('GET /api/v1/session'), 200))['open'], false);
});

test('a session of an API token has its scopes and ends with it', async () => {
  const made = await expectStatus(
    ask('POST /api/v1/tokens', { json: { name: 'reader', scopes: ['read'] } }),
    201,
  );
  const json = { token: textOf(made, 'token') };
  const opened = await ask('POST /api/v1/session', { token: null, json });
  assert.equal(opened.status, 200, opened.text);
  const question = { token: null, headers: { cookie: cookieOf(opened.headers) } };
  await expectStatus(ask('GET /api/v1/system', question), 200);
  await expectProblem(
    ask('POST /api/v1/things', { ...question, json: { name: 'a' } }),
    403,
    'security.forbidden',
  );
  await expectStatus(ask(`DELETE /api/v1/tokens/${numberOf(made, 'id')}`), 204);
  await expectProblem(ask('GET /api/v1/system', question), 401, 'security.unauthenticated');
});

test('a device token opens no session', async () => {
  const { token } = await makeStation(ask, 'no session');
  const answer = ask('POST /api/v1/session', { token: null, json: { token } });
  await expectProblem(answer, 403, 'security.forbidden');
});

test('health: livez, readyz with its checks, metrics that parse', async () => {
  const open = { token: null };
  assert.equal((await ask('GET /livez', open)).text, 'ok\n');
  assert.equal((await ask('GET /readyz', open)).text, 'ok\n');
  assert.deepEqual(await expectStatus(ask('GET /readyz?verbose', open), 200), {
    ready: true,
    checks: {
      log: { ok: true, detail: 'on disk' },
      registry: { ok: true, detail: 'answers' },
      series: { ok: true, detail: '0 points' },
    },
  });
  const metrics = await ask('GET /metrics', open);
  assert.match(metrics.headers['content-type'] ?? '', /^text\/plain; version=0\.0\.4/);
  const sample =
    /^[a-zA-Z_:][\w:]*(\{[a-zA-Z_]\w*="(?:[^"\\\n]|\\.)*"(,[a-zA-Z_]\w*="(?:[^"\\\n]|\\.)*")*\})? (?:[-+]?[\d.eE+-]+|[-+]?Inf|NaN)$/;
  const lines = metrics.text.trimEnd().split('\n');
  assert(lines.length > 10);
  for (const line of lines) assert(line.startsWith('# ') || sample.test(line), line);
});

test('the figures of the process count what comes in over HTTP', async () => {
  const { token } = await makeStation(ask, 'counted');
  const before = await expectStatus(ask('GET /api/v1/system'), 200);
  const json = { temperature: 1, level: 2 };
  await expectStatus(ask('POST /api/v1/things/me/properties', { token, json }), 200);
  const system = await expectStatus(ask('GET /api/v1/system'), 200);
  assert.equal(numberOf(system, 'messages') - numberOf(before, 'messages'), 1);
  assert.equal(numberOf(system, 'readings') - numberOf(before, 'readings'), 2);
  assert.partialDeepStrictEqual(system, {
    listeners: { mqtt: '127.0.0.1:1883' },
    connections: 3,
    version: '0.0.0-test',
  });
  assert.equal(system['things'], numberOf(before, 'things'));
});

test('refused connections are told with reason and remedy, in the reader’s language', async () => {
  const { diagnosis } = platform.services;
  const who = { protocol: 'mqtt', transport: 'tcp', source: '10.0.0.9', identity: 'pump' } as const;
  const note = { ...who, step: 'auth' } as const;
  const wrong = { ...note, code: 'security.bad-credentials', detail: 'unknown' } as const;
  diagnosis.note(wrong, 1_000);
  diagnosis.note(wrong, 2_000);
  const step = 'decode';
  diagnosis.note({ ...note, step, code: 'access.protocol-error', detail: '§ 4.13' }, 3_000);
  const body = await expectStatus(ask('GET /api/v1/diagnosis'), 200);
  assert.partialDeepStrictEqual(itemsOf(body), [
    { code: 'access.protocol-error', detail: '§ 4.13', count: 1, family: 4, claimable: false },
    {
      ...{ protocol: 'mqtt', source: '10.0.0.9', identity: 'pump', count: 2 },
      first: '1970-01-01T00:00:01.000Z',
      time: '1970-01-01T00:00:02.000Z',
      title: 'the identity is unknown or the secret is wrong',
    },
  ]);
  const headers = { 'accept-language': 'zh' };
  const zh = await expectStatus(ask('GET /api/v1/diagnosis?limit=1000', { headers }), 200);
  assert.equal(itemsOf(zh)[1]?.['title'], '身份未知或密钥错误');
  assert.equal(itemsOf(await expectStatus(ask('GET /api/v1/diagnosis?limit=1'), 200)).length, 1);
});

test('problems: unknown route, media type, JSON with its byte, size, language, trace id', async () => {
  const nowhere = await expectProblem(ask('GET /api/v2/things?x=1'), 404, 'api.no-route');
  assert.equal(nowhere['at'], '/api/v2/things');
  await expectProblem(ask('PATCH /api/v1/things'), 404, 'api.no-route');
  const text = { raw: 'name=a', headers: { 'content-type': 'application/x-www-form-urlencoded' } };
  await expectProblem(ask('POST /api/v1/things', text), 415, 'api.media-type');
  const headers = { 'content-type': 'application/json' };
  const post = (raw: string) => ask('POST /api/v1/things', { raw, headers });
  const broken = await expectProblem(post('{"name": "a",}'), 400, 'api.bad-json');
  assert.equal(broken['at'], 'byte 13');
  await expectProblem(post(''), 400, 'api.bad-json');
  await expectProblem(post(`{"name":"${'x'.repeat(1_100_000)}"}`), 413, 'api.body-too-large');
  const deep = `{"name":"a","properties":{"x":${'['.repeat(9_000)}${']'.repeat(9_000)}}}`;
  await expectProblem(post(deep), 413, 'model.payload-too-large');
  const proto = await expectStatus(post('{"name":"a","properties":{"__proto__":{"x":1}}}'), 201);
  assert.equal(Object.getPrototypeOf({}).x, undefined);
  assert.equal(typeof proto['id'], 'number');
  const chinese = await expectProblem(
    ask('GET /nowhere', { headers: { 'accept-language': 'zh-CN,zh;q=0.9,en;q=0.8' } }),
    404,
    'api.no-route',
  );
  assert.equal(chinese['title'], '接口不存在');
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const traced = await ask('GET /nowhere', { headers: { traceparent } });
  assert.equal(traced.body['traceId'], '0af7651916cd43dd8448eb211c80319c');
  const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`x${i}`, 1]));
  const faults = await expectProblem(
    ask('POST /api/v1/things', { json: { name: 'a', ...many } }),
    400,
    'common.invalid',
  );
  assert.equal(itemsOf(faults, 'faults').length, 100, 'named up to a bound');
});

test('our own failure is logged under the trace id and not shown', async () => {
  const { things } = platform.services;
  const count = things.read.count;
  things.read.count = () => Promise.reject(new Error('a secret of the registry'));
  try {
    const answer = await ask('GET /api/v1/things/count');
    assert.equal(answer.status, 500);
    assert.equal(answer.body['code'], 'common.internal');
    assert(!answer.text.includes('secret'));
  } finally {
    things.read.count = count;
  }
});

// The last test: afterwards nobody from this address may try.
test('guessing from one address is slowed down, for links and tokens alike', async () => {
  const guess = { token: null, json: { link: 'guess' } };
  const statuses: number[] = [];
  for (let i = 0; i < 7; i++) statuses.push((await ask('POST /api/v1/session', guess)).status);
  assert(statuses.includes(401) && statuses.at(-1) === 429, String(statuses));
  await expectProblem(ask('GET /api/v1/things'), 429, 'security.too-many-attempts');
  const limited = await ask('GET /api/v1/things');
  assert.equal(limited.headers['retry-after'], '1');
});

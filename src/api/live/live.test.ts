// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { WebSocket } from 'ws';
import {
  asking,
  expectStatus,
  makeStation,
  makeToken,
  numberOf,
  textOf,
} from '../../../test/support/http.ts';
import { startPlatform } from '../../../test/support/platform.ts';

const platform = await startPlatform([
  'limits.live.subscriptionsMax=3',
  'limits.live.connectionsMax=4',
  'limits.live.ratePerSecondMax=10000',
  'limits.auth.failuresPerMinutePerSource=1000',
]);
after(() => platform[Symbol.asyncDispose]());
const ask = asking(platform);
const http = await platform.api.listen({ host: '127.0.0.1', port: 0 });
const url = `${http.replace('http', 'ws')}/api/v1/live`;
const { id, token } = await makeStation(ask, 'live');
const other = await makeStation(ask, 'live too');

type Frame = Readonly<Record<string, unknown>>;

/** A client that keeps what it was sent. */
class Client implements AsyncDisposable {
  readonly frames: Frame[] = [];
  readonly socket: WebSocket;

  constructor(headers: Record<string, string>) {
    this.socket = new WebSocket(url, { headers });
    this.socket.on('message', (data: Buffer) => this.frames.push(JSON.parse(data.toString())));
  }

  static async open(headers?: Record<string, string>): Promise<Client> {
    const client = new Client(headers ?? { authorization: `Bearer ${platform.adminToken}` });
    await new Promise((resolve, reject) => {
      client.socket.once('open', resolve);
      client.socket.once('error', reject);
    });
    return client;
  }

  send(frame: object | string): void {
    this.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  /** The first frame that fits, waiting for it. */
  async frame(fits: (frame: Frame) => boolean): Promise<Frame> {
    for (;;) {
      const found = this.frames.find(fits);
      if (found !== undefined) return found;
      await setTimeout(5);
    }
  }

  async subscribe(id_: string, kind: string, more: object = {}): Promise<void> {
    this.send({ op: 'subscribe', id: id_, kind, ...more });
    await this.frame((frame) => frame['op'] === 'subscribed' && frame['id'] === id_);
  }

  items(id_: string): Frame[] {
    return this.frames
      .filter((frame) => frame['id'] === id_ && Array.isArray(frame['items']))
      .flatMap((frame) => (Array.isArray(frame['items']) ? frame['items'] : []));
  }

  dropped(id_: string): number {
    return this.frames
      .filter((frame) => frame['id'] === id_ && typeof frame['dropped'] === 'number')
      .reduce((sum, frame) => sum + Number(frame['dropped']), 0);
  }

  /** Waits until a subscription has been told of so many items, sent or dropped. */
  async told(id_: string, count: number): Promise<void> {
    while (this.items(id_).length + this.dropped(id_) < count) await setTimeout(5);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.socket.once('close', resolve));
    if (this.socket.readyState === WebSocket.CLOSED) return;
    this.socket.close();
    await closed;
  }
}

const post = (json: unknown, who = token) =>
  expectStatus(ask('POST /api/v1/things/me/properties', { token: who, json }), 200);

test('readings come with their thing, property, time, value and quality', async () => {
  await using client = await Client.open();
  await client.subscribe('a', 'readings');
  const time = new Date().toISOString();
  await post({
    time,
    values: { temperature: 21.5, open: true, mode: 'auto', setup: { depth: 1 } },
  });
  await client.told('a', 4);
  const about = { thing: id, time, quality: 'good' };
  assert.deepEqual(client.items('a'), [
    { ...about, property: 'temperature', value: 21.5, unit: 'Cel' },
    { ...about, property: 'open', value: true },
    { ...about, property: 'mode', value: 'auto' },
    { ...about, property: 'setup', value: { depth: 1 } },
  ]);
  assert.equal(client.dropped('a'), 0);
});

test('a subscription takes the things and properties that it names and no others', async () => {
  await using client = await Client.open();
  await client.subscribe('thing', 'readings', { things: [other.id] });
  await client.subscribe('property', 'readings', { properties: ['level'] });
  await client.subscribe('both', 'readings', { things: [id], properties: ['level'] });
  await post({ temperature: 1, level: 2 });
  await post({ temperature: 3, level: 4 }, other.token);
  await Promise.all([client.told('thing', 2), client.told('property', 2), client.told('both', 1)]);
  const values = (name: string): unknown[] => client.items(name).map((item) => item['value']);
  assert.deepEqual(values('thing'), [3, 4]);
  assert.deepEqual(values('property'), [2, 4]);
  assert.deepEqual(values('both'), [2]);
});

test('what the rate leaves out is counted exactly, with and without a selection', async () => {
  await using client = await Client.open();
  await client.subscribe('all', 'readings', { ratePerSecond: 5 });
  await client.subscribe('some', 'readings', { ratePerSecond: 2, properties: ['level'] });
  const total = 3_000;
  for (let n = 0; n < total; n += 500) {
    await post(Array.from({ length: 500 }, (_, i) => ({ level: n + i, temperature: 1 })));
  }
  await client.told('all', total * 2);
  await client.told('some', total);
  assert.equal(client.items('all').length + client.dropped('all'), total * 2);
  assert.equal(client.items('some').length + client.dropped('some'), total);
  assert(client.items('some').length < 100 && client.items('all').length < 200);
  const subscribed = await client.frame((frame) => frame['id'] === 'some');
  assert.equal(subscribed['ratePerSecond'], 2);
});

test('with a low rate no series starves, and the last reading of each arrives', async () => {
  await using client = await Client.open();
  await client.subscribe('a', 'readings', { ratePerSecond: 30, things: [id] });
  const total = 400;
  for (let n = 1; n <= total; n++) await post({ temperature: n % 80, level: n, open: n % 2 === 0 });
  await client.told('a', total * 3);
  const of = (property: string): unknown[] =>
    client
      .items('a')
      .filter((item) => item['property'] === property)
      .map((item) => item['value']);
  assert.equal(client.items('a').length + client.dropped('a'), total * 3);
  assert.equal(of('temperature').at(-1), 0);
  assert.equal(of('level').at(-1), total);
  assert.equal(of('open').at(-1), true);
  const levels = of('level');
  assert.deepEqual(
    levels,
    levels.toSorted((a, b) => Number(a) - Number(b)),
    'in order',
  );
});

test('events, lifecycle and actions, of all things or of some', async () => {
  await using client = await Client.open();
  await client.subscribe('e', 'events', { things: [id] });
  await client.subscribe('l', 'lifecycle', { things: [id, other.id] });
  await client.subscribe('x', 'actions');
  await expectStatus(ask('POST /api/v1/things/me/events/flooded', { token, json: { by: 3 } }), 204);
  const elsewhere = { token: other.token, json: { by: 4 } };
  await expectStatus(ask('POST /api/v1/things/me/events/flooded', elsewhere), 204);
  await expectStatus(ask(`PATCH /api/v1/things/${other.id}`, { json: { name: 'renamed' } }), 200);
  const json = { input: { seconds: 1 } };
  await expectStatus(ask(`POST /api/v1/things/${id}/actions/flush`, { json }), 202);
  await Promise.all([client.told('e', 1), client.told('l', 1), client.told('x', 1)]);
  assert.partialDeepStrictEqual(client.items('e'), [
    { thing: id, event: 'flooded', data: { by: 3 } },
  ]);
  assert.partialDeepStrictEqual(client.items('l'), [{ thing: other.id, change: 'changed' }]);
  assert.partialDeepStrictEqual(client.items('x')[0], { thing: id, action: 'flush' });
  for (const item of [...client.items('e'), ...client.items('l'), ...client.items('x')]) {
    assert(typeof item['offset'] === 'number');
    assert.match(String(item['time']), /^\d{4}-\d\d-\d\dT/);
  }
  const { body } = await ask('POST /api/v1/things/import', {
    raw: 'name\nimported\n',
    headers: { 'content-type': 'text/csv' },
  });
  assert.equal(body['created'], 1);
});

test('a trace follows a message from its receipt into the store', async () => {
  await using client = await Client.open();
  await client.subscribe('t', 'trace', { things: [id] });
  await post({ temperature: 1 });
  await post({ temperature: 1 }, other.token);
  await client.told('t', 6);
  const items = client.items('t');
  assert.deepEqual(
    items.map((item) => item['step']),
    ['receive', 'auth', 'decode', 'model', 'log', 'store'],
  );
  assert(items.every((item) => item['ok'] === true && item['thing'] === id));
  assert.equal(new Set(items.map((item) => item['message'])).size, 1);
  const bad = await ask('POST /api/v1/things/me/properties', { token, json: { temperature: 999 } });
  assert.equal(bad.status, 422);
  await client.told('t', 10);
  assert.partialDeepStrictEqual(client.items('t').at(-1), {
    ...{ step: 'model', ok: false, detail: 'model.out-of-range' },
  });
  client.send({ op: 'subscribe', id: 'nothing', kind: 'trace' });
  const refused = await client.frame((frame) => frame['fault'] !== undefined);
  assert.partialDeepStrictEqual(refused, {
    id: 'nothing',
    fault: { code: 'common.invalid', at: 'things' },
  });
});

test('a subscription ends, another of its name takes its place, and there is a limit', async () => {
  await using client = await Client.open();
  await client.subscribe('a', 'readings');
  client.send({ op: 'unsubscribe', id: 'a' });
  await client.frame((frame) => frame['op'] === 'unsubscribed');
  await client.subscribe('b', 'readings', { properties: ['level'] });
  await client.subscribe('b', 'readings', { properties: ['temperature'] });
  await post({ temperature: 7, level: 8 });
  await client.told('b', 1);
  assert.deepEqual(client.items('a'), []);
  assert.deepEqual(
    client.items('b').map((item) => item['value']),
    [7],
  );
  await client.subscribe('c', 'readings');
  await client.subscribe('d', 'readings');
  client.send({ op: 'subscribe', id: 'e', kind: 'readings' });
  const refused = await client.frame((frame) => frame['fault'] !== undefined);
  assert.partialDeepStrictEqual(refused, {
    id: 'e',
    fault: { code: 'common.limit', at: 'live.subscriptionsMax' },
  });
});

test('bad frames are answered and the connection goes on', async () => {
  await using client = await Client.open({
    authorization: `Bearer ${platform.adminToken}`,
    'accept-language': 'zh-CN',
  });
  const bad = [
    '{"op":',
    '[]',
    '17',
    '{"op":"shout"}',
    '{"op":"subscribe","id":"","kind":"readings"}',
    '{"op":"subscribe","id":"a","kind":"secrets"}',
    '{"op":"subscribe","id":"a","kind":"readings","things":["1"]}',
    '{"op":"subscribe","id":"a","kind":"readings","extra":1}',
  ];
  for (const text of bad) client.send(text);
  client.socket.send(Buffer.from([1, 2, 3]), { binary: true });
  client.send({ op: 'ping' });
  await client.frame((frame) => frame['op'] === 'pong');
  const faults = client.frames.filter((frame) => frame['fault'] !== undefined);
  assert.equal(faults.length, bad.length + 1);
  assert.partialDeepStrictEqual(faults[0], {
    fault: { code: 'common.invalid', title: '请求无效' },
  });
  const closed = new Promise<number>((resolve) => client.socket.once('close', resolve));
  client.send('x'.repeat(100_000));
  assert.equal(await closed, 1009, 'a frame that is too large');
});

/** The status with which an upgrade is refused. */
async function refusal(headers: Record<string, string>, at = url): Promise<number | undefined> {
  const socket = new WebSocket(at, { headers });
  return new Promise((resolve) => {
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode));
    socket.on('open', () => resolve(undefined));
    socket.on('error', () => undefined);
  });
}

test('nobody, a device, a wrong token, and a page of another origin are kept out', async () => {
  assert.equal(await refusal({}), 401);
  assert.equal(await refusal({ authorization: 'Bearer wrong' }), 401);
  assert.equal(await refusal({ authorization: 'Basic abc' }), 401);
  assert.equal(await refusal({ authorization: `Bearer ${token}` }), 403);
  assert.equal(await refusal({ authorization: `Bearer ${await makeToken(ask, 'ingest')}` }), 403);
  const admin = { authorization: `Bearer ${platform.adminToken}` };
  assert.equal(await refusal(admin, `${url}/more`), 404);
  const json = { link: await platform.services.administrator.newLink() };
  const session = await ask('POST /api/v1/session', { token: null, json });
  const cookie = String(session.headers['set-cookie']).split(';', 1)[0] ?? '';
  assert.equal(await refusal({ cookie, origin: 'http://evil.example' }), 403);
  assert.equal(await refusal({ cookie, origin: 'null' }), 403);
  await using client = await Client.open({ cookie, origin: http });
  await client.subscribe('a', 'readings');
});

test('connections are limited, and a revoked token closes its own', async () => {
  const made = await expectStatus(
    ask('POST /api/v1/tokens', { json: { name: 'live', scopes: ['read'] } }),
    201,
  );
  const headers = { authorization: `Bearer ${textOf(made, 'token')}` };
  await using one = await Client.open(headers);
  await using two = await Client.open();
  await using three = await Client.open();
  await using four = await Client.open();
  assert.equal(await refusal(headers), 429);
  const closed = new Promise<number>((resolve) => one.socket.once('close', resolve));
  await expectStatus(ask(`DELETE /api/v1/tokens/${numberOf(made, 'id')}`), 204);
  assert.equal(await closed, 1008);
  for (const client of [two, three, four]) assert.equal(client.socket.readyState, WebSocket.OPEN);
});

test('a client that does not read loses items, counted, and costs no memory', async () => {
  await using slow = await Client.open();
  await using quick = await Client.open();
  await slow.subscribe('s', 'readings', { properties: ['mode', 'setup'] });
  await quick.subscribe('q', 'readings', { properties: ['mode', 'setup'] });
  slow.socket.pause();
  const big = { setup: { depth: 1, note: 'x'.repeat(40_000) } };
  const rounds = 200;
  for (let n = 0; n < rounds; n++) {
    await post(Array.from({ length: 10 }, () => big));
    if (n % 20 === 0) await setTimeout(110);
  }
  await quick.told('q', rounds * 10);
  slow.socket.resume();
  await slow.told('s', rounds * 10);
  assert.equal(slow.items('s').length + slow.dropped('s'), rounds * 10);
  assert.equal(quick.dropped('q'), 0);
  assert(slow.dropped('s') > 500, `${slow.dropped('s')} of ${rounds * 10} left out`);
});

test('an upgrade that is broken off in the middle disturbs nobody', async () => {
  const { port } = new URL(http);
  for (const text of [
    'GET /api/v1/live HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
    `GET /api/v1/live HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade\r\nAuthorization: Bearer ${platform.adminToken}\r\n\r\n`,
  ]) {
    const socket = connect(Number(port), '127.0.0.1', () =>
      socket.write(text, () => socket.resetAndDestroy()),
    );
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.once('close', resolve));
  }
  await setTimeout(20);
  await using client = await Client.open();
  await client.subscribe('a', 'readings');
});

// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { WebSocket } from 'ws';
import { startServer, type RunningServer } from '../../tools/support/server.ts';

const hasClients = ['mosquitto_pub', 'mosquitto_sub', 'curl'].every(
  (program) => spawnSync(program, ['--help']).error === undefined,
);
const options = hasClients ? {} : { skip: 'mosquitto clients and curl are not installed' };
/** A row is there within this: the promise of the inbox. */
const promisedMs = 2_000;

let directory = '';
let server: RunningServer;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fengsui-diagnosis-'));
  const settings = ['limits.mqtt.flapConnectsPerMinute=1000'];
  server = await startServer({ data: join(directory, 'data'), settings, stderr: 'ignore' });
});
after(async () => {
  await server[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

type Row = Readonly<Record<string, unknown>>;

async function ask(method: string, path: string, json?: object): Promise<Row> {
  const response = await fetch(`${server.http}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${server.adminToken}`,
      ...(json ? { 'content-type': 'application/json' } : {}),
    },
    ...(json ? { body: JSON.stringify(json) } : {}),
  });
  const text = await response.text();
  assert(response.ok, `${method} ${path}: ${text}`);
  return text === '' ? {} : JSON.parse(text);
}

/** The row that fits, within the time that is promised. */
async function rowOf(fits: (row: Row) => boolean): Promise<Row> {
  const until = performance.now() + promisedMs;
  let items: unknown;
  do {
    ({ items } = await ask('GET', '/api/v1/diagnosis?limit=1000'));
    const found = Array.isArray(items) ? items.find(fits) : undefined;
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  } while (performance.now() < until);
  return assert.fail(`no such row in ${JSON.stringify(items)}`);
}

function publish(username: string, secret: string): number | null {
  const { host, port } = server.mqtt;
  const place = ['-h', host, '-p', String(port), '-i', `client-of-${username}`];
  const message = ['-t', 'things/me/properties', '-m', '{"temperature":21.5}', '-q', '1'];
  return spawnSync('mosquitto_pub', [...place, '-u', username, '-P', secret, ...message]).status;
}

function post(secret: string): string {
  const auth = ['-H', `Authorization: Bearer ${secret}`, '-H', 'Content-Type: application/json'];
  const url = `${server.http}/api/v1/things/me/properties`;
  const what = ['-s', '-o', '/dev/null', '-w', '%{http_code}', ...auth, '-d', '{"temperature":1}'];
  return spawnSync('curl', [...what, url], { encoding: 'utf8' }).stdout;
}

/** What the server wrote anywhere below its data directory that the text is in. */
async function filesWith(text: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((e) => join(e.parentPath, e.name));
  const found: string[] = [];
  for (const file of files) if ((await readFile(file)).includes(text)) found.push(file);
  return found;
}

test(
  'mosquitto_pub with a wrong secret: a row with the reason; claimed, the same command works',
  options,
  async () => {
    const secret = 'mosquitto-own-secret';
    assert.notEqual(publish('field-sensor', secret), 0);
    const row = await rowOf(({ username }) => username === 'field-sensor');
    assert.partialDeepStrictEqual(row, {
      ...{ code: 'access.unknown-identity', step: 'auth', told: '0x86', claimable: true },
      ...{ protocol: 'mqtt', transport: 'tcp', clientId: 'client-of-field-sensor' },
    });
    const { thing } = await ask('POST', `/api/v1/diagnosis/${String(row['id'])}/claim`, {
      name: 'f',
    });
    assert.equal(publish('field-sensor', secret), 0);
    const state = await ask('GET', `/api/v1/things/${String(thing)}/properties`);
    assert(JSON.stringify(state).includes('21.5'), JSON.stringify(state));
    assert.notEqual(publish('field-sensor', 'another-secret'), 0, 'the claimed secret only');
    assert.notEqual(publish('other-sensor', secret), 0, 'with the claimed name only');
    assert.deepEqual(await filesWith(secret), [], 'the secret is nowhere on disk');
  },
);

test(
  'curl with a wrong token: a row with the reason; claimed, the same command works',
  options,
  async () => {
    const secret = 'curl-own-secret';
    assert.equal(post(secret), '401');
    const row = await rowOf(
      ({ protocol, code }) => protocol === 'http' && code === 'access.unknown-identity',
    );
    assert.partialDeepStrictEqual(row, { told: '401', step: 'auth', claimable: true });
    await ask('POST', `/api/v1/diagnosis/${String(row['id'])}/claim`, { name: 'curl' });
    assert.equal(post(secret), '200');
  },
);

test('a malformed frame: a row with its byte', options, async () => {
  const { host, port } = server.mqtt;
  const junk = connect({ host, port });
  junk.write(Buffer.from('100c00044d51545404ff003c0000', 'hex'));
  await once(junk.resume(), 'close');
  const malformed = await rowOf(({ code }) => code === 'access.malformed');
  assert.equal(malformed['at'], 'byte 9');
});

test('bytes that are no HTTP request: a row with their byte', options, async () => {
  const { hostname, port } = new URL(server.http);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.write('GARBAGE \u0001\r\n\r\n');
  await once(socket.resume(), 'close');
  const row = await rowOf(({ code }) => code === 'access.not-http');
  assert.match(String(row['at']), /^byte \d+$/);
});

test('a ban ends a live connection and keeps it out until it is lifted', options, async () => {
  const { id } = await ask('POST', '/api/v1/things', { name: 'to be banned' });
  const { token } = await ask('POST', `/api/v1/things/${String(id)}/credentials`, {});
  const { host, port } = server.mqtt;
  const who = ['-h', host, '-p', String(port), '-u', String(id), '-P', String(token)];
  const listener = spawn('mosquitto_sub', [...who, '-t', 'things/me/desired', '-V', '5']);
  const ended = once(listener, 'close');
  const isOnline = async (): Promise<boolean> =>
    (await ask('GET', `/api/v1/things/${String(id)}`))['online'] === true;
  while (!(await isOnline())) await new Promise((resolve) => setTimeout(resolve, 50));
  const ban = await ask('POST', '/api/v1/bans', { identity: String(id), seconds: 60 });
  const until = performance.now() + 1_000;
  while (await isOnline()) {
    assert(performance.now() < until, 'the connection is still there');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  listener.kill();
  await ended;
  assert.notEqual(publish(String(id), String(token)), 0);
  assert.equal(post(String(token)), '403');
  await rowOf(({ code, thing }) => code === 'access.banned' && thing === id);
  await ask('DELETE', `/api/v1/bans/${String(ban['id'])}`);
  assert.equal(publish(String(id), String(token)), 0);
});

test(
  'the live channel tells packets with their steps up to the store, and no password',
  options,
  async () => {
    const { id } = await ask('POST', '/api/v1/things', { name: 'inspected' });
    const { token } = await ask('POST', `/api/v1/things/${String(id)}/credentials`, {});
    const url = `${server.http.replace('http', 'ws')}/api/v1/live`;
    const socket = new WebSocket(url, {
      headers: { authorization: `Bearer ${server.adminToken}` },
    });
    await once(socket, 'open');
    let text = '';
    socket.on('message', (data) => {
      if (Buffer.isBuffer(data)) text += data.toString();
    });
    socket.send(JSON.stringify({ op: 'subscribe', id: 'p', kind: 'packets', things: [id] }));
    while (!text.includes('"subscribed"')) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(publish(String(id), String(token)), 0);
    const until = performance.now() + 20_000;
    while (!text.includes('"step":"store"')) {
      assert(performance.now() < until, text);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    socket.close();
    for (const part of [
      '"name":"CONNECT"',
      '"name":"PUBLISH"',
      '"name":"PUBACK"',
      '"step":"model"',
    ])
      assert(text.includes(part), `${part} in ${text}`);
    assert(!text.includes(String(token)));
    assert(!text.includes(Buffer.from(String(token)).toString('hex')));
  },
);

test('a credential that expires ends the connection that it opened', options, async () => {
  const { id } = await ask('POST', '/api/v1/things', { name: 'for a moment' });
  const expires = new Date(Date.now() + 1_500).toISOString();
  const { token } = await ask('POST', `/api/v1/things/${String(id)}/credentials`, { expires });
  const { host, port } = server.mqtt;
  const who = ['-h', host, '-p', String(port), '-u', String(id), '-P', String(token)];
  const listener = spawn('mosquitto_sub', [...who, '-t', 'things/me/desired', '-V', '5']);
  const ended = once(listener, 'close');
  const row = async (): Promise<Row> =>
    rowOf(({ code, thing }) => code === 'access.revoked' && thing === id);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  await row();
  listener.kill();
  await ended;
});

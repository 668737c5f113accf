// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import type { LimitName } from '#core';
import { asking, expectProblem, expectStatus, makeStation } from '../../test/support/http.ts';
import { startPlatform, type TestPlatform } from '../../test/support/platform.ts';

/** Tries a platform with some limits lowered; in the end each of them must have counted. */
function limited(
  name: string,
  limits: Partial<Record<LimitName, number>>,
  run: (platform: TestPlatform) => Promise<void>,
  counted: readonly string[] = Object.keys(limits),
): void {
  test(`limit ${Object.keys(limits).join(', ')}: ${name}`, async () => {
    const settings = Object.entries(limits).map(([limit, value]) => `limits.${limit}=${value}`);
    await using platform = await startPlatform(settings);
    await run(platform);
    for (const limit of counted) assert(hits(platform, limit) > 0, `hits of ${limit}`);
  });
}

function hits({ services: { metrics } }: TestPlatform, limit: string): number {
  return metrics.value('fengsui_limit_hits_total', { limit });
}

/** Sends bytes over a connection of its own; gives what came back when the server has closed it. */
async function raw(socket: Socket, text = ''): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => undefined);
  socket.write(text);
  await once(socket, 'close');
  return Buffer.concat(chunks).toString();
}

async function listening({ api }: TestPlatform): Promise<{ host: string; port: number }> {
  const url = new URL(await api.listen({ host: '127.0.0.1', port: 0 }));
  return { host: url.hostname, port: Number(url.port) };
}

limited(
  'a source that asks too fast is told to wait',
  { 'http.requestsPerSecondPerSource': 1, 'http.requestBurstPerSource': 3 },
  async (platform) => {
    const ask = asking(platform);
    for (let i = 0; i < 3; i++) await expectStatus(ask('GET /livez', { token: null }), 200);
    const problem = await expectProblem(ask('GET /livez', { token: null }), 429, 'common.limit');
    assert.equal(problem['at'], 'http.requestsPerSecondPerSource');
    const { headers } = await ask('GET /livez', { token: null });
    assert(Number(headers['retry-after']) > 0);
    const address = await listening(platform);
    const socket = new WebSocket(`ws://${address.host}:${address.port}/api/v1/live`);
    const [refused] = await Promise.race([
      once(socket, 'unexpected-response').then(([, response]) => [response.statusCode]),
      once(socket, 'open'),
    ]);
    assert.equal(refused, 429, 'a WebSocket handshake is a request');
  },
  ['http.requestsPerSecondPerSource'],
);

limited(
  'a device that asks too fast waits, and nobody else does',
  { 'http.requestsPerSecondPerPrincipal': 1, 'http.requestBurstPerPrincipal': 20 },
  async (platform) => {
    const ask = asking(platform);
    const { token } = await makeStation(ask, 'noisy');
    const post = (): ReturnType<typeof ask> =>
      ask('POST /api/v1/things/me/properties', { token, json: { temperature: 1 } });
    for (let i = 0; i < 20; i++) assert((await post()).status < 300);
    await expectProblem(post(), 429, 'common.limit');
    await expectStatus(ask('GET /api/v1/things'), 200);
  },
  ['http.requestsPerSecondPerPrincipal'],
);

limited(
  'one more connection of a source is closed, and each that ends makes room',
  { 'http.connectionsPerSourceMax': 4 },
  async (platform) => {
    const address = await listening(platform);
    const held = Array.from({ length: 4 }, () => connect(address));
    await Promise.all(held.map((socket) => once(socket, 'connect')));
    assert.equal(await raw(connect(address)), '');
    held[0]?.destroy();
    const until = performance.now() + 3_000;
    let answer = '';
    while (answer === '' && performance.now() < until) {
      answer = await raw(connect(address), 'GET /livez HTTP/1.0\r\n\r\n');
    }
    assert.match(answer, /^HTTP\/1\.1 200/);
    for (const socket of held) socket.destroy();
  },
);

limited(
  'larger headers and bodies are refused',
  { 'http.headerBytesMax': 1_024, 'http.bodyBytesMax': 1_024 },
  async (platform) => {
    const address = await listening(platform);
    const head = `GET /livez HTTP/1.1\r\nhost: x\r\nx-long: ${'a'.repeat(2_000)}\r\n\r\n`;
    assert.match(await raw(connect(address), head), /^HTTP\/1\.1 431/);
    const large = asking(platform)('POST /api/v1/things', { json: { name: 'a'.repeat(2_000) } });
    await expectProblem(large, 413, 'api.body-too-large');
  },
);

limited(
  'a body that does not come in time ends its connection',
  { 'http.requestMsMax': 1_000 },
  async (platform) => {
    const address = await listening(platform);
    const head = `POST /api/v1/things HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\nauthorization: Bearer ${platform.adminToken}\r\n\r\n{`;
    assert.equal(await raw(connect(address), head), '');
  },
);

limited(
  'one principal has so many live channels, each with so many frames of such a size',
  {
    'live.connectionsPerPrincipalMax': 2,
    'live.framesPerSecondMax': 1,
    'live.frameBytesMax': 1_024,
    'live.subscriptionsMax': 1,
  },
  async (platform) => {
    const { host, port } = await listening(platform);
    const authorization = `Bearer ${platform.adminToken}`;
    const open = (): WebSocket =>
      new WebSocket(`ws://${host}:${port}/api/v1/live`, { headers: { authorization } });
    const [large, fast] = [open(), open()];
    await Promise.all([once(large, 'open'), once(fast, 'open')]);
    const [, refused] = await once(
      open().on('error', () => undefined),
      'unexpected-response',
    );
    assert.equal(refused.statusCode, 429);
    large.send('x'.repeat(1_025));
    await once(large, 'close');
    for (const id of ['a', 'b']) fast.send(JSON.stringify({ op: 'subscribe', id, kind: 'events' }));
    for (let i = 0; i < 20; i++) fast.send('{"op":"ping"}');
    await once(fast, 'close');
  },
);

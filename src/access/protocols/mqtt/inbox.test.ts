// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from 'node:assert';
import { connect as connectSocket } from 'node:net';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { errorSpec } from '#core';
import type { DiagnosisEntry } from '../../diagnosis/diagnosis.ts';
import { eventually, gateway, Harness, portOf, type HarnessOptions } from './testing/harness.ts';

const wrong = { clientId: 'pump', username: `${gateway}`, password: Buffer.from('guess-guess') };
const right = { clientId: 'pump', username: `thing ${gateway}`, password: Buffer.from('secret') };
const closedDoor: HarnessOptions = { config: { anonymous: false } };

/** What a client does, and the entry that it must leave. */
function leaves(
  name: string,
  expected: Partial<DiagnosisEntry>,
  run: (harness: Harness) => Promise<void>,
  options: HarnessOptions = {},
): void {
  test(`${name} is in the inbox`, async () => {
    await using harness = await Harness.start(options);
    await run(harness);
    const found = (): DiagnosisEntry | undefined =>
      harness.diagnosis.entries().find(({ code }) => code === expected.code);
    await eventually(() => found() !== undefined, `${expected.code} in ${shown(harness)}`);
    const entry = found();
    assert(entry);
    assert.partialDeepStrictEqual({ ...entry }, { source: '127.0.0.1', family: 4, ...expected });
    assert(errorSpec(entry.code).fix.zh !== '');
  });
}

function shown(harness: Harness): string {
  return JSON.stringify(harness.diagnosis.entries());
}

leaves(
  'a wrong secret of a known thing',
  {
    ...{ code: 'access.wrong-secret', step: 'auth', told: '0x86', thing: gateway, tenant: 1 },
    ...{ clientId: 'pump', username: `${gateway}`, claimable: true, transport: 'tcp' },
  },
  async (harness) => {
    assert.equal((await (await harness.open()).connect(wrong)).reasonCode, 0x86);
  },
  closedDoor,
);

leaves(
  'an unknown name',
  { code: 'access.unknown-identity', step: 'auth', username: 'nobody', claimable: true },
  async (harness) => {
    await (await harness.open(4)).connect({ ...wrong, username: 'nobody' });
  },
  closedDoor,
);

leaves(
  'a wrong secret of a client that is let in as anonymous',
  { code: 'access.wrong-secret', step: 'auth', claimable: true },
  async (harness) => void (await harness.client(wrong)),
);

leaves(
  'a client without a credential',
  { code: 'access.no-credential', step: 'auth', told: '0x87', claimable: false },
  async (harness) => void (await (await harness.open()).connect({ clientId: 'x' })),
  closedDoor,
);

leaves(
  'what is not MQTT',
  { code: 'access.not-mqtt', step: 'decode', at: 'byte 0', told: '0x82' },
  async (harness) => (await harness.open()).wire.send(Buffer.from('GET / HTTP/1.1\r\n\r\n')),
);

leaves('a packet other than CONNECT', { code: 'access.not-mqtt', at: 'byte 0' }, async (harness) =>
  (await harness.open()).hex('c000'),
);

leaves(
  'a malformed packet, by its byte',
  { code: 'access.malformed', step: 'decode', at: 'byte 7', clientId: 'bad' },
  async (harness) => {
    const peer = await harness.client({ clientId: 'bad' });
    peer.hex('300f0005746f700000007061796c6f6164');
  },
);

leaves(
  'a remaining length that never ends',
  { code: 'access.malformed', step: 'decode', at: 'byte 4' },
  async (harness) => (await harness.client()).hex('30ffffffff7f'),
);

leaves(
  'an unknown version',
  { code: 'access.version', step: 'connect', told: '0x84', at: 'byte 8' },
  async (harness) => (await harness.open()).hex('100c00044d5154540902003c0000'),
);

leaves(
  'a client that closes within its first packet',
  { code: 'access.no-connect', step: 'connect' },
  async (harness) => {
    const peer = await harness.open();
    peer.hex('101000044d');
    await new Promise((resolve) => setTimeout(resolve, 50));
    peer[Symbol.dispose]();
  },
);

leaves(
  'a client that says nothing',
  { code: 'access.no-connect', step: 'connect', at: 'mqtt.preConnectMsMax' },
  async (harness) => void (await (await harness.open()).closed()),
  { limits: { 'mqtt.preConnectMsMax': 200 } },
);

leaves(
  'a payload that the model refuses, by its place',
  { code: 'model.out-of-range', step: 'model', at: '/temperature', thing: gateway, told: '0x99' },
  async (harness) => {
    const peer = await harness.thing(gateway);
    peer.publish('things/me/properties', '{"temperature":500}', { qos: 1 });
    await peer.next('puback');
  },
);

leaves(
  'a topic of another thing',
  { code: 'access.unknown-child', step: 'policy', at: 'things/9/properties', told: '0x87' },
  async (harness) => {
    const peer = await harness.thing(gateway);
    peer.publish('things/9/properties', '{"temperature":5}', { qos: 1 });
    await peer.next('puback');
  },
);

leaves(
  'a refused subscription',
  { code: 'mqtt.not-authorized', step: 'policy', detail: 'things/9/desired' },
  async (harness) => {
    const peer = await harness.thing(gateway);
    await peer.subscribe('things/9/desired').catch(() => undefined);
  },
);

leaves(
  'a packet over the limit',
  { code: 'access.too-large', step: 'decode', told: '0x95' },
  async (harness) => {
    const peer = await harness.client();
    peer.publish('t', 'x'.repeat(20_000));
    await peer.closed();
  },
  { limits: { 'mqtt.packetBytesMax': 16_384, 'mqtt.retainedBytesMax': 1_000 } },
);

leaves(
  'a client that publishes too fast',
  { code: 'common.limit', step: 'limit', at: 'mqtt.publishesPerSecond' },
  async (harness) => {
    const peer = await harness.thing(gateway);
    for (let i = 0; i < 5; i++) peer.publish('things/me/properties', '{"temperature":5}');
  },
  { limits: { 'mqtt.publishesPerSecond': 1, 'mqtt.publishBurst': 2 } },
);

leaves(
  'a client that is silent for too long',
  { code: 'access.silent', step: 'keep-alive', told: '0x8d' },
  async (harness) => void (await (await harness.client({ keepAliveSeconds: 1 })).closed(4_000)),
);

leaves(
  'a client that comes back too often',
  { code: 'access.flapping', step: 'limit', told: '0x8a', thing: gateway, claimable: false },
  async (harness) => {
    await (await harness.client(right)).leave();
    await (await harness.open()).connect(right);
  },
  { limits: { 'mqtt.flapConnectsPerMinute': 1 } },
);

leaves(
  'a source that is banned for guessing',
  { code: 'access.source-banned', step: 'limit', at: 'auth.sourceBanMs' },
  async (harness) => {
    await (await harness.open()).connect(wrong);
    await (await harness.open()).closed();
  },
  { ...closedDoor, limits: { 'auth.failuresPerMinutePerSource': 1 } },
);

leaves(
  'a revoked credential of a live connection',
  { code: 'access.revoked', step: 'policy', thing: gateway },
  async (harness) => {
    const peer = await harness.thing(gateway);
    harness.authenticator.revoke({ credential: gateway * 10 });
    await peer.closed();
  },
);

const webSocket: HarnessOptions = { config: { ws: { listen: '127.0.0.1:0' } } };
const webSocketUrl = ({ server }: Harness): string =>
  `ws://127.0.0.1:${portOf(server.listeners.mqttWs ?? '')}`;

leaves(
  'a WebSocket without the subprotocol',
  { code: 'access.websocket-subprotocol', step: 'accept', transport: 'ws' },
  async (harness) => {
    const socket = new WebSocket(webSocketUrl(harness));
    await new Promise((resolve) => socket.once('error', resolve));
  },
  webSocket,
);

leaves(
  'a plain request on the port of WebSockets',
  { code: 'access.websocket-handshake', detail: 'GET without Upgrade', transport: 'ws' },
  async (harness) => {
    const answer = await fetch(webSocketUrl(harness).replace('ws', 'http'));
    assert.equal(answer.status, 426);
  },
  webSocket,
);

leaves(
  'a broken WebSocket handshake',
  { code: 'access.websocket-handshake', step: 'accept', transport: 'ws' },
  async (harness) => {
    const port = portOf(harness.server.listeners.mqttWs ?? '');
    const socket = connectSocket({ host: '127.0.0.1', port });
    const head =
      'Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13';
    socket.write(`GET / HTTP/1.1\r\n${head}\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n`);
    await new Promise((resolve) => socket.once('close', resolve).resume());
  },
  webSocket,
);

leaves(
  'a text frame on a WebSocket',
  { code: 'access.protocol-error', step: 'decode', transport: 'ws' },
  async (harness) => {
    const socket = new WebSocket(webSocketUrl(harness), 'mqtt');
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send('text');
    await new Promise((resolve) => socket.once('close', resolve));
  },
  webSocket,
);

test('a banned source is not read, a banned identity not let in, and both end at once', async () => {
  await using harness = await Harness.start();
  const { bans, diagnosis } = harness;
  const base = { reason: 'test', by: 'somebody', ownSource: '192.0.2.1' } as const;
  const ban = { ...base, tenant: 1, durationMs: undefined } as const;
  const peer = await harness.thing(gateway);
  const neighbour = await harness.thing(8);
  const made = await bans.add({ ...ban, kind: 'identity', target: `${gateway}` });
  await peer.closed();
  await neighbour.alive();
  assert.equal((await (await harness.open()).connect(right)).reasonCode, 0x8a);
  assert(diagnosis.entries().some(({ code, thing }) => code === 'access.banned' && thing === 7));
  // What a tenant bans is banned for its own.
  await bans.add({ ...ban, tenant: 5, kind: 'source', target: '127.0.0.1' });
  await neighbour.alive();
  await bans.remove(1, made.id);
  await (await harness.thing(gateway)).alive();
  await bans.add({ ...ban, kind: 'source', target: '127.0.0.0/8' });
  await neighbour.closed();
  await (await harness.open()).closed();
  assert(
    diagnosis.entries().some(({ code, step }) => code === 'access.banned' && step === 'policy'),
  );
});

test('bans by reconnects are listed and can be lifted', async () => {
  await using harness = await Harness.start({ limits: { 'mqtt.flapConnectsPerMinute': 1 } });
  await (await harness.client(right)).leave();
  assert.equal((await (await harness.open()).connect(right)).reasonCode, 0x8a);
  const [ban] = harness.bans.list(1);
  assert.partialDeepStrictEqual(ban, {
    ...{ kind: 'identity', target: 'pump', automatic: true },
    reason: 'mqtt.flapConnectsPerMinute',
  });
  assert((ban?.until ?? 0) > Date.now());
  await assert.rejects(harness.bans.remove(5, ban?.id ?? ''), /not-found/);
  await harness.bans.remove(1, ban?.id ?? '');
  await harness.client(right);
});

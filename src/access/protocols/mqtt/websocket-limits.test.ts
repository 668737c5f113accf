// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from 'node:assert';
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { eventually, Harness, portOf } from './testing/harness.ts';

const config = { ws: { listen: '127.0.0.1:0' } } as const;
const connect = Buffer.from('100e00044d5154540402003c00026331', 'hex');

async function open(harness: Harness): Promise<WebSocket> {
  const socket = new WebSocket(
    `ws://127.0.0.1:${portOf(harness.server.listeners.mqttWs ?? '')}/`,
    'mqtt',
  );
  socket.on('error', () => undefined);
  await once(socket, 'open');
  return socket;
}

test('limit mqtt.preConnectBytesMax: a frame of a stranger is not read to its end', async () => {
  const limits = { 'mqtt.preConnectBytesMax': 1_024 };
  await using harness = await Harness.start({ config, limits });
  const stranger = await open(harness);
  stranger.send(Buffer.alloc(200_000, 0x41));
  await once(stranger, 'close');
  const client = await open(harness);
  client.send(connect);
  await once(client, 'message');
  // Once it is let in it may send as much as others.
  const topic = Buffer.from('000174', 'hex');
  const publish = Buffer.concat([
    Buffer.from('3083a004', 'hex'),
    topic,
    Buffer.alloc(69_632, 0x41),
  ]);
  client.send(publish);
  client.send(Buffer.from('c000', 'hex'));
  const [pong] = await once(client, 'message');
  assert.equal(pong.toString('hex'), 'd000');
  client.terminate();
});

test('limit mqtt.webSocketFramesPerSecond: empty frames and pings count', async () => {
  const limits = { 'mqtt.webSocketFramesPerSecond': 100 };
  await using harness = await Harness.start({ config, limits });
  for (const flood of ['frames', 'pings'] as const) {
    const client = await open(harness);
    client.send(connect);
    await once(client, 'message');
    for (let i = 0; i < 1_000; i++) {
      if (flood === 'frames') client.send(Buffer.alloc(0));
      else client.ping();
    }
    await once(client, 'close');
  }
  await eventually(() => harness.hits('mqtt.webSocketFramesPerSecond') >= 2);
});

test('limit mqtt.unauthenticatedShareMax: who asks for no WebSocket is a stranger too', async () => {
  const limits = { 'mqtt.connectionsMax': 100, 'mqtt.unauthenticatedShareMax': 2 };
  await using harness = await Harness.start({ config, limits });
  const port = portOf(harness.server.listeners.mqttWs ?? '');
  const held = Array.from({ length: 3 }, () => connectTcp({ host: '127.0.0.1', port }));
  await Promise.race(held.map((socket) => once(socket.resume(), 'close')));
  assert(harness.hits('mqtt.unauthenticatedShareMax') > 0);
  for (const socket of held) socket.destroy();
});

test('a ping of the WebSocket is answered', async () => {
  await using harness = await Harness.start({ config });
  const client = await open(harness);
  client.ping('here');
  const [data] = await once(client, 'pong');
  assert.equal(String(data), 'here');
  client.terminate();
});

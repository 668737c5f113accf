// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { PacketEvent, PacketItem, PacketTarget } from '../../diagnosis/packets.ts';
import { eventually, gateway, Harness, stranger, tenant } from './testing/harness.ts';

const secret = Buffer.from('secret').toString('hex');

/** Follows packets into a list. */
function following(harness: Harness, target: Partial<PacketTarget> = {}) {
  const items: PacketItem[] = [];
  const end = harness.packets.follow({ tenant, ...target }, (item) => items.push(item));
  assert(end);
  const packets = (): PacketEvent[] => items.filter((item) => item.type === 'packet');
  const named = (name: string): PacketEvent | undefined =>
    packets().find((packet) => packet.name === name);
  return { items, packets, named, end };
}

test('every packet of a thing is told both ways, decoded, with the steps of its message', async () => {
  await using harness = await Harness.start();
  const { items, packets, named } = following(harness, { things: [gateway] });
  const peer = await harness.thing(gateway);
  const other = await harness.thing(stranger);
  peer.publish('things/me/properties', '{"temperature":5}', { qos: 1 });
  await peer.next('puback');
  await other.alive();
  await eventually(() => named('PUBACK') !== undefined);
  assert.deepEqual(
    packets().map(({ direction, name }) => `${direction} ${name}`),
    ['in CONNECT', 'out CONNACK', 'in PUBLISH', 'out PUBACK'],
  );
  const publish = named('PUBLISH');
  assert.partialDeepStrictEqual(publish, {
    ...{ protocol: 'mqtt', transport: 'tcp', clientId: 'device-7', thing: gateway, tenant },
    ...{ source: '127.0.0.1', outcome: { ok: true } },
    summary: { topic: 'things/me/properties', qos: 1, value: { temperature: 5 } },
  });
  assert.equal(publish?.bytes, (publish?.hex.length ?? 0) / 2);
  const steps = items.filter((item) => item.type === 'step');
  assert(steps.every(({ message }) => message === publish.message));
  assert.deepEqual(
    steps.map(({ step }) => step),
    ['receive', 'auth', 'decode', 'model', 'log'],
  );
});

test('no password is told, in no form, of whatever CONNECT', async () => {
  await using harness = await Harness.start({ config: { anonymous: false } });
  const { items, packets } = following(harness);
  await harness.thing(gateway);
  const peer = await harness.open();
  const password = Buffer.from('secret');
  // Refused for its credential, for its client identifier, and not even a packet.
  await peer.connect({ clientId: 'a', username: 'thing x', password: Buffer.from('secret-not') });
  await (await harness.open()).connect({ clientId: '$a', username: 'thing 7', password });
  const broken = await harness.open();
  broken.hex(`101e${'00044d51545404c2003c0001610001620006'}${secret}${secret}`);
  await broken.closed();
  await eventually(() => packets().filter(({ name }) => name === 'CONNECT').length === 4);
  const text = JSON.stringify(items);
  assert(!text.includes(secret) && !text.includes('secret'), text);
  assert(text.includes('2a2a2a2a2a2a'));
  const refused = packets().filter(({ outcome }) => !outcome.ok);
  assert.deepEqual(
    refused.map(({ outcome }) => outcome.code),
    ['access.unknown-identity', 'access.client-id', 'access.malformed'],
  );
  assert.match(refused[2]?.outcome.at ?? '', /^byte \d+$/);
});

test('the outcome names the fault and its place; bytes are cut; what is no packet is told too', async () => {
  await using harness = await Harness.start({ limits: { 'diagnosis.packetBytesMax': 64 } });
  const { packets } = following(harness);
  const peer = await harness.thing(gateway);
  peer.publish('things/me/properties', `{"temperature":500,"x":"${'y'.repeat(500)}"}`, { qos: 1 });
  await peer.next('puback');
  const [publish] = packets().filter(({ name }) => name === 'PUBLISH');
  assert.equal(publish?.hex.length, 128);
  assert(publish.bytes > 500);
  assert.partialDeepStrictEqual(publish.outcome, {
    ok: false,
    code: 'model.out-of-range',
    at: '/temperature',
  });
  (await harness.open()).wire.send(Buffer.from('GET / HTTP/1.1\r\n'));
  await eventually(() => packets().some(({ name }) => name === 'unknown'));
  const junk = packets().find(({ name }) => name === 'unknown');
  assert.partialDeepStrictEqual(junk?.outcome, {
    ok: false,
    code: 'access.not-mqtt',
    at: 'byte 0',
  });
});

test('followers see their own tenant, client, source and protocol; without them nothing is active', async () => {
  await using harness = await Harness.start();
  assert.equal(harness.packets.active, false);
  const elsewhere = following(harness, { tenant: 5 });
  const byClient = following(harness, { client: 'device-9' });
  const bySource = following(harness, { source: '192.0.2.1' });
  const byProtocol = following(harness, { protocol: 'http' });
  const all = following(harness);
  await (await harness.thing(gateway)).alive();
  await (await harness.thing(stranger)).alive();
  await eventually(() => all.packets().length >= 8);
  for (const { packets } of [elsewhere, bySource, byProtocol]) assert.equal(packets().length, 0);
  assert(byClient.packets().length >= 4);
  assert(byClient.packets().every(({ clientId }) => clientId === 'device-9'));
  for (const { end } of [elsewhere, byClient, bySource, byProtocol, all]) end();
  assert.equal(harness.packets.active, false);
});

test('limit diagnosis.followersMax: no more than so many follow', async () => {
  await using harness = await Harness.start({ limits: { 'diagnosis.followersMax': 1 } });
  const { end } = following(harness);
  assert.equal(
    harness.packets.follow({ tenant }, () => {}),
    undefined,
  );
  end();
  assert(harness.packets.follow({ tenant }, () => {}));
});

// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from 'node:assert';
import { connect } from 'node:net';
import { test } from 'node:test';
import { SimClock } from '#runtime/sim';
import type { Peer } from './conformance/peer.ts';
import { eventually, gateway, Harness } from './testing/harness.ts';
import { limited } from './testing/limited.ts';

const lasting = { lasting: true } as const;

async function isClosed(peer: Peer, ms = 3_000): Promise<void> {
  await peer.closed(ms);
}

limited(
  { 'mqtt.preConnectBytesMax': 256 },
  'a stranger’s large packet is not even read',
  async (harness) => {
    const peer = await harness.open();
    peer.hex('10ffffff7f');
    await isClosed(peer);
    const other = await harness.open();
    const connack = other.connect({
      clientId: 'x',
      properties: { userProperties: [['a', 'b'.repeat(300)]] },
    });
    await assert.rejects(connack);
  },
);

limited(
  { 'mqtt.preConnectMsMax': 300 },
  'a stranger who says nothing, or not all, is closed',
  async (harness) => {
    const silent = await harness.open();
    const slow = await harness.open();
    slow.hex('10');
    await Promise.all([isClosed(silent), isClosed(slow)]);
    const peer = await harness.client();
    await new Promise((resolve) => setTimeout(resolve, 700));
    await peer.alive();
  },
);

limited(
  { 'mqtt.connectionsMax': 2 },
  'one more is not accepted',
  async (harness) => {
    await harness.client();
    await harness.client();
    await isClosed(await harness.open());
  },
  { limits: { 'mqtt.unauthenticatedShareMax': 100 } },
);

limited(
  { 'mqtt.unauthenticatedShareMax': 1 },
  'the oldest stranger goes first',
  async (harness) => {
    const oldest = await harness.open();
    await eventually(() => harness.server.stats().strangers === 1);
    const peer = await harness.open();
    await isClosed(oldest);
    assert.equal((await peer.connect()).reasonCode, 0);
  },
  { limits: { 'mqtt.connectionsMax': 100 } },
);

limited(
  { 'mqtt.connectsPerSecondPerSource': 1, 'mqtt.connectBurstPerSource': 3 },
  'more are closed unseen',
  async (harness) => {
    for (let i = 0; i < 3; i++) await harness.thing(gateway, { clientId: `c${i}` });
    await isClosed(await harness.open());
    assert(
      harness.diagnosis
        .entries()
        .some(({ detail }) => detail === 'mqtt.connectsPerSecondPerSource'),
    );
  },
  {
    config: { anonymous: false },
    countedAs: { 'mqtt.connectBurstPerSource': 'mqtt.connectsPerSecondPerSource' },
  },
);

test('with anonymous on, this machine may connect as fast as it can', async () => {
  const limits = { 'mqtt.connectsPerSecondPerSource': 1, 'mqtt.connectBurstPerSource': 1 };
  await using harness = await Harness.start({ limits });
  for (let i = 0; i < 10; i++) await harness.client();
  assert.equal(harness.hits('mqtt.connectsPerSecondPerSource'), 0);
});

limited(
  { 'auth.failuresPerMinutePerSource': 3, 'auth.sourceBanMs': 60_000 },
  'a guesser’s address is shut out',
  async (harness) => {
    for (let i = 0; i < 3; i++) {
      const peer = await harness.open();
      const credentials = { clientId: 'g', username: `thing ${i}`, password: Buffer.from('guess') };
      assert.equal((await peer.connect(credentials)).reasonCode, 0x86);
    }
    await isClosed(await harness.open());
  },
  { config: { anonymous: false } },
);

limited(
  { 'mqtt.flapConnectsPerMinute': 3, 'mqtt.flapBanMs': 60_000 },
  'a client that keeps coming back is kept out',
  async (harness) => {
    const thing = { clientId: 'f', username: `thing ${gateway}`, password: Buffer.from('secret') };
    for (let i = 0; i < 3; i++) await (await harness.client(thing)).leave();
    const peer = await harness.open();
    assert.equal((await peer.connect(thing)).reasonCode, 0x8a);
    assert.equal(harness.hits('mqtt.flapBanMs'), 0, 'the one that brings the ban');
    const old = await harness.open(4);
    assert.equal((await old.connect(thing)).reasonCode, 5);
    await harness.client({ ...thing, clientId: 'other' });
    assert.equal(harness.hits('mqtt.flapConnectsPerMinute'), 1);
    assert.equal(harness.hits('mqtt.flapBanMs'), 1);
  },
);

test('an anonymous client that keeps coming back is let in', async () => {
  await using harness = await Harness.start({ limits: { 'mqtt.flapConnectsPerMinute': 1 } });
  for (let i = 0; i < 5; i++) await (await harness.client({ clientId: 'f' })).leave();
  // Its name is not spoilt for a client that has a credential.
  await harness.thing(gateway, { clientId: 'f' });
  assert.equal(harness.hits('mqtt.flapConnectsPerMinute'), 0);
});

limited(
  { 'mqtt.keepAliveSecondsMax': 1 },
  'v5 is told; whoever is silent for 1.5 times that is closed',
  async (harness) => {
    const peer = await harness.open();
    const connack = await peer.connect({ clientId: 'k', keepAliveSeconds: 65_535 });
    assert.equal(connack.properties?.serverKeepAlive, 1);
    const old = await harness.client({ keepAliveSeconds: 0 }, 4);
    assert.equal(await peer.closed(4_000), 0x8d);
    await isClosed(old, 4_000);
  },
);

limited(
  { 'mqtt.packetBytesMax': 16_384 },
  'announced, and larger ones end the connection with 0x95',
  async (harness) => {
    const peer = await harness.open();
    const connack = await peer.connect();
    assert.equal(connack.properties?.maximumPacketSize, 16_384);
    peer.publish('t', 'x'.repeat(16_000), { qos: 1 });
    await peer.next('puback');
    peer.publish('t', 'x'.repeat(16_384));
    assert.equal(await peer.closed(), 0x95);
  },
  { limits: { 'mqtt.retainedBytesMax': 1_000 } },
);

limited({ 'mqtt.topicBytesMax': 20 }, 'longer topics and filters are refused', async (harness) => {
  const peer = await harness.client();
  peer.publish('a'.repeat(21), 'x');
  assert.equal(await peer.closed(), 0x90);
  const other = await harness.client();
  await assert.rejects(other.subscribe('b'.repeat(21)));
});

limited({ 'mqtt.topicLevelsMax': 4 }, 'deeper topics and filters are refused', async (harness) => {
  const peer = await harness.client();
  await peer.deliver('a/b/c/d', 'x');
  peer.publish('a/b/c/d/e', 'x');
  assert.equal(await peer.closed(), 0x90);
  const old = await harness.client({}, 4);
  old.publish('/'.repeat(65_535), 'x');
  await isClosed(old);
});

limited({ 'mqtt.clientIdBytesMax': 23 }, 'longer identifiers are refused', async (harness) => {
  const peer = await harness.open();
  assert.equal((await peer.connect({ clientId: 'x'.repeat(24) })).reasonCode, 0x85);
  const old = await harness.open(4);
  assert.equal((await old.connect({ clientId: 'x'.repeat(24) })).reasonCode, 2);
});

limited(
  { 'mqtt.subscriptionsPerClientMax': 2 },
  'one more is refused, the same again is not',
  async (harness) => {
    const peer = await harness.client();
    assert.deepEqual(await peer.subscribe(['a', 'b', 'c']), [0, 0, 0x97]);
    assert.deepEqual(await peer.subscribe('b', { qos: 1 }), [1]);
    const old = await harness.client({}, 4);
    assert.deepEqual(await old.subscribe(['a', 'b', 'c']), [0, 0, 0x80]);
  },
);

limited({ 'mqtt.userPropertiesMax': 2 }, 'more end the connection', async (harness) => {
  const peer = await harness.client();
  const pair: [string, string] = ['a', 'b'];
  await peer.deliver('t', 'x', { properties: { userProperties: [pair, pair] } });
  peer.publish('t', 'x', { properties: { userProperties: [pair, pair, pair] } });
  assert.equal(await peer.closed(), 0x97);
});

limited({ 'mqtt.userPropertyBytesMax': 20 }, 'longer ones end the connection', async (harness) => {
  const peer = await harness.client();
  peer.publish('t', 'x', { properties: { userProperties: [['a', 'b'.repeat(20)]] } });
  assert.equal(await peer.closed(), 0x97);
});

limited(
  { 'mqtt.topicAliasMax': 2 },
  'announced, a higher one ends the connection, and none higher is given out',
  async (harness) => {
    const peer = await harness.open();
    const connack = await peer.connect({ clientId: 'a', properties: { topicAliasMaximum: 10 } });
    assert.equal(connack.properties?.topicAliasMaximum, 2);
    await peer.subscribe('t/+');
    for (const topic of ['t/1', 't/2', 't/3', 't/1']) peer.publish(topic, 'x');
    const aliases = [];
    for (let i = 0; i < 4; i++) aliases.push((await peer.next('publish')).properties?.topicAlias);
    assert.deepEqual(aliases, [1, 2, undefined, 1]);
    peer.publish('t/1', 'x', { properties: { topicAlias: 3 } });
    assert.equal(await peer.closed(), 0x94);
  },
);

limited(
  { 'mqtt.receiveMaximum': 3 },
  'announced to v5; a client that sends more is closed with 0x93',
  async (harness) => {
    const peer = await harness.open();
    const connack = await peer.connect();
    assert.equal(connack.properties?.receiveMaximum, 3);
    const old = await harness.client({}, 4);
    harness.memoryLog.stalled = true;
    for (let packetId = 1; packetId <= 4; packetId++) {
      old.publish('t', 'x', { qos: 1, packetId });
      peer.publish('t', 'x', { qos: 1, packetId });
    }
    assert.equal(await peer.closed(), 0x93);
    await old.alive();
    harness.memoryLog.flush();
    for (let packetId = 1; packetId <= 4; packetId++) await old.next('puback');
  },
);

limited(
  { 'mqtt.unacknowledgedMax': 3 },
  '3.1.1 is read when it has room again; v5 has its own limit',
  async (harness) => {
    const old = await harness.client({}, 4);
    const peer = await harness.client();
    harness.memoryLog.stalled = true;
    for (let packetId = 1; packetId <= 10; packetId++) {
      old.publish('t', 'x', { qos: 1, packetId });
    }
    await eventually(() => harness.hits('mqtt.unacknowledgedMax') === 1, 'held');
    for (let packetId = 1; packetId <= 4; packetId++) {
      peer.publish('t', 'x', { qos: 1, packetId });
    }
    await peer.alive();
    assert.equal(harness.server.stats().publishes[1], 3 + 4, 'what was read');
    harness.memoryLog.flush();
    for (let packetId = 1; packetId <= 10; packetId++) {
      assert.equal((await old.next('puback')).packetId, packetId);
    }
  },
);

test('3.1.1: publishes that wait for the client’s PUBREL do not stop its reading', async () => {
  await using harness = await Harness.start({ limits: { 'mqtt.unacknowledgedMax': 2 } });
  const old = await harness.client({}, 4);
  for (let packetId = 1; packetId <= 4; packetId++) {
    old.publish('t', 'x', { qos: 2, packetId });
    await old.next('pubrec');
  }
  old.publish('t', 'x');
  await old.alive();
  for (let packetId = 1; packetId <= 4; packetId++) {
    old.ack('pubrel', packetId);
    await old.next('pubcomp');
  }
});

limited(
  { 'mqtt.inflightMax': 2 },
  'no more unacknowledged ones are sent',
  async (harness) => {
    const subscriber = await harness.client();
    await subscriber.subscribe('t', { qos: 1 });
    const publisher = await harness.client();
    for (let i = 1; i <= 4; i++) await publisher.deliver('t', `${i}`, { packetId: i });
    const { packetId } = await subscriber.message('1');
    await subscriber.message('2');
    assert.equal(await subscriber.any(150), undefined);
    subscriber.ack('puback', packetId);
    await subscriber.message('3');
  },
  { countedAs: { 'mqtt.inflightMax': 'nothing' } },
);

limited(
  { 'mqtt.queueMessagesMax': 3 },
  'a full queue takes no more; what it has is kept',
  async (harness) => {
    await leaveWith(harness, 5, 'x');
    const again = await harness.client({ clientId: 's', ...lasting });
    for (let i = 1; i <= 3; i++) await again.message(`${i}x`);
    await again.alive();
  },
);

limited({ 'mqtt.queueBytesMax': 1_024 }, 'a queue has so many bytes at most', async (harness) => {
  await leaveWith(harness, 3, 'x'.repeat(500));
  const again = await harness.client({ clientId: 's', ...lasting });
  await again.next('publish');
  await again.alive();
});

limited(
  { 'mqtt.queueBytesPerTenantMax': 2_000 },
  'all queues of a tenant have so many bytes at most, and room again when one ends',
  async (harness) => {
    const left = async (clientId: string): Promise<void> => {
      const subscriber = await harness.client({ clientId, ...lasting });
      await subscriber.subscribe(clientId, { qos: 1 });
      await subscriber.leave();
    };
    await left('one');
    await left('two');
    const publisher = await harness.client({ clientId: 'p' });
    const payload = 'x'.repeat(900);
    for (const topic of ['one', 'one', 'two']) await publisher.deliver(topic, payload);
    assert.equal(harness.hits('mqtt.queueBytesPerTenantMax'), 1);
    await (await harness.client({ clientId: 'one' })).leave();
    await publisher.deliver('two', payload);
    const again = await harness.client({ clientId: 'two', ...lasting });
    await again.message(payload);
    await again.alive();
  },
);

limited(
  { 'mqtt.sessionExpiryMsMax': 5_000 },
  'a longer expiry is shortened and the client told',
  async (harness) => {
    const peer = await harness.open();
    const properties = { sessionExpiryInterval: 0xffffffff };
    const connack = await peer.connect({ clientId: 's', properties });
    assert.equal(connack.properties?.sessionExpiryInterval, 5);
  },
);

limited(
  { 'mqtt.sessionsPerTenantMax': 1 },
  'one more stored session is refused, one of the moment is not',
  async (harness) => {
    await harness.client({ clientId: 'a', ...lasting });
    const peer = await harness.open();
    assert.equal((await peer.connect({ clientId: 'b', ...lasting })).reasonCode, 0x97);
    const old = await harness.open(4);
    assert.equal((await old.connect({ clientId: 'b', ...lasting })).reasonCode, 3);
    await harness.client({ clientId: 'b' });
    await harness.client({ clientId: 'a', ...lasting });
  },
);

limited(
  { 'mqtt.retainedBytesMax': 10 },
  'larger ones are refused; QoS 0 is delivered and not retained',
  async (harness) => {
    const peer = await harness.client();
    await peer.subscribe('t');
    peer.publish('t', 'x'.repeat(11), { qos: 1, retain: true });
    assert.equal((await peer.next('puback')).reasonCode, 0x97);
    peer.publish('t', 'y'.repeat(11), { retain: true });
    await peer.message('y'.repeat(11));
    await peer.subscribe('t');
    await peer.alive();
  },
);

limited(
  { 'mqtt.retainedPerTenantMax': 1 },
  'one more topic is refused, the same again is not',
  async (harness) => {
    const peer = await harness.client();
    await peer.deliver('a', '1', { retain: true });
    await peer.deliver('a', '2', { retain: true });
    peer.publish('b', '1', { qos: 1, retain: true });
    assert.equal((await peer.next('puback')).reasonCode, 0x97);
    await peer.deliver('a', '', { retain: true });
    await peer.deliver('b', '1', { retain: true });
  },
);

limited({ 'mqtt.retainedBytesPerTenantMax': 300 }, 'more bytes are refused', async (harness) => {
  const peer = await harness.client();
  await peer.deliver('a', 'x'.repeat(150), { retain: true });
  peer.publish('b', 'x'.repeat(150), { qos: 1, retain: true });
  assert.equal((await peer.next('puback')).reasonCode, 0x97);
});

test('limit mqtt.retainedTtlMs: a retained message is forgotten after it', async () => {
  const clock = new SimClock();
  await using harness = await Harness.start({ clock, limits: { 'mqtt.retainedTtlMs': 10_000 } });
  const peer = await harness.client();
  await peer.deliver('a', 'x', { retain: true });
  clock.advance(9_000);
  await peer.subscribe('a', { qos: 1 });
  peer.ack('puback', (await peer.message('x')).packetId);
  clock.advance(1_000);
  await peer.subscribe('a', { qos: 1 });
  await peer.alive();
});

limited(
  { 'mqtt.drainDropMs': 300, 'mqtt.drainCloseMs': 1_500 },
  'a client that takes nothing loses its QoS 0 messages, then its connection',
  async (harness) => {
    const stuck = connect({ host: '127.0.0.1', port: harness.port });
    stuck.pause();
    // CONNECT as "stuck", SUBSCRIBE to "flood".
    stuck.write(Buffer.from('101100044d51545404020000 0005737475636b'.replace(' ', ''), 'hex'));
    stuck.write(Buffer.from('820a00010005666c6f6f6400', 'hex'));
    await eventually(() => harness.server.stats().sessions === 1);
    const publisher = await harness.client({ clientId: 'p' });
    const until = performance.now() + 5_000;
    while (harness.server.stats().connections > 1 && performance.now() < until) {
      for (let i = 0; i < 20; i++) publisher.publish('flood', 'x'.repeat(100_000));
      await publisher.alive();
    }
    assert.equal(harness.server.stats().connections, 1, 'still connected');
    assert(harness.server.stats().droppedQoS0 > 0);
    stuck.destroy();
  },
);

/** Leaves a session with so many messages waiting. */
async function leaveWith(harness: Harness, count: number, payload: string): Promise<void> {
  const subscriber = await harness.client({ clientId: 's', ...lasting });
  await subscriber.subscribe('t', { qos: 1 });
  await subscriber.leave();
  const publisher = await harness.client({ clientId: 'p' });
  for (let i = 1; i <= count; i++) await publisher.deliver('t', `${i}${payload}`, { packetId: i });
}

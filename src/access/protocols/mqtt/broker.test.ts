// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { eventually, gateway, Harness } from './testing/harness.ts';

const secret = { password: Buffer.from('secret') };
const lasting = { lasting: true } as const;

test('tenants do not see each other’s topics, retained messages or client identifiers', async () => {
  await using harness = await Harness.start();
  const stranger = await harness.client({ clientId: 'same' });
  await stranger.subscribe(['#', '+/+/+'], { qos: 1 });
  const admin = await harness.client({ clientId: 'same', username: 'token admin', ...secret });
  await admin.deliver('a/b', 'x', { retain: true });
  await (
    await harness.thing(gateway)
  ).deliver('things/me/properties', '{"temperature":1}', { retain: true });
  await stranger.subscribe('#', { qos: 1 });
  await stranger.alive();
  stranger.publish('things/7/properties', '{"temperature":1}', { qos: 1 });
  assert.equal((await stranger.next('puback')).reasonCode, 0x87);
});

test('a client identifier of another principal cannot be taken over', async () => {
  await using harness = await Harness.start();
  const owner = await harness.thing(gateway, { clientId: 'x' });
  const thief = await harness.open();
  const credentials = { username: 'thing 8', ...secret };
  assert.equal((await thief.connect({ clientId: 'x', ...credentials })).reasonCode, 0x85);
  await owner.alive();
  const stored = await harness.thing(gateway, { clientId: 'y', ...lasting });
  await stored.leave();
  const late = await harness.open(4);
  assert.equal((await late.connect({ clientId: 'y', ...credentials })).reasonCode, 2);
});

test('the same client takes its session over: 0x8E to the old connection, subscriptions go on', async () => {
  await using harness = await Harness.start();
  const old = await harness.client({ clientId: 's', ...lasting });
  await old.subscribe('a', { qos: 1 });
  const peer = await harness.open();
  assert.equal((await peer.connect({ clientId: 's', ...lasting })).sessionPresent, true);
  assert.equal(await old.closed(), 0x8e);
  await (await harness.client()).deliver('a', 'x');
  peer.ack('puback', (await peer.message('x')).packetId);
  // Two at once: the later one has it.
  const [one, two] = [await harness.open(), await harness.open()];
  await Promise.all([
    one.connect({ clientId: 's', ...lasting }),
    two.connect({ clientId: 's', ...lasting }),
  ]);
  assert.equal(await one.closed(), 0x8e);
  await two.alive();
});

test('policy: rules say who may publish and subscribe what, with exceptions', async () => {
  await using harness = await Harness.start({
    config: {
      policy: [
        { who: 'thing', may: ['publish', 'subscribe'], topics: ['site/{thing}/#'] },
        { who: 'anonymous', may: ['publish'], topics: ['open/+'] },
        { who: 'anonymous', may: ['subscribe'], topics: ['open/#', '!open/secret'] },
      ],
    },
  });
  const thing = await harness.thing(gateway);
  assert.deepEqual(
    await thing.subscribe(['site/7/#', 'site/7/a', 'site/8/a', 'site/+/a']),
    [0, 0, 0x87, 0x87],
  );
  for (const [topic, code] of [
    ['site/7/a', 0],
    ['site/8/a', 0x87],
  ] as const) {
    thing.publish(topic, 'x', { qos: 1 });
    const { reasonCode } = await thing.next('puback');
    assert.equal(reasonCode & 0x80, code & 0x80, topic);
    if (code === 0) await thing.message('x');
  }
  const stranger = await harness.client({ clientId: 'a' });
  assert.deepEqual(
    await stranger.subscribe(['open/#', '#', 'open/secret', '$share/g/open/x']),
    [0, 0x80, 0x80, 0],
  );
  stranger.publish('open/a/b', 'x', { qos: 1 });
  assert.equal((await stranger.next('puback')).reasonCode, 0x87);
  await stranger.deliver('open/secret', 'hidden');
  await stranger.alive();
});

test('$ topics are the server’s: not to be published, not matched by wildcards', async () => {
  await using harness = await Harness.start();
  const peer = await harness.client();
  await peer.subscribe(['#', '+/x']);
  for (const topic of ['$SYS/x', '$CONTROL/x', '$anything']) {
    peer.publish(topic, 'x', { qos: 1 });
    assert.equal((await peer.next('puback')).reasonCode, 0x87, topic);
  }
  const old = await harness.client({}, 4);
  await old.deliver('$SYS/x', 'x');
  await peer.alive();
});

test('without anonymous access nobody gets in who shows nothing, or something wrong', async () => {
  await using harness = await Harness.start({ config: { anonymous: false } });
  const peer = await harness.open();
  assert.equal((await peer.connect({ clientId: 'a' })).reasonCode, 0x87);
  const wrong = { clientId: 'a', username: 'thing 7', password: Buffer.from('guess') };
  assert.equal((await (await harness.open()).connect(wrong)).reasonCode, 0x86);
  assert.equal((await (await harness.open(4)).connect(wrong)).reasonCode, 4);
  const [entry] = harness.diagnosis.entries();
  assert.equal(entry?.step, 'auth');
  assert.equal(entry.identity, 'thing 7');
  assert.equal(entry.count, 2, 'the same again is counted');
});

test('a shared subscription is balanced, and what a leaving member has is given to another', async () => {
  await using harness = await Harness.start();
  const one = await harness.client({ clientId: 'one' });
  const two = await harness.client({ clientId: 'two' });
  for (const peer of [one, two]) await peer.subscribe('$share/g/jobs', { qos: 1 });
  const publisher = await harness.client({ clientId: 'p' });
  for (let i = 1; i <= 6; i++) await publisher.deliver('jobs', `${i}`, { packetId: i });
  const got: string[] = [];
  for (let i = 0; i < 3; i++) got.push((await one.next('publish')).payload.toString());
  await one.alive();
  for (let i = 0; i < 3; i++) {
    const packet = await two.next('publish');
    got.push(packet.payload.toString());
    two.ack('puback', packet.packetId);
  }
  assert.deepEqual(got.toSorted(), ['1', '2', '3', '4', '5', '6']);
  one.wire.drop();
  const again: string[] = [];
  for (let i = 0; i < 3; i++) again.push((await two.next('publish')).payload.toString());
  assert.deepEqual(again, got.slice(0, 3), 'in order');
});

test('shared: stored and passing members together; each message reaches one of them', async () => {
  await using harness = await Harness.start();
  const kept = await harness.client({ clientId: 'kept', ...lasting });
  const passing = await harness.client({ clientId: 'passing' });
  for (const peer of [kept, passing]) await peer.subscribe('$share/g/jobs', { qos: 2 });
  const publisher = await harness.client({ clientId: 'p' });
  const count = 20;
  for (let i = 1; i <= count; i++) {
    await publisher.deliver('jobs', `${i}`, { packetId: i, qos: i % 2 === 0 ? 2 : 1 });
  }
  const got: number[] = [];
  for (const peer of [kept, passing]) {
    for (let packet = await peer.any(150); packet; packet = await peer.any(150)) {
      if (packet.type === 'pubrel') peer.ack('pubcomp', packet.packetId);
      if (packet.type !== 'publish') continue;
      got.push(Number(packet.payload.toString()));
      peer.ack(packet.qos === 1 ? 'puback' : 'pubrec', packet.packetId);
    }
  }
  assert.deepEqual(
    got.toSorted((a, b) => a - b),
    Array.from({ length: count }, (_, i) => i + 1),
  );
});

test('shared: a passing member that leaves gives its QoS 1 messages back to the stored one', async () => {
  await using harness = await Harness.start();
  const passing = await harness.client({ clientId: 'passing' });
  await passing.subscribe('$share/g/jobs', { qos: 1 });
  const kept = await harness.client({ clientId: 'kept', ...lasting });
  await kept.subscribe('$share/g/jobs', { qos: 1 });
  await kept.leave();
  const publisher = await harness.client({ clientId: 'p' });
  await publisher.deliver('jobs', 'x');
  await passing.message('x');
  passing.wire.drop();
  await eventually(() => harness.server.stats().connections === 1);
  const again = await harness.client({ clientId: 'kept', ...lasting });
  await again.message('x');
});

test('No Local, overlapping filters, identifiers and retain-as-published', async () => {
  await using harness = await Harness.start();
  const peer = await harness.client({ clientId: 'a' });
  await peer.subscribe('own/#', { noLocal: true });
  peer.publish('own/x', 'x');
  await peer.alive();
  await peer.subscribe('o/#', { qos: 0, identifier: 1 });
  await peer.subscribe('o/+', { qos: 1, identifier: 2, retainAsPublished: true });
  await peer.subscribe('o/z', { qos: 1 });
  const publisher = await harness.client({ clientId: 'b' });
  await publisher.deliver('o/x', 'once', { retain: true });
  const packet = await peer.message('once');
  assert.equal(packet.qos, 1);
  assert.equal(packet.retain, true);
  assert.deepEqual(packet.properties?.subscriptionIdentifiers?.toSorted(), [1, 2]);
  peer.ack('puback', packet.packetId);
  await peer.alive();
});

test('message expiry is counted down, and an expired message is not delivered', async () => {
  await using harness = await Harness.start();
  const subscriber = await harness.client({ clientId: 's', ...lasting });
  await subscriber.subscribe('a', { qos: 1 });
  await subscriber.leave();
  const publisher = await harness.client({ clientId: 'p' });
  await publisher.deliver('a', 'short', { properties: { messageExpiryInterval: 1 } });
  await publisher.deliver('a', 'long', { properties: { messageExpiryInterval: 100 } });
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  const again = await harness.client({ clientId: 's', ...lasting });
  const packet = await again.message('long');
  const left = packet.properties?.messageExpiryInterval ?? 0;
  assert(left >= 90 && left < 100, `${left}`);
});

test('a client’s maximum packet size: what is larger is not sent and counts as delivered', async () => {
  await using harness = await Harness.start();
  const peer = await harness.open();
  await peer.connect({ clientId: 's', properties: { maximumPacketSize: 60 } });
  await peer.subscribe('a', { qos: 1 });
  const publisher = await harness.client({ clientId: 'p' });
  await publisher.deliver('a', 'x'.repeat(100));
  await publisher.deliver('a', 'small');
  await peer.message('small');
});

test('request and response: response topic, correlation data and user properties in order', async () => {
  await using harness = await Harness.start();
  const server = await harness.client({ clientId: 'server' });
  await server.subscribe('service', { qos: 1 });
  const client = await harness.open();
  const connack = await client.connect({
    clientId: 'c',
    properties: { requestResponseInformation: 1 },
  });
  const responseTopic = `${connack.properties?.responseInformation}/1`;
  await client.subscribe(responseTopic, { qos: 1 });
  const userProperties: [string, string][] = [
    ['b', '1'],
    ['a', '2'],
    ['b', '3'],
  ];
  const correlationData = Buffer.from([0, 255, 7]);
  const properties = { responseTopic, correlationData, userProperties, payloadFormatIndicator: 1 };
  await client.deliver('service', 'request', { properties });
  const request = await server.message('request');
  assert.deepEqual(request.properties?.userProperties, userProperties);
  assert.equal(request.properties.payloadFormatIndicator, 1);
  const correlation = request.properties.correlationData ?? Buffer.alloc(0);
  assert(correlation.equals(correlationData) === true);
  await server.deliver(request.properties.responseTopic ?? '', 'answer', {
    properties: { correlationData: correlation },
  });
  assert((await client.message('answer')).properties?.correlationData?.equals(correlationData));
});

for (const version of [4, 5] as const) {
  test(`v${version}: a subscription finds the retained messages that were taken before it`, async () => {
    await using harness = await Harness.start();
    const publisher = await harness.client({}, version);
    await publisher.deliver('a', 'old', { retain: true });
    harness.memoryLog.stalled = true;
    publisher.publish('a', 'new', { retain: true });
    await publisher.alive();
    const peer = await harness.client({}, version);
    const subscribed = peer.subscribe('a');
    const early = await Promise.race([subscribed, pause(100)]);
    assert.equal(early, undefined, 'the new one is not there yet');
    harness.memoryLog.flush();
    assert.deepEqual(await subscribed, [0]);
    await peer.message('new');
    await peer.alive();
  });
}

test('when the log takes nothing, a subscription still holds with what was retained before', async () => {
  await using harness = await Harness.start();
  const publisher = await harness.client();
  await publisher.deliver('a', 'old', { retain: true });
  harness.memoryLog.stopped = new Error('EIO');
  publisher.publish('a', 'new', { retain: true });
  await publisher.alive();
  const peer = await harness.client();
  assert.deepEqual(await peer.subscribe('a'), [0]);
  await peer.message('old');
});

test('a malformed packet closes its connection with the right code, with an entry for diagnosis, and no other', async () => {
  await using harness = await Harness.start();
  const neighbour = await harness.client({ clientId: 'n' });
  const peer = await harness.client({ clientId: 'bad' });
  peer.hex('300f0005746f700000007061796c6f6164');
  assert.equal(await peer.closed(), 0x81);
  await eventually(() => harness.diagnosis.entries().length > 0);
  const [entry] = harness.diagnosis.entries();
  assert.equal(entry?.code, 'access.malformed');
  assert.equal(entry.told, '0x81');
  assert.equal(entry.at, 'byte 7');
  assert.equal(entry.step, 'decode');
  assert.equal(entry.source, '127.0.0.1');
  assert.match(entry.identity, /bad/);
  await neighbour.alive();
});

test('going down: v5 clients are told 0x8B', async () => {
  await using harness = await Harness.start();
  const peer = await harness.client();
  await harness.server[Symbol.asyncDispose]();
  assert.equal(await peer.closed(), 0x8b);
});

function pause(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), ms));
}

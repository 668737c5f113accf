// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { openBatch } from '#model';
import { RecordKind } from '#bus';
import { eventually, gateway, Harness } from './testing/harness.ts';

const readings = '{"temperature":21.5,"humidity":60}';

test('no PUBACK and no PUBREC leaves before the log is durable', async () => {
  await using harness = await Harness.start();
  const thing = await harness.thing(gateway);
  const plain = await harness.client({ clientId: 'plain' });
  harness.memoryLog.stalled = true;
  thing.publish('things/me/properties', readings, { qos: 1, packetId: 1 });
  thing.publish('things/me/properties', readings, { qos: 2, packetId: 2 });
  plain.publish('a/b', 'x', { qos: 1, packetId: 3 });
  plain.publish('a/b', 'x', { qos: 2, packetId: 4 });
  assert.equal(await thing.any(150), undefined);
  assert.equal(await plain.any(50), undefined);
  harness.memoryLog.flush();
  assert.equal((await thing.next('puback')).packetId, 1);
  assert.equal((await thing.next('pubrec')).packetId, 2);
  assert.equal((await plain.next('puback')).packetId, 3);
  assert.equal((await plain.next('pubrec')).packetId, 4);
});

test('no CONNACK, SUBACK, UNSUBACK or PUBCOMP of a stored session leaves before the log is durable', async () => {
  await using harness = await Harness.start();
  const log = harness.memoryLog;
  log.stalled = true;
  const peer = await harness.open();
  const connack = peer.connect({ clientId: 'kept', lasting: true });
  assert.equal(await Promise.race([connack, pause(150)]), undefined);
  log.flush();
  assert.equal((await connack).reasonCode, 0);

  for (const [send, type] of [
    [() => peer.send(subscribePacket), 'suback'],
    [() => peer.send({ type: 'unsubscribe', packetId: 6, filters: ['a/#'] }), 'unsuback'],
  ] as const) {
    log.stalled = true;
    send();
    assert.equal(await peer.any(100), undefined, `${type} came early`);
    log.flush();
    await peer.next(type);
  }

  peer.publish('x', 'y', { qos: 2, packetId: 9 });
  await peer.next('pubrec');
  log.stalled = true;
  peer.ack('pubrel', 9);
  assert.equal(await peer.any(100), undefined, 'pubcomp came early');
  log.flush();
  await peer.next('pubcomp');
});

test('a message is delivered only once it is durable', async () => {
  await using harness = await Harness.start();
  const subscriber = await harness.client({ clientId: 's' });
  await subscriber.subscribe('a/#', { qos: 1 });
  const publisher = await harness.client({ clientId: 'p' });
  harness.memoryLog.stalled = true;
  publisher.publish('a/b', 'x', { qos: 1 });
  assert.equal(await subscriber.any(100), undefined);
  harness.memoryLog.flush();
  await subscriber.message('x');
});

test('PUBACKs come in the order of the publishes, across kinds of topics', async () => {
  await using harness = await Harness.start({
    limits: { 'mqtt.receiveMaximum': 60 },
    config: { policy: [{ who: 'thing', may: ['publish'], topics: ['free/#'] }] },
  });
  const thing = await harness.thing(gateway);
  for (let packetId = 1; packetId <= 60; packetId++) {
    const topics = [
      'things/me/properties',
      'free/x',
      'things/8/properties',
      'things/me/events/alarm',
    ];
    thing.publish(topics[packetId % 4] ?? '', packetId % 4 === 3 ? '{}' : readings, {
      qos: 1,
      packetId,
    });
  }
  for (let packetId = 1; packetId <= 60; packetId++) {
    assert.equal((await thing.next('puback')).packetId, packetId);
  }
});

test('when the log fails nothing is acknowledged and the connection ends with 0x89', async () => {
  await using harness = await Harness.start();
  const thing = await harness.thing(gateway);
  const old = await harness.thing(8, {}, 4);
  harness.memoryLog.stopped = new Error('EIO');
  thing.publish('things/me/properties', readings, { qos: 1 });
  old.publish('things/me/properties', readings, { qos: 1 });
  assert.equal((await thing.next('disconnect')).reasonCode, 0x89);
  await thing.closed();
  await old.refused();
  assert.equal(
    harness.memoryLog.records.filter(({ kind }) => kind === RecordKind.readings).length,
    0,
  );
  await eventually(() => harness.diagnosis.entries().some(({ step }) => step === 'log'));
});

test('readings of a publish that was acknowledged are in the log, with their series and values', async () => {
  await using harness = await Harness.start();
  const thing = await harness.thing(gateway);
  await thing.deliver('things/me/properties', readings, { qos: 1 });
  const record = harness.memoryLog.records.find(({ kind }) => kind === RecordKind.readings);
  assert(record);
  const batch = openBatch(record.payload);
  assert(batch.ok);
  assert.deepEqual([...batch.value.series], [71, 72]);
  assert.deepEqual([...batch.value.value], [21.5, 60]);
});

test('a QoS 2 publish of readings is stored once, also when it comes again after a restart', async () => {
  let harness = await Harness.start();
  const rows = (): number =>
    harness.memoryLog.records
      .filter(({ kind }) => kind === RecordKind.readings)
      .map(({ payload }) => openBatch(payload))
      .reduce((sum, batch) => sum + (batch.ok ? batch.value.rows : 0), 0);
  const first = await harness.thing(gateway, { lasting: true });
  first.publish('things/me/properties', readings, { qos: 2, packetId: 5 });
  await first.next('pubrec');
  assert.equal(rows(), 2);
  const killed = harness;
  harness = await harness.restart('killed');
  const again = await harness.thing(gateway, { lasting: true });
  again.publish('things/me/properties', readings, { qos: 2, packetId: 5, dup: true });
  await again.next('pubrec');
  again.ack('pubrel', 5);
  await again.next('pubcomp');
  assert.equal(rows(), 2);
  again.publish('things/me/properties', readings, { qos: 2, packetId: 5 });
  await again.next('pubrec');
  assert.equal(rows(), 4, 'a released identifier is a new message');
  await harness[Symbol.asyncDispose]();
  await killed[Symbol.asyncDispose]();
});

const subscribePacket = {
  type: 'subscribe',
  packetId: 5,
  subscriptions: [
    { filter: 'a/#', qos: 1, noLocal: false, retainAsPublished: false, retainHandling: 0 },
  ],
} as const;

function pause(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), ms));
}

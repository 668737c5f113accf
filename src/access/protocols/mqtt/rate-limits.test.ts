// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { RecordKind } from '#bus';
import { openBatch } from '#model';
import { gateway, Harness } from './testing/harness.ts';
import { limited } from './testing/limited.ts';

limited(
  { 'mqtt.publishesPerSecond': 20, 'mqtt.publishBurst': 5 },
  'a client that publishes more is read more slowly, and loses nothing',
  async (harness) => {
    const thing = await harness.thing(gateway);
    const count = 12;
    for (let packetId = 1; packetId <= count; packetId++) {
      thing.publish('things/me/properties', '{"temperature":1}', { qos: 1, packetId });
    }
    const neighbour = await harness.thing(8);
    await neighbour.deliver('things/me/properties', '{"temperature":1}');
    assert(harness.server.stats().publishes[1] < count);
    for (let packetId = 1; packetId <= count; packetId++) {
      assert.equal((await thing.next('puback')).packetId, packetId);
    }
    const rows = harness.memoryLog.records
      .filter(({ kind }) => kind === RecordKind.readings)
      .map(({ payload }) => openBatch(payload))
      .reduce((sum, batch) => sum + (batch.ok ? batch.value.rows : 0), 0);
    assert.equal(rows, count + 1);
  },
  { countedAs: { 'mqtt.publishBurst': 'mqtt.publishesPerSecond' } },
);

limited(
  { 'tenant.publishesPerSecond': 20, 'tenant.publishBurst': 5 },
  'the clients of a tenant together are read more slowly, those of others are not',
  async (harness) => {
    const things = [await harness.thing(gateway), await harness.thing(8)];
    for (const thing of things) {
      for (let packetId = 1; packetId <= 6; packetId++) {
        thing.publish('things/me/properties', '{"temperature":1}', { qos: 1, packetId });
      }
    }
    const other = await harness.client();
    for (let i = 0; i < 10; i++) await other.deliver('t', 'x');
    for (const thing of things) {
      for (let packetId = 1; packetId <= 6; packetId++) {
        assert.equal((await thing.next('puback')).packetId, packetId);
      }
    }
  },
  { countedAs: { 'tenant.publishBurst': 'tenant.publishesPerSecond' } },
);

limited(
  { 'mqtt.publishesPerSecond': 20, 'mqtt.publishBurst': 5 },
  'subscriptions and pings count as publishes do',
  async (harness) => {
    const peer = await harness.client();
    await peer.subscribe(['a', 'b', 'c', 'd']);
    peer.hex('c000'.repeat(10));
    for (let i = 0; i < 10; i++) await peer.next('pingresp');
  },
  { countedAs: { 'mqtt.publishBurst': 'mqtt.publishesPerSecond' } },
);

test('limit mqtt.turnBytes, mqtt.turnBytesPerClient: who sends much waits for the others, and loses nothing', async () => {
  const limits = { 'mqtt.turnBytesPerClient': 1_024, 'mqtt.turnBytes': 2_048 };
  await using harness = await Harness.start({
    limits: { ...limits, 'mqtt.receiveMaximum': 1_000 },
  });
  const things = await Promise.all([harness.thing(gateway), harness.thing(8)]);
  const count = 300;
  for (const thing of things) {
    for (let packetId = 1; packetId <= count; packetId++) {
      thing.publish('things/me/properties', '{"temperature":1}', { qos: 1, packetId });
    }
  }
  for (const thing of things) {
    for (let packetId = 1; packetId <= count; packetId++) {
      assert.equal((await thing.next('puback')).packetId, packetId);
    }
  }
  assert(harness.metrics.value('fengsui_mqtt_yields_total') > 0);
  assert.equal(harness.metrics.value('fengsui_mqtt_waiting_clients'), 0);
});

limited({ 'mqtt.publishBytesPerSecond': 2_000 }, 'as many bytes, too', async (harness) => {
  const peer = await harness.client();
  for (let packetId = 1; packetId <= 4; packetId++) {
    peer.publish('t', 'x'.repeat(1_000), { qos: 1, packetId });
  }
  for (let packetId = 1; packetId <= 4; packetId++) await peer.next('puback');
});

// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from 'node:assert';
import { seconds, type StatementCase } from '../case.ts';

/** What only 5.0 has: properties of messages, topic aliases, packet sizes, flow control. */
export const propertyCases: readonly StatementCase[] = [
  {
    title: 'the properties of a message arrive unaltered, user properties in order',
    v5: ['3.3.2-4', '3.3.2-15', '3.3.2-16', '3.3.2-17', '3.3.2-18', '3.3.2-20'],
    run: async (bench) => {
      const peer = await bench.client();
      await peer.subscribe(bench.topic());
      const userProperties: [string, string][] = [
        ['z', '1'],
        ['a', '2'],
        ['z', '1'],
        ['', ''],
        ['é', '温'],
      ];
      const properties = {
        payloadFormatIndicator: 1,
        contentType: 'text/plain',
        responseTopic: 'answer/here',
        correlationData: Buffer.from([0, 255, 1]),
        userProperties,
      };
      await (await bench.client()).deliver(bench.topic(), 'x', { properties });
      assert.deepEqual((await peer.message('x')).properties, properties);
    },
  },
  {
    title: 'texts and topics among the properties are checked',
    v5: ['3.3.2-13', '3.3.2-14', '3.3.2-19'],
    run: async (bench) => {
      await bench.refuses('3008 0001 61 04 08 0001 23');
      await bench.refuses('3008 0001 61 04 08 0001 ff');
      await bench.refuses('3008 0001 61 04 03 0001 ff');
    },
  },
  {
    title: 'a message that has expired is not delivered',
    v5: ['3.3.2-5'],
    run: async (bench) => {
      const { peer } = await bench.resume('c');
      await peer.subscribe(bench.topic(), { qos: 1 });
      await peer.leave();
      const sender = await bench.client();
      await sender.deliver(bench.topic(), 'short', { properties: { messageExpiryInterval: 1 } });
      await sender.deliver(bench.topic(), 'long', { properties: { messageExpiryInterval: 100 } });
      await seconds(2.2);
      const again = (await bench.resume('c')).peer;
      await again.message('long');
    },
  },
  {
    title: 'the expiry that is sent is what is left of it',
    v5: ['3.3.2-6'],
    run: async (bench) => {
      const { peer } = await bench.resume('c');
      await peer.subscribe(bench.topic(), { qos: 1 });
      await peer.leave();
      const sender = await bench.client();
      await sender.deliver(bench.topic(), 'x', { properties: { messageExpiryInterval: 100 } });
      await seconds(2.2);
      const left = (await (await bench.resume('c')).peer.message('x')).properties;
      assert.ok(left?.messageExpiryInterval !== undefined);
      assert.ok(left.messageExpiryInterval < 100 && left.messageExpiryInterval > 90);
    },
  },
  {
    title: 'topic aliases stand for the topic on this connection, for every value allowed',
    v5: ['3.3.2-12', '3.3.2-7'],
    run: async (bench) => {
      const peer = await bench.open();
      const ack = await peer.connect({ clientId: bench.id(), lasting: true });
      const max = ack.properties?.topicAliasMaximum ?? 0;
      if (max === 0) return;
      await peer.subscribe(bench.topic('#'));
      for (const topicAlias of [1, max]) {
        const topic = bench.topic(`${topicAlias}`);
        peer.publish(topic, 'named', { properties: { topicAlias } });
        assert.equal((await peer.message('named')).topic, topic);
        peer.publish('', 'known', { properties: { topicAlias } });
        assert.equal((await peer.message('known')).topic, topic);
      }
      peer.wire.drop();
      const again = (await bench.resume('c')).peer;
      again.publish('', 'unknown', { properties: { topicAlias: 1 } });
      await again.refused();
    },
  },
  {
    title: 'a topic alias of 0 or above the maximum is an error',
    v5: ['3.3.2-8', '4.13.1-1'],
    run: async (bench) => {
      await bench.refuses('3007 0001 61 03 23 0000');
      await bench.refuses('3007 0001 61 03 23 ffff');
      await bench.refuses('3003 0000 00');
    },
  },
  {
    title: 'the server sends no alias unless the client takes them, and none above its maximum',
    v5: ['3.1.2-26', '3.1.2-27', '3.3.2-11'],
    run: async (bench) => {
      const none = await bench.client();
      const one = await bench.client({ properties: { topicAliasMaximum: 1 } });
      const sender = await bench.client();
      await none.subscribe(bench.topic('#'));
      await one.subscribe(bench.topic('#'));
      let known = '';
      for (const name of ['a', 'a', 'b', 'b', 'a']) {
        await sender.deliver(bench.topic(name), name);
        assert.equal((await none.message(name)).properties?.topicAlias, undefined);
        const { topic, properties } = await one.message(name);
        if (properties?.topicAlias !== undefined) assert.equal(properties.topicAlias, 1);
        if (topic !== '' && properties?.topicAlias === 1) known = topic;
        assert.equal(topic === '' ? known : topic, bench.topic(name));
      }
    },
  },
  {
    title: 'no packet is larger than the client takes; a message that is counts as delivered',
    v5: ['3.1.2-24', '3.1.2-25'],
    run: async (bench) => {
      const peer = await bench.client({ properties: { maximumPacketSize: 100 } });
      await peer.subscribe(bench.topic(), { qos: 1 });
      const sender = await bench.client();
      await sender.deliver(bench.topic(), 'x'.repeat(200));
      await sender.deliver(bench.topic(), 'small');
      const { packetId } = await peer.message('small');
      peer.ack('puback', packetId);
      await peer.alive();
    },
  },
  {
    title: 'answers keep within the client’s packet size',
    v5: [
      '3.2.2-19',
      '3.2.2-20',
      '3.4.2-2',
      '3.4.2-3',
      '3.5.2-2',
      '3.5.2-3',
      '3.6.2-2',
      '3.6.2-3',
      '3.7.2-2',
      '3.7.2-3',
      '3.9.2-1',
      '3.9.2-2',
      '3.11.2-1',
      '3.11.2-2',
      '3.14.2-3',
      '3.14.2-4',
    ],
    run: async (bench) => {
      const maximumPacketSize = 60;
      const peer = await bench.client({ properties: { maximumPacketSize } });
      await peer.subscribe([bench.topic(), `$share/g/${bench.topic()}`, '$SYS/x']);
      await peer.unsubscribe(bench.topic(), 'none');
      await peer.deliver(bench.topic('a'), 'x', { qos: 1 });
      await peer.deliver(bench.topic('a'), 'x', { qos: 2, packetId: 2 });
      peer.hex('82020001');
      const packet = await peer.any();
      if (packet !== undefined) assert.equal(packet.type, 'disconnect');
    },
  },
  {
    title: 'the server sends at most Receive Maximum messages that wait for an answer',
    v5: ['3.3.4-9', '3.3.4-10', '4.9.0-1', '4.9.0-2', '4.9.0-3'],
    run: async (bench) => {
      const peer = await bench.client({ properties: { receiveMaximum: 2 } });
      await peer.subscribe(bench.topic(), { qos: 2 });
      const sender = await bench.client();
      for (let i = 1; i <= 5; i++) {
        await sender.deliver(bench.topic(), `${i}`, { qos: i % 2 === 0 ? 2 : 1, packetId: i });
      }
      const first = await peer.message('1');
      const second = await peer.message('2');
      await peer.alive();
      assert.deepEqual(await peer.subscribe(bench.topic('other')), [0]);
      peer.ack('puback', first.packetId);
      await peer.message('3');
      peer.ack('pubrec', second.packetId);
      await peer.next('pubrel');
      await peer.alive();
      peer.ack('pubcomp', second.packetId);
      await peer.message('4');
    },
  },
  {
    title: 'a client that exceeds the server’s Receive Maximum is closed',
    v5: ['4.13.1-1'],
    run: async (bench) => {
      const peer = await bench.open();
      const ack = await peer.connect();
      const max = ack.properties?.receiveMaximum ?? 65_535;
      if (max > 1_000) return;
      for (let packetId = 1; packetId <= max + 1; packetId++) {
        peer.publish(bench.topic(), 'x', { qos: 2, packetId });
      }
      await peer.refused();
    },
  },
  {
    title: 'a packet above the server’s Maximum Packet Size closes the connection',
    v5: ['3.2.2-15', '4.13.1-1'],
    run: async (bench) => {
      const peer = await bench.open();
      const max = (await peer.connect()).properties?.maximumPacketSize;
      if (max === undefined || max > 16_777_216) return;
      peer.hex('30ffffff7f');
      await peer.refused();
    },
  },
  {
    title: 'the identifiers of all matching subscriptions come with the message',
    v5: ['3.3.4-3', '3.3.4-4', '3.3.4-5'],
    run: async (bench) => {
      const peer = await bench.client();
      await peer.subscribe(bench.topic('#'), { identifier: 1 });
      await peer.subscribe(bench.topic('a'), { identifier: 268_435_455 });
      await peer.subscribe(bench.topic('+'));
      const sender = await bench.client();
      sender.publish(bench.topic('a'), 'x');
      sender.publish(bench.topic('end'), 'end');
      const found: number[] = [];
      for (;;) {
        const packet = await peer.next('publish');
        if (packet.payload.toString() === 'end') break;
        found.push(...(packet.properties?.subscriptionIdentifiers ?? []));
      }
      assert.deepEqual(
        found.toSorted((a, b) => a - b),
        [1, 268_435_455],
      );
    },
  },
];

// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from 'node:assert';
import type { StatementCase } from '../case.ts';

/** § 3.8 to § 3.12 and § 4.8: subscriptions, shared ones, and PINGREQ. */
export const subscribeCases: readonly StatementCase[] = [
  {
    title: 'SUBSCRIBE is answered with a code for each filter, in order',
    v3: ['3.8.4-1', '3.8.4-4', '3.8.4-5', '3.9.3-1', '3.9.3-2'],
    v5: ['3.8.4-1', '3.8.4-5', '3.8.4-6', '3.8.4-7', '3.9.3-1', '3.9.3-2'],
    run: async (bench) => {
      const peer = await bench.client();
      const options = { noLocal: false, retainAsPublished: false, retainHandling: 0 } as const;
      peer.send({
        type: 'subscribe',
        packetId: 500,
        subscriptions: [
          { filter: bench.topic('a'), qos: 2, ...options },
          { filter: bench.topic('b'), qos: 0, ...options },
          { filter: bench.topic('c'), qos: 1, ...options },
        ],
      });
      const ack = await peer.next('suback');
      assert.deepEqual([ack.packetId, [...ack.reasonCodes]], [500, [2, 0, 1]]);
    },
  },
  {
    title: 'SUBSCRIBE and UNSUBSCRIBE without a filter are refused',
    v3: ['3.8.3-3', '3.10.3-2'],
    v5: ['3.8.3-2', '3.10.3-2'],
    run: async (bench) => {
      await bench.refuses(bench.five ? '8203 0001 00' : '8202 0001');
      await bench.refuses(bench.five ? 'a203 0001 00' : 'a202 0001');
    },
  },
  {
    title: 'reserved bits of the options and QoS 3 are refused',
    v3: ['3-8.3-4'],
    v5: ['3.8.3-5'],
    run: async (bench) => {
      const bits = bench.five ? ['03', '40', '80', '30'] : ['03', '04', '08', '80'];
      const head = bench.five ? '8207 0001 00' : '8206 0001';
      for (const each of bits) await bench.refuses(`${head} 0001 61 ${each}`);
    },
  },
  {
    title: 'the same filter again replaces the subscription and sends retained messages again',
    v3: ['3.8.4-3'],
    v5: ['3.8.4-3', '3.8.4-4'],
    run: async (bench) => {
      const peer = await bench.client();
      await peer.deliver(bench.topic(), 'kept', { retain: true });
      await peer.subscribe(bench.topic(), { qos: 0 });
      await peer.message('kept');
      await peer.subscribe(bench.topic(), { qos: 1 });
      await peer.message('kept');
      const sender = await bench.client();
      await sender.deliver(bench.topic(), 'once');
      assert.equal((await peer.message('once')).qos, 1);
      await sender.deliver(bench.topic(), 'end');
      await peer.message('end');
    },
  },
  {
    title: 'what comes has the lower QoS of message and subscription',
    v3: ['3.8.4-6'],
    v5: ['3.8.4-8'],
    run: async (bench) => {
      const peer = await bench.client();
      const sender = await bench.client();
      for (const granted of [0, 1, 2] as const) {
        await peer.subscribe(bench.topic(), { qos: granted });
        for (const qos of [0, 1, 2] as const) {
          await sender.deliver(bench.topic(), `${granted}${qos}`, { qos });
          const packet = await peer.message(`${granted}${qos}`);
          assert.equal(packet.qos, Math.min(granted, qos));
          if (packet.qos === 1) peer.ack('puback', packet.packetId);
          if (packet.qos !== 2) continue;
          peer.ack('pubrec', packet.packetId);
          await peer.next('pubrel');
          peer.ack('pubcomp', packet.packetId);
        }
      }
    },
  },
  {
    title: 'no local: a client’s own messages do not come back',
    v5: ['3.8.3-3'],
    run: async (bench) => {
      const peer = await bench.client();
      await peer.subscribe(bench.topic(), { noLocal: true });
      peer.publish(bench.topic(), 'own');
      await peer.alive();
      await (await bench.client()).deliver(bench.topic(), 'other');
      await peer.message('other');
    },
  },
  {
    title: 'no local on a shared subscription is an error',
    v5: ['3.8.3-4'],
    run: (bench) => bench.refuses('8210 0001 00 000a 2473686172652f672f61 04'),
  },
  {
    title: 'UNSUBSCRIBE removes the filter that is the same character by character, and only it',
    v3: ['3.10.4-1', '3.10.4-2'],
    v5: ['3.10.4-1', '3.10.4-2', '3.11.3-2'],
    run: async (bench) => {
      const peer = await bench.client();
      await peer.subscribe([bench.topic('+'), bench.topic('a')]);
      await peer.unsubscribe(bench.topic('#'), bench.topic('A'));
      await peer.unsubscribe(bench.topic('a'));
      peer.publish(bench.topic('a'), 'one');
      await peer.message('one');
      await peer.unsubscribe(bench.topic('+'));
      peer.publish(bench.topic('a'), 'none');
      await peer.subscribe(bench.topic('end'));
      peer.publish(bench.topic('end'), 'end');
      await peer.message('end');
    },
  },
  {
    title: 'UNSUBSCRIBE of several filters is answered once, also where there is nothing to remove',
    v3: ['3.10.4-5', '3.10.4-6'],
    v5: ['3.10.4-5', '3.10.4-6', '3.11.3-1', '3.11.3-2'],
    run: async (bench) => {
      const peer = await bench.client();
      await peer.subscribe(bench.topic('b'));
      const codes = await peer.unsubscribe(bench.topic('a'), bench.topic('b'), bench.topic('c'));
      assert.deepEqual([...codes], bench.five ? [0x11, 0, 0x11] : []);
      await peer.alive();
    },
  },
  {
    title: 'what is under way when UNSUBSCRIBE comes is delivered to its end',
    v3: ['3.10.4-3'],
    v5: ['3.10.4-3'],
    run: async (bench) => {
      const { peer } = await bench.resume('c');
      await peer.subscribe(bench.topic(), { qos: 2 });
      await (await bench.client()).deliver(bench.topic(), 'x', { qos: 2 });
      const { packetId } = await peer.message('x');
      await peer.unsubscribe(bench.topic());
      peer.wire.drop();
      const again = (await bench.resume('c')).peer;
      assert.equal((await again.message('x')).packetId, packetId);
      again.ack('pubrec', packetId);
      assert.equal((await again.next('pubrel')).packetId, packetId);
    },
  },
  {
    title: 'PINGREQ is answered',
    v3: ['3.12.4-1'],
    v5: ['3.12.4-1'],
    run: async (bench) => {
      const peer = await bench.client();
      for (let i = 0; i < 3; i++) await peer.alive();
    },
  },
  {
    title: 'shared filters that are not well-formed are refused',
    v5: ['4.8.2-1', '4.8.2-2'],
    run: async (bench) => {
      for (const filter of ['$share/', '$share/g', '$share/g/', '$share//a', '$share/g+/a']) {
        const bytes = Buffer.from(filter);
        const length = (6 + bytes.length).toString(16).padStart(2, '0');
        const size = bytes.length.toString(16).padStart(4, '0');
        const peer = await bench.client();
        peer.hex(`82${length}000100${size}${bytes.toString('hex')}00`);
        const packet = await peer.any();
        const code = packet?.type === 'suback' ? packet.reasonCodes[0] : undefined;
        if (code !== undefined) assert.ok(code >= 0x80, `${filter} was granted`);
        else await peer.refused();
      }
    },
  },
  {
    title: 'a shared subscription gives each message to one of its clients, with the granted QoS',
    v5: ['4.8.2-1', '4.8.2-3'],
    run: async (bench) => {
      const shared = `$share/g/${bench.topic()}`;
      const [a, b, sender] = [await bench.client(), await bench.client(), await bench.client()];
      await a.subscribe(shared, { qos: 0 });
      await b.subscribe(shared, { qos: 1 });
      for (let i = 1; i <= 10; i++) await sender.deliver(bench.topic(), `${i}`, { packetId: i });
      const found: string[] = [];
      for (const [peer, qos] of [[a, 0] as const, [b, 1] as const]) {
        for (let packet = await peer.any(500); packet !== undefined; packet = await peer.any(500)) {
          assert.ok(packet.type === 'publish');
          assert.equal(packet.qos, qos);
          found.push(packet.payload.toString());
        }
      }
      assert.deepEqual(
        found.map(Number).toSorted((x, y) => x - y),
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
      );
    },
  },
  {
    title: 'a QoS 2 message of a shared subscription is completed with the client that has it',
    v5: ['4.8.2-4'],
    run: async (bench) => {
      const shared = `$share/g/${bench.topic()}`;
      const { peer } = await bench.resume('c');
      await peer.subscribe(shared, { qos: 2 });
      await (await bench.client()).deliver(bench.topic(), 'x', { qos: 2 });
      const { packetId } = await peer.message('x');
      peer.wire.drop();
      const other = await bench.client();
      await other.subscribe(shared, { qos: 2 });
      const again = (await bench.resume('c')).peer;
      const packet = await again.message('x');
      assert.deepEqual([packet.packetId, packet.dup], [packetId, true]);
      await other.alive();
    },
  },
  {
    title:
      'a message that a client of a shared subscription has is given to no other when its session ends',
    v5: ['4.8.2-5'],
    run: async (bench) => {
      const shared = `$share/g/${bench.topic()}`;
      const { peer } = await bench.resume('c');
      await peer.subscribe(shared, { qos: 2 });
      const sender = await bench.client();
      await sender.deliver(bench.topic(), 'x', { qos: 2 });
      await peer.message('x');
      const other = await bench.client();
      await other.subscribe(shared, { qos: 2 });
      peer.wire.drop();
      await bench.client({ clientId: bench.id(), cleanStart: true });
      await sender.deliver(bench.topic(), 'end', { qos: 1 });
      await other.message('end');
    },
  },
  {
    title: 'a message that one client refuses is given to no other',
    v5: ['4.8.2-6', '4.4.0-2'],
    run: async (bench) => {
      const shared = `$share/g/${bench.topic()}`;
      const peer = await bench.client();
      await peer.subscribe(shared, { qos: 1 });
      const sender = await bench.client();
      await sender.deliver(bench.topic(), 'x', { qos: 1 });
      const { packetId } = await peer.message('x');
      const other = await bench.client();
      await other.subscribe(shared, { qos: 1 });
      peer.ack('puback', packetId, 0x97);
      await peer.alive();
      await peer.leave();
      await sender.deliver(bench.topic(), 'end', { qos: 1 });
      await other.message('end');
    },
  },
];

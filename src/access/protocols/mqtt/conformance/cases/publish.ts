// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from 'node:assert';
import type { StatementCase } from '../case.ts';

/** § 3.3: PUBLISH, its flags and retained messages. */
export const publishCases: readonly StatementCase[] = [
  {
    title: 'DUP says whether the server sends again, not whether the publisher did',
    v3: ['3.3.1-3'],
    v5: ['3.3.1-3'],
    run: async (bench) => {
      const peer = await bench.client();
      await peer.subscribe(bench.topic(), { qos: 1 });
      const sender = await bench.client();
      await sender.deliver(bench.topic(), 'again', { dup: true });
      assert.equal((await peer.message('again')).dup, false);
    },
  },
  {
    title: 'DUP with QoS 0 is refused',
    v3: ['3.3.1-2'],
    v5: ['3.3.1-2'],
    run: (bench) => bench.refuses(bench.five ? '3804 0001 61 00' : '3803 0001 61'),
  },
  {
    title: 'QoS 3 is refused',
    v3: ['3.3.1-4'],
    v5: ['3.3.1-4'],
    run: async (bench) => {
      await bench.refuses(bench.five ? '3606 0001 61 0001 00' : '3605 0001 61 0001');
      await bench.refuses(bench.five ? '3e06 0001 61 0001 00' : '3e05 0001 61 0001');
    },
  },
  {
    title: 'a retained message replaces the one before and comes, marked, to a new subscription',
    v3: ['3.3.1-5', '3.3.1-6', '3.3.1-8'],
    v5: ['3.3.1-5', '3.3.1-9'],
    run: async (bench) => {
      const sender = await bench.client();
      await sender.deliver(bench.topic(), 'old', { retain: true });
      await sender.deliver(bench.topic(), 'new', { retain: true, qos: 2 });
      const peer = await bench.client();
      await peer.subscribe(bench.topic('+'), { qos: 2 });
      const packet = await peer.message('new');
      assert.deepEqual([packet.retain, packet.qos, packet.topic], [true, 2, bench.topic()]);
      peer.ack('pubrec', packet.packetId);
      await peer.next('pubrel');
      peer.ack('pubcomp', packet.packetId);
      await peer.alive();
    },
  },
  {
    title: 'a retained message of QoS 0 takes the place of the one before',
    v3: ['3.3.1-7'],
    run: async (bench) => {
      const sender = await bench.client();
      await sender.deliver(bench.topic(), 'old', { retain: true });
      sender.publish(bench.topic(), 'new', { retain: true });
      await sender.alive();
      const peer = await bench.client();
      await peer.subscribe(bench.topic());
      await peer.message('new');
    },
  },
  {
    title: 'an established subscription gets it without the mark',
    v3: ['3.3.1-9'],
    v5: ['3.3.1-12'],
    run: async (bench) => {
      const peer = await bench.client();
      await peer.subscribe(bench.topic());
      peer.publish(bench.topic(), 'live', { retain: true });
      assert.equal((await peer.message('live')).retain, false);
    },
  },
  {
    title: 'retain as published keeps the mark as it came',
    v5: ['3.3.1-13'],
    run: async (bench) => {
      const peer = await bench.client();
      await peer.subscribe(bench.topic(), { retainAsPublished: true });
      peer.publish(bench.topic(), 'marked', { retain: true });
      assert.equal((await peer.message('marked')).retain, true);
      peer.publish(bench.topic(), 'plain');
      assert.equal((await peer.message('plain')).retain, false);
    },
  },
  {
    title: 'an empty payload removes the retained message and is delivered, but not kept',
    v3: ['3.3.1-10', '3.3.1-11'],
    v5: ['3.3.1-6', '3.3.1-7'],
    run: async (bench) => {
      const peer = await bench.client();
      await peer.deliver(bench.topic(), 'kept', { retain: true });
      await peer.subscribe(bench.topic(), { retainHandling: bench.five ? 2 : 0 });
      if (!bench.five) await peer.message('kept');
      peer.publish(bench.topic(), '', { retain: true });
      await peer.message('');
      const late = await bench.client();
      await late.subscribe(bench.topic());
      await late.alive();
    },
  },
  {
    title: 'a message that is not retained leaves the retained one alone',
    v3: ['3.3.1-12'],
    v5: ['3.3.1-8'],
    run: async (bench) => {
      const peer = await bench.client();
      await peer.deliver(bench.topic(), 'kept', { retain: true });
      await peer.deliver(bench.topic(), 'passing');
      await peer.deliver(bench.topic(), '');
      await peer.subscribe(bench.topic());
      await peer.message('kept');
    },
  },
  {
    title: 'retain handling 1: retained messages only for a new subscription',
    v5: ['3.3.1-10'],
    run: async (bench) => {
      const peer = await bench.client();
      await peer.deliver(bench.topic(), 'kept', { retain: true });
      await peer.subscribe(bench.topic(), { retainHandling: 1 });
      await peer.message('kept');
      await peer.subscribe(bench.topic(), { retainHandling: 1 });
      await peer.alive();
      await peer.unsubscribe(bench.topic());
      await peer.subscribe(bench.topic(), { retainHandling: 1 });
      await peer.message('kept');
    },
  },
  {
    title: 'retain handling 2: no retained messages',
    v5: ['3.3.1-11'],
    run: async (bench) => {
      const peer = await bench.client();
      await peer.deliver(bench.topic(), 'kept', { retain: true });
      await peer.subscribe(bench.topic(), { retainHandling: 2 });
      await peer.deliver(bench.topic('other'), 'x');
      await peer.alive();
    },
  },
  {
    title: 'what comes matches the subscription',
    v3: ['3.3.2-3'],
    v5: ['3.3.2-3'],
    run: async (bench) => {
      const peer = await bench.client();
      await peer.subscribe([bench.topic('+/x'), bench.topic('deep/#')]);
      const sender = await bench.client();
      for (const name of ['a/y', 'a/x/b', 'x', 'deeper']) sender.publish(bench.topic(name), 'no');
      for (const name of ['a/x', '/x', 'deep', 'deep/er/still']) {
        sender.publish(bench.topic(name), name);
        assert.equal((await peer.message(name)).topic, bench.topic(name));
      }
    },
  },
  {
    title: 'each QoS is answered as it must be',
    v3: ['3.3.4-1', '4.3.2-2', '4.3.3-2'],
    v5: ['3.3.4-1', '4.3.2-4', '4.3.3-8', '4.3.3-11', '3.4.2-1', '3.5.2-1', '3.7.2-1'],
    run: async (bench) => {
      const peer = await bench.client();
      peer.publish(bench.topic(), '0');
      await peer.alive();
      await peer.deliver(bench.topic(), '1', { qos: 1, packetId: 10 });
      await peer.deliver(bench.topic(), '2', { qos: 2, packetId: 11 });
      await peer.alive();
    },
  },
  {
    title: 'overlapping subscriptions give the highest QoS of them',
    v3: ['3.3.5-1'],
    v5: ['3.3.4-2'],
    run: async (bench) => {
      const peer = await bench.client();
      await peer.subscribe(bench.topic('#'), { qos: 0 });
      await peer.subscribe(bench.topic('a'), { qos: 2 });
      await peer.subscribe(bench.topic('+'), { qos: 1 });
      const sender = await bench.client();
      await sender.deliver(bench.topic('a'), 'x', { qos: 2 });
      await sender.deliver(bench.topic('end'), 'end', { qos: 1 });
      const found: number[] = [];
      for (;;) {
        const packet = await peer.next('publish');
        if (packet.payload.toString() === 'end') break;
        found.push(packet.qos);
      }
      assert.equal(Math.max(...found), 2);
      assert.ok(found.length === 1 || found.length === 3, `${found.length} copies`);
    },
  },
];

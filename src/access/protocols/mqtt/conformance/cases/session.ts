// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from 'node:assert';
import { seconds, type StatementCase } from '../case.ts';

/** § 3.1.2.4, § 3.1.4, § 3.2.2.1, § 4.1: sessions. */
export const sessionCases: readonly StatementCase[] = [
  {
    title: 'a session is resumed with its subscriptions and what has come meanwhile',
    v3: ['3.1.2-4', '3.1.2-5', '3.2.2-2', '3.1.3-2', '4.1.0-1', '4.5.0-1'],
    v5: ['3.1.2-5', '3.1.2-23', '3.2.2-3', '3.1.3-2', '4.1.0-1', '4.5.0-1'],
    run: async (bench) => {
      const { peer, present } = await bench.resume('c');
      assert.equal(present, false);
      await peer.subscribe(bench.topic(), { qos: 2 });
      await peer.leave();
      const sender = await bench.client();
      await sender.deliver(bench.topic(), 'one', { qos: 1 });
      await sender.deliver(bench.topic(), 'two', { qos: 2 });
      const again = await bench.resume('c');
      assert.equal(again.present, true);
      assert.equal((await again.peer.message('one')).qos, 1);
      assert.equal((await again.peer.message('two')).qos, 2);
    },
  },
  {
    title: 'a session that does not exist is made, and not called present',
    v3: ['3.1.2-4', '3.2.2-3'],
    v5: ['3.1.2-6', '3.2.2-3'],
    run: async (bench) => {
      const { present } = await bench.resume('c');
      assert.equal(present, false);
    },
  },
  {
    title: 'a clean start discards the session',
    v3: ['3.1.2-6', '3.2.2-1', '3.1.4-3'],
    v5: ['3.1.2-4', '3.2.2-2', '3.1.4-4'],
    run: async (bench) => {
      const { peer } = await bench.resume('c');
      await peer.subscribe(bench.topic(), { qos: 1 });
      await peer.leave();
      const sender = await bench.client();
      await sender.deliver(bench.topic(), 'lost');
      const clean = await bench.open();
      const ack = await clean.connect({ clientId: bench.id(), cleanStart: true });
      assert.equal(ack.sessionPresent, false);
      await sender.deliver(bench.topic(), 'lost too');
      await clean.subscribe(bench.topic());
      await sender.deliver(bench.topic(), 'new');
      await clean.message('new');
      await clean.leave();
      const { present } = await bench.resume('c');
      assert.equal(present, false, 'the clean session was kept');
    },
  },
  {
    title: 'retained messages are no part of a session',
    v3: ['3.1.2-7'],
    run: async (bench) => {
      const peer = await bench.client({ clientId: bench.id() });
      await peer.deliver(bench.topic(), 'kept', { retain: true });
      await peer.leave();
      const other = await bench.client({ clientId: bench.id() });
      await other.subscribe(bench.topic());
      await other.message('kept');
    },
  },
  {
    title: 'a second client of the same identifier takes the connection over',
    v3: ['3.1.4-2'],
    v5: ['3.1.4-3', '3.14.2-2'],
    run: async (bench) => {
      const { peer: first } = await bench.resume('c');
      const { peer: second, present } = await bench.resume('c');
      assert.equal(present, true);
      const reason = await first.closed();
      if (bench.five) assert.equal(reason, 0x8e);
      await second.alive();
    },
  },
  {
    title: 'a session ends when its expiry is over',
    v5: ['4.1.0-2', '3.1.2-23'],
    run: async (bench) => {
      const properties = { sessionExpiryInterval: 1 };
      const { peer } = await bench.resume('c', { properties });
      peer.wire.drop();
      const soon = await bench.resume('c', { properties });
      assert.equal(soon.present, true);
      soon.peer.wire.drop();
      await seconds(2.5);
      assert.equal((await bench.resume('c')).present, false);
    },
  },
  {
    title: 'a session without an expiry ends with its connection',
    v5: ['4.1.0-2'],
    run: async (bench) => {
      const peer = await bench.client({ clientId: bench.id(), cleanStart: false });
      await peer.leave();
      assert.equal((await bench.resume('c')).present, false);
    },
  },
  {
    title: 'DISCONNECT can change the expiry, but not from nothing',
    v5: ['3.14.2-1', '4.13.1-1'],
    run: async (bench) => {
      const { peer } = await bench.resume('c');
      peer.disconnect(0, { sessionExpiryInterval: 0 });
      await peer.closed();
      assert.equal((await bench.resume('c')).present, false);
      const clean = await bench.client();
      clean.disconnect(0, { sessionExpiryInterval: 5 });
      await clean.refused();
    },
  },
  {
    title: 'a session lasts while its connection is open',
    v3: ['4.1.0-2'],
    v5: ['4.1.0-1'],
    run: async (bench) => {
      const peer = await bench.client();
      await peer.subscribe(bench.topic());
      await seconds(1.2);
      peer.publish(bench.topic(), 'still');
      await peer.message('still');
    },
  },
  {
    title:
      'what was sent and not acknowledged is sent again, with its identifier, marked and in order',
    v3: ['4.4.0-1', '3.3.1-1', '4.6.0-6'],
    v5: ['4.4.0-1', '3.3.1-1', '4.3.2-3', '4.3.3-3'],
    run: async (bench) => {
      const { peer } = await bench.resume('c');
      await peer.subscribe(bench.topic(), { qos: 2 });
      const sender = await bench.client();
      await sender.deliver(bench.topic(), 'one', { qos: 1 });
      await sender.deliver(bench.topic(), 'two', { qos: 2 });
      const sent = [await peer.message('one'), await peer.message('two')];
      peer.wire.drop();
      const again = (await bench.resume('c')).peer;
      for (const { packetId, qos, payload } of sent) {
        const packet = await again.message(payload.toString());
        assert.deepEqual([packet.packetId, packet.qos, packet.dup], [packetId, qos, true]);
      }
    },
  },
  {
    title: 'PUBREL that was not acknowledged is sent again, the PUBLISH before it is not',
    v3: ['4.4.0-1', '4.3.3-1'],
    v5: ['4.4.0-1', '4.3.3-4', '4.3.3-5', '4.3.3-6'],
    run: async (bench) => {
      const { peer } = await bench.resume('c');
      await peer.subscribe(bench.topic(), { qos: 2 });
      await (await bench.client()).deliver(bench.topic(), 'one', { qos: 2 });
      const { packetId } = await peer.message('one');
      peer.ack('pubrec', packetId);
      assert.equal((await peer.next('pubrel')).packetId, packetId);
      peer.wire.drop();
      const again = (await bench.resume('c')).peer;
      assert.equal((await again.next('pubrel')).packetId, packetId);
      again.ack('pubcomp', packetId);
      await again.alive();
    },
  },
  {
    title: 'what was acknowledged is not sent again',
    v3: ['4.3.2-1'],
    v5: ['4.4.0-1', '4.4.0-2'],
    run: async (bench) => {
      const { peer } = await bench.resume('c');
      await peer.subscribe(bench.topic(), { qos: 1 });
      const sender = await bench.client();
      await sender.deliver(bench.topic(), 'one');
      peer.ack('puback', (await peer.message('one')).packetId);
      await sender.deliver(bench.topic(), 'refused');
      const { packetId } = await peer.message('refused');
      peer.ack('puback', packetId, bench.five ? 0x80 : 0);
      await peer.alive();
      peer.wire.drop();
      const again = (await bench.resume('c')).peer;
      await again.alive();
    },
  },
  {
    title: 'DISCONNECT ends the connection, and what comes behind it is not processed',
    v3: ['3.14.4-2'],
    v5: ['3.14.4-1', '3.14.4-2'],
    run: async (bench) => {
      const watcher = await bench.client();
      await watcher.subscribe(bench.topic());
      const peer = await bench.client();
      peer.send({ type: 'disconnect', reasonCode: 0 });
      peer.publish(bench.topic(), 'late');
      assert.equal(await peer.closed(), undefined);
      await (await bench.client()).deliver(bench.topic(), 'after');
      await watcher.message('after');
    },
  },
];

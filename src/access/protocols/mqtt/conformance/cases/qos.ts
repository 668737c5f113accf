// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from 'node:assert';
import { seconds, type StatementCase } from '../case.ts';

/** § 4.3 to § 4.6: delivery and order. */
export const qosCases: readonly StatementCase[] = [
  {
    title: 'after PUBACK the same identifier is a new message',
    v3: ['4.3.2-2'],
    v5: ['4.3.2-5'],
    run: async (bench) => {
      const peer = await bench.client();
      await peer.subscribe(bench.topic());
      const sender = await bench.client();
      await sender.deliver(bench.topic(), 'one', { packetId: 5 });
      await sender.deliver(bench.topic(), 'two', { packetId: 5, dup: true });
      await peer.message('one');
      await peer.message('two');
    },
  },
  {
    title: 'a QoS 2 message that is sent twice is delivered once',
    v3: ['4.3.3-2'],
    v5: ['4.3.3-10'],
    run: async (bench) => {
      const peer = await bench.client();
      await peer.subscribe(bench.topic());
      const { peer: sender } = await bench.resume('s');
      const twice = { qos: 2, packetId: 5 } as const;
      sender.publish(bench.topic(), 'once', twice);
      await sender.next('pubrec');
      sender.publish(bench.topic(), 'once', { ...twice, dup: true });
      await sender.next('pubrec');
      sender.wire.drop();
      const again = (await bench.resume('s')).peer;
      again.publish(bench.topic(), 'once', { ...twice, dup: true });
      assert.equal((await again.next('pubrec')).packetId, 5);
      again.ack('pubrel', 5);
      await again.next('pubcomp');
      await again.deliver(bench.topic(), 'end');
      await peer.message('once');
      await peer.message('end');
    },
  },
  {
    title: 'after PUBCOMP the same identifier is a new message',
    v3: ['4.3.3-2'],
    v5: ['4.3.3-12'],
    run: async (bench) => {
      const peer = await bench.client();
      await peer.subscribe(bench.topic());
      const sender = await bench.client();
      await sender.deliver(bench.topic(), 'one', { qos: 2, packetId: 5 });
      await sender.deliver(bench.topic(), 'two', { qos: 2, packetId: 5 });
      await peer.message('one');
      await peer.message('two');
    },
  },
  {
    title: 'PUBREL is answered though the message is not known',
    v3: ['4.3.3-2'],
    v5: ['4.3.3-11', '3.7.2-1'],
    run: async (bench) => {
      const peer = await bench.client();
      peer.ack('pubrel', 77);
      const { packetId, reasonCode } = await peer.next('pubcomp');
      assert.equal(packetId, 77);
      assert.ok(reasonCode === 0 || reasonCode === 0x92);
    },
  },
  {
    title: 'the server sends PUBREL for PUBREC, with the identifier of the message',
    v3: ['4.3.3-1'],
    v5: ['4.3.3-4', '3.6.2-1'],
    run: async (bench) => {
      const peer = await bench.client();
      await peer.subscribe(bench.topic(), { qos: 2 });
      await (await bench.client()).deliver(bench.topic(), 'x', { qos: 2 });
      const { packetId } = await peer.message('x');
      peer.ack('pubrec', packetId);
      const release = await peer.next('pubrel');
      assert.deepEqual([release.packetId, release.reasonCode], [packetId, 0]);
      peer.ack('pubcomp', packetId);
      await peer.alive();
    },
  },
  {
    title: 'a PUBREC of refusal ends the delivery',
    v5: ['4.3.3-4', '4.4.0-2'],
    run: async (bench) => {
      const { peer } = await bench.resume('c');
      await peer.subscribe(bench.topic(), { qos: 2 });
      await (await bench.client()).deliver(bench.topic(), 'x', { qos: 2 });
      const { packetId } = await peer.message('x');
      peer.ack('pubrec', packetId, 0x80);
      await peer.alive();
      peer.wire.drop();
      await (await bench.resume('c')).peer.alive();
    },
  },
  {
    title: 'the handshake of QoS 2 goes on after the message has expired',
    v5: ['4.3.3-7', '4.3.3-13'],
    run: async (bench) => {
      const { peer } = await bench.resume('c');
      await peer.subscribe(bench.topic(), { qos: 2 });
      const sender = await bench.client();
      const properties = { messageExpiryInterval: 1 };
      sender.publish(bench.topic(), 'x', { qos: 2, packetId: 9, properties });
      await sender.next('pubrec');
      const first = peer.any();
      await seconds(1.5);
      sender.ack('pubrel', 9);
      assert.equal((await sender.next('pubcomp')).packetId, 9);
      const packet = await first;
      if (packet?.type !== 'publish') return;
      peer.wire.drop();
      const again = (await bench.resume('c')).peer;
      assert.equal((await again.message('x')).packetId, packet.packetId);
    },
  },
  {
    title: 'messages of a client come in their order, for each topic and QoS',
    v3: ['4.6.0-5', '4.6.0-6'],
    v5: ['4.6.0-5', '4.6.0-6'],
    run: async (bench) => {
      const peer = await bench.client();
      await peer.subscribe(bench.topic('#'), { qos: 2 });
      const sender = await bench.client();
      const last = new Map<string, number>();
      const count = 30;
      for (let i = 1; i <= count; i++) {
        const qos = i % 3 === 0 ? 2 : i % 3 === 1 ? 1 : 0;
        await sender.deliver(bench.topic(`${i % 2}`), `${i}`, { qos, packetId: i });
      }
      for (let received = 0; received < count;) {
        const packet = await peer.any();
        if (packet?.type === 'pubrel') peer.ack('pubcomp', packet.packetId);
        if (packet?.type === 'pubrel') continue;
        assert.ok(packet?.type === 'publish', `${received} of ${count} came`);
        received++;
        const key = `${packet.topic} ${packet.qos}`;
        const number = Number(packet.payload.toString());
        assert.ok(number > (last.get(key) ?? 0), `${number} came late`);
        last.set(key, number);
        if (packet.qos === 1) peer.ack('puback', packet.packetId);
        if (packet.qos === 2) peer.ack('pubrec', packet.packetId);
      }
    },
  },
];

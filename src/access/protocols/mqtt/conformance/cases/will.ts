// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from 'node:assert';
import { seconds, type StatementCase } from '../case.ts';

/** § 3.1.2.5, § 3.1.3.2, § 3.14.4: the will. */
export const willCases: readonly StatementCase[] = [
  {
    title: 'the will is published when the network fails, with its QoS, not retained',
    v3: ['3.1.2-8', '3.1.2-16'],
    v5: ['3.1.2-7', '3.1.2-8', '3.1.2-9', '3.1.2-14'],
    run: async (bench) => {
      const watcher = await bench.client();
      await watcher.subscribe(bench.topic(), { qos: 2 });
      const peer = await bench.client({ will: { topic: bench.topic(), qos: 1 } });
      peer.wire.drop();
      const packet = await watcher.message('will');
      assert.equal(packet.qos, 1);
      assert.equal(packet.retain, false);
      const late = await bench.client();
      await late.subscribe(bench.topic());
      await late.alive();
    },
  },
  {
    title: 'a retained will is kept',
    v3: ['3.1.2-17'],
    v5: ['3.1.2-15'],
    run: async (bench) => {
      const watcher = await bench.client();
      await watcher.subscribe(bench.topic());
      const peer = await bench.client({ will: { topic: bench.topic(), retain: true } });
      peer.wire.drop();
      await watcher.message('will');
      const late = await bench.client();
      await late.subscribe(bench.topic());
      assert.equal((await late.message('will')).retain, true);
    },
  },
  {
    title: 'the will is published when the server closes for an error',
    v3: ['3.1.2-8'],
    v5: ['3.1.2-8'],
    run: async (bench) => {
      const watcher = await bench.client();
      await watcher.subscribe(bench.topic());
      const peer = await bench.client({ will: { topic: bench.topic() } });
      peer.hex('c100');
      await peer.refused();
      await watcher.message('will');
    },
  },
  {
    title: 'the will is published when the keep-alive is over',
    v3: ['3.1.2-8'],
    v5: ['3.1.2-8'],
    run: async (bench) => {
      const watcher = await bench.client();
      await watcher.subscribe(bench.topic());
      const peer = await bench.client({ keepAliveSeconds: 1, will: { topic: bench.topic() } });
      await watcher.message('will', 5_000);
      await peer.closed();
    },
  },
  {
    title: 'DISCONNECT discards the will',
    v3: ['3.1.2-10', '3.14.4-3'],
    v5: ['3.1.2-10', '3.14.4-3'],
    run: async (bench) => {
      const watcher = await bench.client();
      await watcher.subscribe(bench.topic());
      const peer = await bench.client({ will: { topic: bench.topic() } });
      await peer.leave();
      await (await bench.client()).deliver(bench.topic(), 'after');
      await watcher.message('after');
    },
  },
  {
    title: 'DISCONNECT with 0x04 publishes the will',
    v5: ['3.1.2-8'],
    run: async (bench) => {
      const watcher = await bench.client();
      await watcher.subscribe(bench.topic());
      const peer = await bench.client({ will: { topic: bench.topic() } });
      peer.disconnect(0x04);
      await watcher.message('will');
    },
  },
  {
    title: 'a client without a will leaves none',
    v3: ['3.1.2-12'],
    run: async (bench) => {
      const watcher = await bench.client();
      await watcher.subscribe(`${bench.base}/#`);
      const clientId = bench.id();
      const first = await bench.client({ clientId, will: { topic: bench.topic() } });
      await first.leave();
      const second = await bench.client({ clientId });
      second.wire.drop();
      await (await bench.client()).deliver(bench.topic(), 'after');
      await watcher.message('after');
    },
  },
  {
    title: 'the will waits for its delay',
    v5: ['3.1.2-8'],
    run: async (bench) => {
      const watcher = await bench.client();
      await watcher.subscribe(bench.topic());
      const { peer } = await bench.resume('c', {
        will: { topic: bench.topic(), properties: { willDelayInterval: 1 } },
      });
      peer.wire.drop();
      await (await bench.client()).deliver(bench.topic(), 'before');
      await watcher.message('before');
      await watcher.message('will', 8_000);
    },
  },
  {
    title: 'the will does not wait longer than its session',
    v5: ['3.1.2-8'],
    run: async (bench) => {
      const watcher = await bench.client();
      await watcher.subscribe(bench.topic());
      const peer = await bench.client({
        will: { topic: bench.topic(), properties: { willDelayInterval: 600 } },
      });
      peer.wire.drop();
      await watcher.message('will', 8_000);
    },
  },
  {
    title: 'a client that is back within the delay keeps its will unsent',
    v5: ['3.1.3-9'],
    run: async (bench) => {
      const watcher = await bench.client();
      await watcher.subscribe(bench.topic());
      const will = { topic: bench.topic(), properties: { willDelayInterval: 1 } };
      const { peer } = await bench.resume('c', { will });
      peer.wire.drop();
      await bench.resume('c');
      await seconds(2);
      await (await bench.client()).deliver(bench.topic(), 'after');
      await watcher.message('after');
    },
  },
  {
    title: 'the properties of a will are published, user properties in order',
    v5: ['3.1.3-10'],
    run: async (bench) => {
      const watcher = await bench.client();
      await watcher.subscribe(bench.topic());
      const userProperties: [string, string][] = [
        ['b', '1'],
        ['a', '2'],
        ['b', '3'],
      ];
      const properties = {
        userProperties,
        contentType: 'text',
        responseTopic: 'r',
        correlationData: Buffer.of(1),
        payloadFormatIndicator: 1,
      };
      const peer = await bench.client({ will: { topic: bench.topic(), properties } });
      peer.wire.drop();
      assert.deepEqual((await watcher.message('will')).properties, properties);
    },
  },
];

// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from 'node:assert';
import type { Bench, StatementCase } from '../case.ts';

/** A PUBLISH of QoS 0 whose topic is given in hex. */
function publishHex({ five }: Bench, topicHex: string): string {
  const bytes = topicHex.length / 2;
  const length = (2 + bytes + (five ? 1 : 0)).toString(16).padStart(2, '0');
  return `30${length}${bytes.toString(16).padStart(4, '0')}${topicHex}${five ? '00' : ''}`;
}

/** A SUBSCRIBE of one filter given in text. */
function subscribeHex({ five }: Bench, filter: string): string {
  const bytes = Buffer.from(filter);
  const length = (5 + bytes.length + (five ? 1 : 0)).toString(16).padStart(2, '0');
  const size = bytes.length.toString(16).padStart(4, '0');
  return `82${length}0001${five ? '00' : ''}${size}${bytes.toString('hex')}00`;
}

/** Chapters 1, 2, 4.7 and 4.8 of 3.1.1, 4.13 of 5.0: data, fixed header, names and filters, violations. */
export const formatCases: readonly StatementCase[] = [
  {
    title: 'text with a surrogate closes the connection',
    v3: ['1.5.3-1', '3.3.2-1'],
    v5: ['1.5.4-1', '3.3.2-1'],
    run: (bench) => bench.refuses(publishHex(bench, '61eda080')),
  },
  {
    title: 'text that is not well-formed closes the connection',
    v3: ['1.5.3-1', '3.8.3-1', '3.10.3-1'],
    v5: ['1.5.4-1', '3.8.3-1', '3.10.3-1'],
    run: async (bench) => {
      await bench.refuses(publishHex(bench, 'c080'));
      await bench.refuses(bench.five ? '8208 0001 00 0002 c328 00' : '8207 0001 0002 c328 00');
      await bench.refuses(bench.five ? 'a207 0001 00 0002 c328' : 'a206 0001 0002 c328');
    },
  },
  {
    title: 'U+0000 in text closes the connection',
    v3: ['1.5.3-2', '4.7.3-2'],
    v5: ['1.5.4-2', '4.7.3-2'],
    run: async (bench) => {
      await bench.refuses(publishHex(bench, '610062'));
      await bench.refuses(subscribeHex(bench, 'a\u0000b'));
    },
  },
  {
    title: 'U+FEFF stays in text',
    v3: ['1.5.3-3'],
    v5: ['1.5.4-3'],
    run: async (bench) => {
      const peer = await bench.client();
      await peer.subscribe(bench.topic('+'));
      peer.publish(bench.topic('\uFEFFx'), 'marked');
      assert.equal((await peer.message('marked')).topic, bench.topic('\uFEFFx'));
      await peer.unsubscribe(bench.topic('+'));
      await peer.subscribe(bench.topic('x'));
      peer.publish(bench.topic('\uFEFFx'), 'marked');
      peer.publish(bench.topic('x'), 'plain');
      await peer.message('plain');
    },
  },
  {
    title: 'an integer in a longer form than needed is malformed',
    v5: ['1.5.5-1'],
    run: (bench) => bench.refuses('c08000'),
  },
  {
    title: 'both strings of a user property are checked',
    v5: ['1.5.7-1'],
    run: async (bench) => {
      await bench.refuses('300b 0001 61 07 26 0001 ff 0001 76');
      await bench.refuses('300b 0001 61 07 26 0001 6b 0001 ff');
    },
  },
  {
    title: 'reserved bits of the fixed header that are wrong close the connection',
    v3: ['2.2.2-1', '2.2.2-2', '3.6.1-1', '3.8.1-1', '3.10.1-1', '3.14.1-1'],
    v5: ['2.1.3-1', '3.6.1-1', '3.8.1-1', '3.10.1-1', '3.14.1-1', '3.15.1-1', '4.13.1-1'],
    run: async (bench) => {
      const body = bench.five ? '00' : '';
      const length = bench.five ? 1 : 0;
      for (const hex of ['c100', '41020001', '60020001', 'e100']) await bench.refuses(hex);
      await bench.refuses(`800${6 + length}0001${body}00016100`);
      await bench.refuses(`a00${5 + length}0001${body}000161`);
      if (bench.five) await bench.refuses('f100');
    },
  },
  {
    title: 'a packet identifier of zero closes the connection',
    v3: ['2.3.1-1'],
    v5: ['2.2.1-3'],
    run: async (bench) => {
      await bench.refuses(bench.five ? '3206 0001 61 0000 00' : '3205 0001 61 0000');
      await bench.refuses(bench.five ? '8207 0000 00 0001 61 00' : '8206 0000 0001 61 00');
      await bench.refuses(bench.five ? 'a206 0000 00 0001 61' : 'a205 0000 0001 61');
    },
  },
  {
    title: 'PUBLISH of QoS 0 has no packet identifier',
    v3: ['2.3.1-5', '4.3.1-1'],
    v5: ['2.2.1-2', '4.3.1-1'],
    run: async (bench) => {
      const peer = await bench.client();
      await peer.subscribe(bench.topic());
      peer.publish(bench.topic(), '01');
      const packet = await peer.message('01');
      assert.equal(packet.qos, 0);
      assert.equal(packet.dup, false);
    },
  },
  {
    title: 'the server gives identifiers that are not in use',
    v3: ['2.3.1-4', '4.3.2-1', '4.3.3-1'],
    v5: ['2.2.1-4', '4.3.2-1', '4.3.2-2', '4.3.3-1', '4.3.3-2'],
    run: async (bench) => {
      const receiver = await bench.client();
      const sender = await bench.client();
      await receiver.subscribe(bench.topic(), { qos: 2 });
      const ids = new Set<number>();
      for (let i = 1; i <= 8; i++) {
        await sender.deliver(bench.topic(), `${i}`, { qos: i % 2 === 0 ? 2 : 1, packetId: i });
        const packet = await receiver.message(`${i}`);
        assert.equal(packet.qos, i % 2 === 0 ? 2 : 1);
        assert.equal(packet.dup, false);
        ids.add(packet.packetId);
      }
      assert.equal(ids.size, 8, 'an identifier was given twice');
    },
  },
  {
    title: 'acknowledgements carry the identifier of what they acknowledge',
    v3: ['2.3.1-6', '2.3.1-7', '3.8.4-2', '3.10.4-4'],
    v5: ['2.2.1-5', '2.2.1-6', '3.8.4-2', '3.10.4-4', '3.10.4-5', '2.2.2-1'],
    run: async (bench) => {
      const peer = await bench.client();
      await peer.deliver(bench.topic(), '1', { qos: 1, packetId: 0x1234 });
      await peer.deliver(bench.topic(), '2', { qos: 2, packetId: 0xffff });
      await peer.subscribe(bench.topic());
      await peer.unsubscribe(bench.topic());
    },
  },
  {
    title: 'topic names have no wildcards',
    v3: ['3.3.2-2', '4.7.1-1'],
    v5: ['3.3.2-2', '4.7.0-1'],
    run: async (bench) => {
      for (const topic of ['2b', '23', '612f23', '612f2b2f62']) {
        await bench.refuses(publishHex(bench, topic));
      }
    },
  },
  {
    title: 'a wildcard is a level of its own, # the last one',
    v3: ['4.7.1-2', '4.7.1-3', '4.8.0-1'],
    v5: ['4.7.1-1', '4.7.1-2'],
    run: async (bench) => {
      for (const filter of ['a#', 'a/#/b', 'a+', '+a/b', 'a/b+/c']) {
        await bench.refuses(subscribeHex(bench, filter));
      }
      const peer = await bench.client();
      const filters = [bench.topic('+/c'), bench.topic('a/+'), `${bench.base}/+/+/#`];
      assert.deepEqual(await peer.subscribe(filters), [0, 0, 0]);
    },
  },
  {
    title: 'a wildcard at the start does not match a name that begins with $',
    v3: ['4.7.2-1'],
    v5: ['4.7.2-1'],
    run: async (bench) => {
      const peer = await bench.client();
      const level = bench.base.replaceAll('/', '-');
      await peer.subscribe(['#', `+/${level}/x`]);
      const intruder = await bench.client();
      intruder.publish(`$${level}/${level}/x`, 'hidden');
      const sender = await bench.client();
      await sender.deliver(`${level}/${level}/x`, 'seen');
      for (;;) {
        const packet = await peer.next('publish');
        assert.ok(!packet.topic.startsWith('$'), `${packet.topic} came`);
        if (packet.payload.toString() === 'seen') break;
      }
    },
  },
  {
    title: 'names and filters are not empty',
    v3: ['4.7.3-1'],
    v5: ['4.7.3-1'],
    run: async (bench) => {
      await bench.refuses(publishHex(bench, ''));
      await bench.refuses(subscribeHex(bench, ''));
    },
  },
  {
    title: 'names are matched as they are, without normalisation',
    v3: ['4.7.3-4'],
    v5: ['4.7.3-4'],
    run: async (bench) => {
      const peer = await bench.client();
      await peer.subscribe([bench.topic('\u00e9'), bench.topic('Name')]);
      for (const name of ['e\u0301', 'name', ' Name', 'Name/', '/Name']) {
        peer.publish(bench.topic(name), 'other');
      }
      peer.publish(bench.topic('\u00e9'), 'same');
      await peer.message('same');
    },
  },
  {
    title: 'a violation of the protocol closes the connection',
    v3: ['4.8.0-1'],
    v5: ['4.13.1-1', '4.13.2-1'],
    run: async (bench) => {
      for (const hex of ['20020000', 'd000', '00 00', 'c00100', '4000', '10ffffffff7f']) {
        await bench.refuses(hex);
      }
    },
  },
];

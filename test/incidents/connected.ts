// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from 'node:assert';
import { RecordKind } from '#bus';
import { publicData } from '../../src/access/protocols/mqtt/conformance/vectors.ts';
import { runSequence } from '../../src/access/protocols/mqtt/conformance/sequences.ts';
import { PacketWriter, encodePacket } from '../../src/access/protocols/mqtt/codec.ts';
import { flat, sends, server, unharmed, type Scenario } from './scenario.ts';

/** Bytes that are no text of MQTT: NUL, a surrogate, an overlong NUL, a non-character. */
const badTexts = ['00', 'eda080', 'c080', 'efbfbf'];

/** What clients send that have been let in. */
export const connected: readonly Scenario[] = [
  {
    name: 'client sends CONNACK',
    hex: ['100f00044d5154540502003c0000026331', '2003000000'],
    async run(_t, hex) {
      await using harness = await server();
      const peer = await sends(harness, hex);
      await peer.next('connack');
      assert.equal(await peer.closed(), 0x82);
      await unharmed(harness);
    },
  },
  {
    name: 'PUBLISH with empty topic',
    hex: ['100e00044d5154540402003c00026331', '30020000'],
    async run(_t, hex) {
      await using harness = await server();
      const peer = await sends(harness, hex, 4);
      await peer.next('connack');
      await peer.closed();
      await unharmed(harness);
    },
  },
  {
    name: 'PUBLISH to $-topic',
    hex: [
      '100e00044d5154540402003c00026331',
      '30080005247465737478',
      '301a0012245359532f782f6e65772f636c69656e747376696374696d',
    ],
    async run(_t, hex) {
      await using harness = await server();
      const other = await harness.client({ clientId: 'victim' });
      await other.subscribe(['#', '$SYS/#', '$test']);
      const peer = await sends(harness, hex, 4);
      await peer.next('connack');
      await peer.alive();
      await other.alive();
      const five = await harness.client();
      five.publish('$SYS/x/new/clients', 'victim', { qos: 1 });
      assert.equal((await five.next('puback')).reasonCode, 0x87);
      await other.alive();
    },
  },
  {
    name: 'same QoS 2 packet id repeated without PUBREL',
    hex: ['100e00044d5154540402003c00026331', '3406000161000178'],
    async run(t, [hello = '', publish = '']) {
      await using harness = await server();
      const peer = await sends(harness, [hello], 4);
      await peer.next('connack');
      const many = 500;
      const round = async (): Promise<void> => {
        peer.hex(publish.repeat(many));
        for (let i = 0; i < many; i++) await peer.next('pubrec');
      };
      await round();
      await flat(t, '20,000 repetitions', async () => {
        for (let i = 0; i < 40; i++) await round();
      });
      const messages = harness.memoryLog.records.filter(({ kind }) => kind === RecordKind.message);
      assert.equal(messages.length, 1, 'one stored message');
      assert.equal(harness.metrics.value('fengsui_mqtt_repeats_total'), 41 * many - 1);
    },
  },
  {
    name: 'topic with 65535 slashes',
    async run() {
      await using harness = await server();
      const topic = '/'.repeat(65_535);
      const publisher = await harness.client();
      publisher.publish(topic, 'x');
      assert.equal(await publisher.closed(), 0x90);
      const subscriber = await harness.client();
      subscriber.wire.send(subscribePacket(topic));
      const answer = await subscriber.any();
      assert(
        (answer?.type === 'suback' && (answer.reasonCodes[0] ?? 0) >= 0x80) ||
          (answer?.type === 'disconnect' && answer.reasonCode >= 0x80),
        JSON.stringify(answer),
      );
      await unharmed(harness);
    },
  },
  {
    name: 'subscribe/unsubscribe storm of overlapping filters',
    async run(t) {
      await using harness = await server();
      const target = { host: '127.0.0.1', port: harness.port };
      for (const sequence of publicData().sequences.filter(({ f }) => /regression/i.test(f))) {
        const { passed, name, reason } = await runSequence(target, sequence);
        assert(passed, `${name}: ${reason}`);
      }
      const peer = await harness.client({ clientId: 'storm', lasting: true });
      const filters = ['a/#', 'a/+', 'a/b', '+/b', '#', '$share/g/a/#', '$share/g/a/b'];
      const round = async (): Promise<void> => {
        await peer.subscribe(filters, { qos: 1 });
        await peer.unsubscribe(...filters);
      };
      for (let i = 0; i < 50; i++) await round();
      // The log in memory keeps a record of each.
      const kept = (): number => harness.memoryLog.records.length;
      const before = kept();
      await flat(t, '1,000 rounds', async () => {
        for (let i = 0; i < 1_000; i++) await round();
      });
      t.diagnostic(`${kept() - before} records in the log of the test`);
      await unharmed(harness);
    },
  },
  {
    name: 'invalid UTF-8 / NUL / surrogate / overlong in every string field',
    async run() {
      await using harness = await server();
      for (const text of badTexts) {
        for (const [field, bytes] of Object.entries(connectsWith(text))) {
          const peer = await sends(harness, [bytes]);
          const code = await peer.closed();
          assert(code === undefined || code === 0x81, `${field} ${text}: ${code}`);
        }
        for (const [field, bytes] of Object.entries(packetsWith(text))) {
          const peer = await harness.client();
          peer.hex(bytes);
          assert.equal(await peer.closed(), 0x81, `${field} ${text}`);
        }
      }
      await unharmed(harness);
    },
  },
];

function subscribePacket(filter: string): Buffer {
  const writer = new PacketWriter();
  const options = { qos: 0, noLocal: false, retainAsPublished: false, retainHandling: 0 } as const;
  const subscriptions = [{ filter, ...options }];
  encodePacket(5, { type: 'subscribe', packetId: 1, subscriptions }, writer);
  return writer.take();
}

/** CONNECT packets of 5.0 with text in one field. */
function connectsWith(text: string): Record<string, string> {
  const bad = string(text);
  const id = string('6331');
  const head = (flags: string): string => `00044d51545405${flags}003c00`;
  return {
    'client identifier': packet('10', `${head('02')}${bad}`),
    'user name': packet('10', `${head('82')}${id}${bad}`),
    'will topic': packet('10', `${head('06')}${id}00${bad}${string('78')}`),
    'user property': packet(
      '10',
      `00044d51545402003c`.replace('5402', '540502') + property(text) + id,
    ),
  };
}

/** Packets of a connected client with text in one field. */
function packetsWith(text: string): Record<string, string> {
  const bad = string(text);
  return {
    topic: packet('30', `${bad}0078`),
    'response topic': packet('30', `${string('61')}${size(`08${bad}`)}08${bad}78`),
    filter: packet('82', `000100${bad}00`),
    'filter to unsubscribe': packet('a2', `000100${bad}`),
    'reason string': packet('e0', `00${size(`1f${bad}`)}1f${bad}`),
  };
}

function property(text: string): string {
  const pair = `26${string(text)}${string('76')}`;
  return `${size(pair)}${pair}`;
}

function string(hex: string): string {
  return (hex.length / 2).toString(16).padStart(4, '0') + hex;
}

function size(hex: string): string {
  return (hex.length / 2).toString(16).padStart(2, '0');
}

function packet(first: string, body: string): string {
  return `${first}${size(body)}${body}`;
}

// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generate, parser, type Packet } from 'mqtt-packet';
import { Histogram } from './histogram.ts';
import { connectPacket, frameRing } from './packets.ts';
import { Scanner } from './scanner.ts';

function parsed(bytes: Buffer, protocolVersion: 4 | 5): Packet[] {
  const packets: Packet[] = [];
  const parse = parser({ protocolVersion });
  parse.on('packet', (packet: Packet) => packets.push(packet));
  parse.parse(bytes);
  return packets;
}

test('quantiles are at most one bucket above the value', () => {
  const histogram = new Histogram();
  for (let micros = 1; micros <= 100_000; micros++) histogram.record(micros);
  for (const share of [0.01, 0.5, 0.99, 0.999]) {
    const exact = share * 100_000;
    const answered = histogram.quantile(share);
    assert.ok(answered >= exact && answered <= exact * 1.04, `${share}: ${answered}`);
  }
  assert.equal(histogram.quantile(1), 100_000);
  assert.equal(new Histogram().quantile(0.5), 0);
});

for (const version of [4, 5] as const) {
  test(`another implementation reads the prepared packets of version ${version}`, () => {
    const window = 50;
    const spec = { version, topic: 'a/b', payload: '{"t":%t,"h":%h}', qos: 1 } as const;
    const ring = frameRing(spec, window);
    const packets = parsed(ring.bytes, version);
    assert.equal(packets.length, ring.frames + window);
    const seen = new Set<string>();
    for (const [i, packet] of packets.entries()) {
      assert.ok(packet.cmd === 'publish');
      assert.equal(packet.topic, 'a/b');
      assert.equal(packet.qos, 1);
      assert.equal(packet.messageId, (i % ring.frames) + 1);
      const values: { t: number; h: number } = JSON.parse(packet.payload.toString());
      assert.ok(values.t >= 15 && values.t < 30 && values.h >= 30 && values.h < 90);
      seen.add(packet.payload.toString());
    }
    assert.ok(seen.size > 1_000, 'the values vary');
    assert.equal(ring.starts[packets.length], ring.bytes.length);

    const client = { clientId: 'c', username: 'u', password: 'p' };
    const bytes = connectPacket({ ...client, version, keepAliveSeconds: 300, cleanStart: false });
    const [connect] = parsed(bytes, version);
    assert.ok(connect?.cmd === 'connect');
    assert.equal(connect.clean, false);
    assert.equal(connect.keepalive, 300);
    assert.equal(connect.username, 'u');
    assert.equal(connect.password?.toString(), 'p');
  });
}

test('acknowledgements are found over any chunk border, refusals are told apart', () => {
  const options = { protocolVersion: 5 } as const;
  const connack = { cmd: 'connack', reasonCode: 0, sessionPresent: false } as const;
  const reasonString = 'x'.repeat(200);
  const packets: Packet[] = [
    { ...connack, properties: { reasonString } },
    { cmd: 'puback', messageId: 1, reasonCode: 0 },
    { cmd: 'puback', messageId: 2, reasonCode: 0 },
    { cmd: 'puback', messageId: 3, reasonCode: 0x97, properties: { reasonString } },
    { cmd: 'pingresp' },
    { cmd: 'pubrec', messageId: 0x4002, reasonCode: 0 },
    { cmd: 'puback', messageId: 4, reasonCode: 0x10 },
  ];
  const plain = Buffer.from([0x40, 2, 0, 9, 0x40, 2, 0x40, 2]);
  const bytes = Buffer.concat([...packets.map((packet) => generate(packet, options)), plain]);
  for (let size = 1; size <= bytes.length; size++) {
    const others: number[][] = [];
    const scanner = new Scanner({ packet: (...packet) => others.push(packet) });
    for (let at = 0; at < bytes.length; at += size) {
      const chunk = bytes.subarray(at, at + size);
      scanner.scan(chunk, chunk.length);
    }
    assert.equal(scanner.acknowledged, 5, `chunks of ${size}`);
    const last = others.map(([type, word, reason]) => [type, word, type === 2 ? 0 : reason]);
    const expected = [
      [2, 0, 0],
      [4, 3, 0x97],
      [13, 0, 0],
      [5, 0x4002, 0],
    ];
    assert.deepEqual(last, expected, `chunks of ${size}`);
  }
});

// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { limitsOf } from '#core';
import {
  PacketWriter,
  PreparedPublish,
  PublishView,
  codecLimits,
  decodePacket,
  encodePacket,
  isMalformed,
  packetSize,
  publishProperties,
  returnCodeOf,
  scanPublish,
  writePuback,
  writePubcomp,
  writePubrec,
  writePubrel,
  type Malformed,
} from './codec.ts';
import { bytesOf, fixtures } from './codec.fixtures.ts';
import { Framer } from './codec/frame.ts';
import type { Packet, ProtocolVersion, PublishPacket } from './packets.ts';

const limits = codecLimits(limitsOf());
const fromServer = codecLimits(limitsOf(), 'server');

function decode(hex: string, version?: ProtocolVersion): Packet | Malformed {
  const bytes = bytesOf(hex);
  return decodePacket(version, bytes, 0, bytes.length, limits);
}

/** Asserts that a packet is refused with a reason and clause. */
function refused(hex: string, version: ProtocolVersion | undefined, reason: number): Malformed {
  const result = decode(hex, version);
  assert.ok(isMalformed(result), `${hex} was taken: ${JSON.stringify(result)}`);
  assert.equal(result.reason.toString(16), reason.toString(16), result.clause);
  return result;
}

function encoded(version: ProtocolVersion, packet: Packet, bytesMax?: number): string | undefined {
  const writer = new PacketWriter();
  return encodePacket(version, packet, writer, bytesMax)
    ? writer.take().toString('hex')
    : undefined;
}

describe('each fixture', () => {
  for (const { name, version, from, hex, packet } of fixtures) {
    const bytes = bytesOf(hex);
    const connection = packet.type === 'connect' ? undefined : version;
    const sender = from === 'client' ? limits : fromServer;
    test(`decodes, encodes, goes round and comes in chunks: ${name}, v${version}`, () => {
      const decoded = decodePacket(connection, bytes, 0, bytes.length, sender);
      assert.deepEqual(decoded, packet);
      assert.equal(encoded(version, packet), bytes.toString('hex'));
      assert.equal(packetSize(version, packet), bytes.length);
      const framer = new Framer(1_024);
      let seen = 0;
      for (const byte of [...bytes, ...bytes]) {
        framer.push(Buffer.of(byte));
        while (framer.next()) {
          seen++;
          assert.deepEqual(
            decodePacket(connection, framer.buffer, framer.start, framer.end, sender),
            packet,
          );
        }
      }
      assert.equal(seen, 2);
    });

    test(`is refused when cut short or with a byte too many: ${name}, v${version}`, () => {
      for (let end = 0; end < bytes.length; end++) {
        assert.ok(isMalformed(decodePacket(connection, bytes, 0, end, sender)));
      }
      const longer = Buffer.concat([bytes, Buffer.of(0)]);
      assert.ok(isMalformed(decodePacket(connection, longer, 0, longer.length, sender)));
    });
  }

  test('PUBLISH is scanned as it is decoded', () => {
    for (const { version, from, hex, packet } of fixtures) {
      if (packet.type !== 'publish') continue;
      const bytes = bytesOf(hex);
      const view = new PublishView(from === 'client' ? limits : fromServer);
      assert.equal(scanPublish(version, bytes, 0, bytes.length, view), 0);
      assert.deepEqual(packetOf(bytes, view), packet);
    }
  });
});

function packetOf(bytes: Buffer, view: PublishView): PublishPacket {
  return {
    type: 'publish',
    topic: bytes.toString('utf8', view.topicStart, view.topicEnd),
    payload: bytes.subarray(view.payloadStart, view.payloadEnd),
    qos: view.qos,
    retain: view.retain,
    dup: view.dup,
    packetId: view.packetId,
    properties: publishProperties(bytes, view),
  };
}

test('decoded packets own their buffers', () => {
  const bytes = bytesOf('3007 0003 612f62 3432');
  const packet = decodePacket(4, bytes, 0, bytes.length, limits);
  bytes.fill(0);
  assert.ok(!isMalformed(packet) && packet.type === 'publish');
  assert.equal(packet.payload.toString(), '42');
});

describe('what comes first and from whom', () => {
  test('the first packet is CONNECT, and the only one [MQTT-3.1.0-1] [MQTT-3.1.0-2]', () => {
    assert.equal(refused('c000', undefined, 0x82).clause, '[MQTT-3.1.0-1]');
    assert.equal(refused('100d00044d5154540402003c000161', 4, 0x82).clause, '[MQTT-3.1.0-2]');
  });

  test('packets of the server are refused from a client', () => {
    for (const hex of ['20020000', '9003000100', 'b0020001', 'd000']) refused(hex, 4, 0x82);
  });

  test('reserved types and those of the other version', () => {
    refused('0000', 5, 0x82);
    refused('f000', 4, 0x82);
    const bytes = bytesOf('e000');
    assert.ok(isMalformed(decodePacket(4, bytes, 0, 2, fromServer)));
  });

  test('a remaining length in a longer form than needed is refused in v5 [MQTT-1.5.5-1]', () => {
    refused('c08000', 5, 0x81);
    assert.deepEqual(decode('c08000', 4), { type: 'pingreq' });
    const view = new PublishView(limits);
    const long = bytesOf('308500 0001 61 00 31');
    assert.equal(scanPublish(5, long, 0, long.length, view), 0x81);
    assert.equal(scanPublish(4, long, 0, long.length, view), 0);
  });
});

describe('CONNECT', () => {
  test('protocol name and level [MQTT-3.1.2-1] [MQTT-3.1.2-2]', () => {
    assert.equal(refused('100d00044d5154540602003c000161', undefined, 0x84).version, 4);
    assert.equal(refused('100f00064d5149736470 04 02003c000161', undefined, 0x84).version, 4);
    assert.equal(refused('100c00034d51540402003c000161', undefined, 0x81).version, undefined);
  });

  test('MQTT 3.1 is served as 3.1.1, but needs an identifier', () => {
    const packet = decode('100f 0006 4d5149736470 03 03 000a 0001 70');
    assert.ok(!isMalformed(packet) && packet.type === 'connect');
    assert.equal(packet.version, 4);
    refused('100e 0006 4d5149736470 03 02 000a 0000', undefined, 0x85);
  });

  test('flags [MQTT-3.1.2-3] [MQTT-3.1.2-11] [MQTT-3.1.2-12] [MQTT-3.1.2-22]', () => {
    const flags = (bits: string): string => `100d00044d51545404${bits}003c000161`;
    assert.equal(refused(flags('03'), undefined, 0x81).clause, '[MQTT-3.1.2-3]');
    assert.equal(refused(flags('0a'), undefined, 0x81).clause, '[MQTT-3.1.2-11]');
    assert.equal(refused(flags('22'), undefined, 0x81).clause, '[MQTT-3.1.2-11]');
    assert.equal(refused(flags('1e'), undefined, 0x81).clause, '[MQTT-3.1.2-12]');
    assert.equal(refused(flags('42'), undefined, 0x81).clause, '[MQTT-3.1.2-22]');
    refused(flags('82'), undefined, 0x81);
    refused('1010 00044d5154540402003c000161 000161', undefined, 0x81);
  });

  test('client identifiers [MQTT-3.1.3-7] [MQTT-3.1.3-8]', () => {
    assert.equal(refused('100c00044d5154540400003c0000', undefined, 0x85).version, 4);
    assert.ok(!isMalformed(decode('100c00044d5154540402003c0000')));
    assert.ok(!isMalformed(decode('100d00044d5154540500003c000000')));
    for (const id of ['23', '2b', '612f23', '2b2f61']) {
      const length = id.length / 2;
      const hex = `10${(12 + length).toString(16).padStart(2, '0')}00044d5154540402003c`;
      refused(`${hex}000${length}${id}`, undefined, 0x85);
    }
    assert.ok(!isMalformed(decode('100e00044d5154540402003c00026123')), 'a# is no wildcard');
  });

  test('authentication data needs a method', () => {
    refused('1011 00044d51545405 02 003c 04 16000161 0000', undefined, 0x82);
  });

  test('what an answer of 3.1.1 can say', () => {
    assert.deepEqual([0x84, 0x85, 0x86, 0x87, 0x88, 0x81].map(returnCodeOf), [
      1,
      2,
      4,
      5,
      3,
      undefined,
    ]);
  });
});

describe('PUBLISH', () => {
  const cases: [string, ProtocolVersion, number][] = [
    ['3605 0001 61 0001', 4, 0x81],
    ['3803 0001 61', 4, 0x81],
    ['3205 0001 61 0000', 4, 0x82],
    ['3002 0000', 4, 0x81],
    ['3003 0000 00', 5, 0x82],
    ['3003 0001 2b', 4, 0x81],
    ['3005 0003 612f23', 4, 0x81],
    ['3003 0001 00', 4, 0x81],
    ['3005 0003 eda080', 4, 0x81],
    ['3005 0003 efbfbf', 4, 0x81],
    ['3004 0002 c080', 4, 0x81],
    ['3003 0001 7f', 4, 0x81],
    ['3003 0002 61', 4, 0x81],
    ['3004 0001 61 01', 5, 0x81],
    ['3006 0001 61 02 0102', 5, 0x82],
    ['3006 0001 61 02 0b00', 5, 0x82],
    ['3007 0001 61 03 230000', 5, 0x94],
    ['300a 0001 61 06 230001 230001', 5, 0x82],
    ['3008 0001 61 04 080001 2b', 5, 0x82],
    ['3007 0001 61 03 080000', 5, 0x82],
    ['3006 0001 61 02 2400', 5, 0x81],
    ['3009 0001 61 05 260001 6b 00', 5, 0x81],
  ];
  for (const [hex, version, reason] of cases) {
    test(`v${version} ${hex} is refused`, () => {
      refused(hex, version, reason);
      const bytes = bytesOf(hex);
      const scanned = scanPublish(version, bytes, 0, bytes.length, new PublishView(limits));
      assert.equal(scanned, reason);
    });
  }

  test('limits of topic and user properties', () => {
    const deep = 'a/'.repeat(24);
    const topic = (text: string): Buffer => Buffer.from(text);
    for (const [name, wrong] of [
      [deep.slice(0, -1), 0],
      [deep, 0x90],
      ['a'.repeat(1_024), 0],
      ['a'.repeat(1_025), 0x90],
    ] as const) {
      const writer = new PacketWriter();
      const delivery = { version: 4, qos: 0, retain: false, dup: false, packetId: 0 } as const;
      new PreparedPublish(topic(name), Buffer.alloc(0)).write(writer, delivery);
      const bytes = writer.take();
      assert.equal(scanPublish(4, bytes, 0, bytes.length, new PublishView(limits)), wrong);
      const decoded = decodePacket(4, bytes, 0, bytes.length, limits);
      assert.equal(isMalformed(decoded) ? decoded.reason : 0, wrong);
    }
    const userProperties = Array.from({ length: 33 }, (): [string, string] => ['a', 'b']);
    const packet = { ...publish, properties: { userProperties } };
    const writer = new PacketWriter();
    encodePacket(5, packet, writer);
    const bytes = writer.take();
    assert.equal(scanPublish(5, bytes, 0, bytes.length, new PublishView(limits)), 0x97);
    const decoded = decodePacket(5, bytes, 0, bytes.length, limits);
    assert.ok(isMalformed(decoded) && decoded.reason === 0x97);
  });

  test('a subscription identifier of a client is not passed on [MQTT-3.3.4-6]', () => {
    const bytes = bytesOf('3006 0001 61 02 0b05');
    const decoded = decodePacket(5, bytes, 0, bytes.length, limits);
    assert.ok(!isMalformed(decoded) && decoded.type === 'publish');
    assert.deepEqual(decoded.properties, {});
    const view = new PublishView(limits);
    assert.equal(scanPublish(5, bytes, 0, bytes.length, view), 0);
    assert.deepEqual(publishProperties(bytes, view), {});
  });
});

const publish: PublishPacket = {
  type: 'publish',
  topic: 'a',
  payload: Buffer.from('x'),
  qos: 0,
  retain: false,
  dup: false,
  packetId: 0,
};

describe('SUBSCRIBE and UNSUBSCRIBE', () => {
  const cases: [string, ProtocolVersion, number][] = [
    ['8202 0001', 4, 0x81],
    ['8203 0001 00', 5, 0x81],
    ['8206 0001 0001 61 03', 4, 0x81],
    ['8206 0001 0001 61 04', 4, 0x81],
    ['8207 0001 00 0001 61 40', 5, 0x81],
    ['8207 0001 00 0001 61 30', 5, 0x82],
    ['8206 0000 0001 61 00', 4, 0x82],
    ['8205 0001 0000 00', 4, 0x81],
    ['8007 0001 00 0001 61 00', 5, 0x81],
    ['8209 0001 00 0003 232f61 00', 5, 0x81],
    ['8208 0001 00 0002 612b 00', 5, 0x81],
    ['8210 0001 00 000a 2473686172652f672f61 04', 5, 0x82],
    ['820d 0001 00 0007 2473686172652f 00', 5, 0x82],
    ['a202 0001', 4, 0x81],
    ['a205 0001 00 0000', 5, 0x81],
    ['a005 0001 0001 61', 4, 0x81],
  ];
  for (const [hex, version, reason] of cases) {
    test(`v${version} ${hex} is refused`, () => void refused(hex, version, reason));
  }
});

describe('acknowledgements, DISCONNECT and AUTH', () => {
  const cases: [string, ProtocolVersion, number][] = [
    ['4002 0000', 4, 0x82],
    ['4003 0001 00', 4, 0x81],
    ['4003 0001 92', 5, 0x82],
    ['6002 0001', 4, 0x81],
    ['6203 0001 10', 5, 0x82],
    ['e001 8b', 5, 0x82],
    ['e100', 5, 0x81],
    ['e001 00', 4, 0x81],
    ['f001 00', 5, 0x82],
    ['f100', 5, 0x81],
    ['c001 00', 5, 0x81],
  ];
  for (const [hex, version, reason] of cases) {
    test(`v${version} ${hex} is refused`, () => void refused(hex, version, reason));
  }

  test('a wrong code in DISCONNECT needs no answer, malformed bytes do', () => {
    assert.equal(refused('e0018b', 5, 0x82).final, true);
    assert.equal(refused('e003000104', 5, 0x81).final, undefined);
    assert.equal(refused('e00600041c000170', 5, 0x82).final, true);
    assert.equal(refused('e00a00081c0001701c000171', 5, 0x82).final, undefined);
  });

  test('the short forms', () => {
    const writer = new PacketWriter();
    writePuback(writer, 1);
    writePubrec(writer, 2, 0x97);
    writePubrel(writer, 3);
    writePubcomp(writer, 0xfffe, 0x92);
    assert.equal(
      writer.take().toString('hex'),
      '40020001' + '5003000297' + '62020003' + '7003fffe92',
    );
  });
});

describe('Maximum Packet Size of the receiver', () => {
  const properties = {
    reasonString: 'because',
    userProperties: [['k', 'value']] as [string, string][],
  };

  test('user properties go first, then the reason string [MQTT-3.2.2-19] [MQTT-3.2.2-20]', () => {
    const packet = { type: 'puback', packetId: 1, reasonCode: 0x80, properties } as const;
    const whole = packetSize(5, packet);
    assert.equal(encoded(5, packet, whole)?.length, whole * 2);
    const shorter = encoded(5, packet, whole - 1);
    assert.ok(shorter !== undefined && shorter.includes(Buffer.from('because').toString('hex')));
    assert.ok(!shorter.includes(Buffer.from('value').toString('hex')));
    assert.equal(encoded(5, packet, 10), '4003000180');
    assert.equal(encoded(5, packet, 4), undefined);
  });

  test('a PUBLISH keeps its properties or is not sent [MQTT-3.3.2-17] [MQTT-3.1.2-24]', () => {
    const packet: PublishPacket = { ...publish, properties };
    assert.equal(encoded(5, packet, packetSize(5, packet) - 1), undefined);
    const writer = new PacketWriter();
    encodePacket(5, packet, writer, 5);
    assert.equal(writer.length, 0);
  });
});

describe('one message for many', () => {
  const properties = {
    contentType: 'json',
    messageExpiryInterval: 60,
    topicAlias: 7,
    subscriptionIdentifiers: [9],
  };
  const message = new PreparedPublish('a/b', Buffer.from('{}'), properties);
  const base = { version: 5, qos: 0, retain: false, dup: false, packetId: 0 } as const;

  function written(delivery: Parameters<PreparedPublish['write']>[1]): PublishPacket {
    const writer = new PacketWriter();
    message.write(writer, delivery);
    const bytes = writer.take();
    assert.equal(bytes.length, message.size(delivery));
    const packet = decodePacket(delivery.version, bytes, 0, bytes.length, fromServer);
    assert.ok(!isMalformed(packet) && packet.type === 'publish');
    return packet;
  }

  test('a delivery carries what is the subscriber’s own', () => {
    assert.deepEqual(written(base).properties, { contentType: 'json', messageExpiryInterval: 60 });
    const own = written({
      ...base,
      qos: 2,
      dup: true,
      retain: true,
      packetId: 513,
      subscriptionIdentifiers: [1, 300],
      messageExpiryInterval: 5,
      topicAlias: 2,
    });
    assert.deepEqual(own, {
      type: 'publish',
      topic: 'a/b',
      payload: Buffer.from('{}'),
      qos: 2,
      retain: true,
      dup: true,
      packetId: 513,
      properties: {
        contentType: 'json',
        messageExpiryInterval: 5,
        subscriptionIdentifiers: [1, 300],
        topicAlias: 2,
      },
    });
    assert.equal(written({ ...base, topicAlias: 2, topicKnown: true }).topic, '');
  });

  test('3.1.1 gets no properties', () => {
    const packet = written({
      ...base,
      version: 4,
      qos: 1,
      packetId: 1,
      topicAlias: 2,
      topicKnown: true,
    });
    assert.equal(packet.topic, 'a/b');
    assert.equal(packet.properties, undefined);
  });
});

test('a writer hands its bytes over and does not touch them again', () => {
  const writer = new PacketWriter(128);
  const taken: Buffer[] = [];
  const expected: string[] = [];
  for (let id = 1; id < 200; id++) {
    writePuback(writer, id);
    expected.push(`4002${id.toString(16).padStart(4, '0')}`);
    if (id % 7 === 0) taken.push(writer.take());
  }
  taken.push(writer.take());
  assert.equal(Buffer.concat(taken).toString('hex'), expected.join(''));
  assert.equal(writer.length, 0);
});

// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import mqttPacket from 'mqtt-packet';
import { limitsOf } from '#core';
import { clientPacket, publish, serverPacket, topicFilter, topicName } from './codec.arbitrary.ts';
import {
  PacketWriter,
  PublishView,
  codecLimits,
  decodePacket,
  encodePacket,
  isMalformed,
  scanPublish,
  type CodecLimits,
} from './codec.ts';
import { Framer } from './codec/frame.ts';
import { textFaultAt } from './codec/text.ts';
import type { Packet, ProtocolVersion } from './packets.ts';
import { topicMatches } from './topic.ts';

const limits = codecLimits(limitsOf());
const fromServer = codecLimits(limitsOf(), 'server');

function encode(version: ProtocolVersion, packet: Packet): Buffer {
  const writer = new PacketWriter();
  assert.ok(encodePacket(version, packet, writer));
  return writer.take();
}

function decode(version: ProtocolVersion, bytes: Buffer, sender: CodecLimits): Packet {
  const first = (bytes[0] ?? 0) >> 4 === 1 ? undefined : version;
  const packet = decodePacket(first, bytes, 0, bytes.length, sender);
  assert.ok(!isMalformed(packet), JSON.stringify(packet));
  return packet;
}

/** Keys that are absent or undefined mean the same. */
function plain(packet: unknown): unknown {
  return JSON.parse(JSON.stringify(packet));
}

test('what is encoded decodes to the same, v5', () => {
  const roundTrip = (packet: Packet, sender: CodecLimits): void =>
    assert.deepEqual(
      plain(decode(5, encode(5, { ...packet, ...five(packet) }), sender)),
      plain({ ...packet, ...five(packet) }),
    );
  fc.assert(fc.property(clientPacket, (packet) => roundTrip(packet, limits)));
  fc.assert(fc.property(serverPacket, (packet) => roundTrip(packet, fromServer)));
});

function five(packet: Packet): { version?: ProtocolVersion } {
  return packet.type === 'connect' ? { version: 5 } : {};
}

test('encoding is canonical: decoding and encoding again gives the same bytes, both versions', () => {
  fc.assert(
    fc.property(clientPacket, fc.constantFrom<ProtocolVersion>(4, 5), (packet, version) => {
      const used = packet.type === 'connect' ? packet.version : version;
      const bytes = encode(used, packet);
      assert.deepEqual(encode(used, decode(used, bytes, limits)), bytes);
    }),
  );
});

test('packets come out whole for any chunking', () => {
  const chunkSizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(fc.array(publish('client'), { maxLength: 8 }), chunkSizes, (packets, sizes) => {
      const encoded = packets.map((packet) => encode(5, packet));
      const stream = Buffer.concat(encoded);
      const framer = new Framer(100_000);
      const found: Buffer[] = [];
      for (let at = 0, i = 0; at < stream.length; i++) {
        const size = sizes[i % sizes.length] ?? 1;
        framer.push(stream.subarray(at, at + size));
        at += size;
        while (framer.next()) {
          found.push(Buffer.from(framer.buffer.subarray(framer.start, framer.end)));
        }
      }
      assert.deepEqual(found, encoded);
    }),
  );
});

/** A packet with some bytes changed; the remaining length is kept right half of the time by not touching it. */
const damage = fc.array(
  fc.tuple(
    fc.nat({ max: 80 }),
    fc.oneof(fc.constantFrom(0, 1, 2, 0x23, 0x2b, 0x2f, 0x80, 0xff), fc.nat({ max: 255 })),
  ),
  { minLength: 1, maxLength: 3 },
);

function damaged(bytes: Buffer, changes: readonly (readonly [number, number])[]): Buffer {
  const copy = Buffer.from(bytes);
  for (const [at, value] of changes) copy[at % copy.length] = value;
  return copy;
}

test('a PUBLISH is scanned with the verdict and the parts of its decoding', () => {
  const versions = fc.constantFrom<ProtocolVersion>(4, 5);
  fc.assert(
    fc.property(publish('client'), versions, damage, (packet, version, changes) => {
      const bytes = damaged(encode(version, packet), changes);
      bytes[0] = 0x30 | ((bytes[0] ?? 0) & 0x0f);
      const view = new PublishView(limits);
      const scanned = scanPublish(version, bytes, 0, bytes.length, view);
      const decoded = decodePacket(version, bytes, 0, bytes.length, limits);
      if (isMalformed(decoded)) {
        assert.equal(scanned, decoded.reason, decoded.clause);
        return;
      }
      assert.equal(scanned, 0);
      assert.ok(decoded.type === 'publish');
      assert.equal(bytes.toString('utf8', view.topicStart, view.topicEnd), decoded.topic);
      assert.deepEqual(bytes.subarray(view.payloadStart, view.payloadEnd), decoded.payload);
      assert.equal(view.topicAlias, decoded.properties?.topicAlias ?? 0);
      assert.deepEqual(
        [view.packetId, view.qos, view.retain, view.dup],
        [decoded.packetId, decoded.qos, decoded.retain, decoded.dup],
      );
    }),
    { numRuns: 2_000 },
  );
});

test('text is taken exactly when it is well-formed and permitted', () => {
  const fatal = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const expected = (bytes: Uint8Array): boolean => {
    try {
      return !/[\p{Cc}\p{Noncharacter_Code_Point}]/u.test(fatal.decode(bytes));
    } catch {
      return false;
    }
  };
  const sequences = fc.oneof(
    fc.uint8Array({ maxLength: 6 }),
    fc.string({ unit: 'binary', maxLength: 4 }).map((value) => Buffer.from(value)),
    fc
      .tuple(
        fc.integer({ min: 0xc0, max: 0xff }),
        fc.uint8Array({ min: 0x7e, max: 0xc1, maxLength: 3 }),
      )
      .map(([lead, rest]) => Buffer.of(lead, ...rest)),
  );
  fc.assert(
    fc.property(sequences, (bytes) => {
      assert.equal(textFaultAt(bytes, 0, bytes.length) === -1, expected(bytes));
    }),
    { numRuns: 5_000 },
  );
});

test('every code point has its verdict', () => {
  for (let point = 0; point <= 0x10ffff; point++) {
    if (point >= 0xd800 && point <= 0xdfff) continue;
    const control = point < 0x20 || (point >= 0x7f && point < 0xa0);
    const noncharacter = (point & 0xfffe) === 0xfffe || (point >= 0xfdd0 && point <= 0xfdef);
    const bytes = Buffer.from(String.fromCodePoint(point));
    const verdict = textFaultAt(bytes, 0, bytes.length) === -1;
    if (verdict !== !(control || noncharacter)) assert.fail(`U+${point.toString(16)}`);
  }
});

test('a filter matches as its regular expression does', () => {
  const model = (filter: string): RegExp => {
    const levels = filter
      .split('/')
      .map((level) => (level === '+' ? '[^/]*' : level.replace(/[.*?^${}()|[\]\\+]/g, '\\$&')));
    const source = levels.join('/').replace(/^#$/, '.*').replace(/\/#$/, '(/.*)?');
    return new RegExp(`^${source}$`, 'su');
  };
  const small = (arbitrary: fc.Arbitrary<string>): fc.Arbitrary<string> =>
    fc.oneof(
      arbitrary,
      fc
        .array(fc.constantFrom('a', 'b', '', '$x'), { minLength: 1, maxLength: 4 })
        .map((levels) => levels.join('/') || 'a'),
    );
  const filters = fc.oneof(
    topicFilter,
    fc
      .array(fc.constantFrom('a', 'b', '', '+', '$x'), { minLength: 1, maxLength: 4 })
      .chain((levels) => fc.constantFrom(levels.join('/') || '+', [...levels, '#'].join('/'))),
  );
  fc.assert(
    fc.property(filters, small(topicName), (filter, name) => {
      const hidden = name.startsWith('$') && /^[+#]/.test(filter);
      assert.equal(
        topicMatches(filter, name),
        !hidden && model(filter).test(name),
        `${filter} ${name}`,
      );
    }),
    { numRuns: 3_000 },
  );
});

/** What the other codec makes of bytes; undefined where it refuses them or wants more. */
function other(version: ProtocolVersion, bytes: Buffer): mqttPacket.Packet | undefined {
  const parser = mqttPacket.parser({ protocolVersion: version });
  let found: mqttPacket.Packet | undefined;
  parser.on('packet', (packet) => (found = packet));
  parser.on('error', () => (found = undefined));
  try {
    parser.parse(bytes);
  } catch {
    return undefined;
  }
  return found;
}

/** Packets that the other codec does not know although the standard has them: § 2.4 (0x8C), § 3.15.2.1. */
function unknownToOther(packet: Packet): boolean {
  return packet.type === 'auth' || (packet.type === 'disconnect' && packet.reasonCode === 0x8c);
}

test('what we write, another codec reads as the same', () => {
  const check = (version: ProtocolVersion, packet: Packet): void => {
    if (unknownToOther(packet)) return;
    const seen = other(version, encode(version, packet));
    assert.ok(seen, `${packet.type} was not read`);
    assert.equal(seen.cmd, packet.type);
    if (packet.type === 'publish' && seen.cmd === 'publish') {
      assert.equal(seen.topic, packet.topic);
      assert.deepEqual(Buffer.from(seen.payload), packet.payload);
      assert.deepEqual([seen.qos, seen.retain, seen.dup], [packet.qos, packet.retain, packet.dup]);
      if (version === 5) {
        assert.equal(seen.properties?.contentType, packet.properties?.contentType);
        assert.equal(
          seen.properties?.messageExpiryInterval,
          packet.properties?.messageExpiryInterval,
        );
        assert.equal(seen.properties?.topicAlias, packet.properties?.topicAlias);
      }
    }
    if (packet.type === 'subscribe' && seen.cmd === 'subscribe') {
      assert.deepEqual(
        seen.subscriptions.map(({ topic, qos }) => [topic, qos]),
        packet.subscriptions.map(({ filter, qos }) => [filter, qos]),
      );
    }
    if ('packetId' in packet && packet.packetId !== 0)
      assert.equal(seen.messageId, packet.packetId);
  };
  fc.assert(
    fc.property(clientPacket, fc.constantFrom<ProtocolVersion>(4, 5), (packet, version) =>
      check(packet.type === 'connect' ? packet.version : version, packet),
    ),
  );
  fc.assert(fc.property(serverPacket, (packet) => check(5, packet)));
});

/** Damaged bytes that we take: the other codec must take them too, or be known to be wrong there. */
test('what another codec refuses, we refuse', () => {
  let taken = 0;
  fc.assert(
    fc.property(
      clientPacket,
      fc.constantFrom<ProtocolVersion>(4, 5),
      damage,
      (packet, version, changes) => {
        const used = packet.type === 'connect' ? packet.version : version;
        const bytes = damaged(encode(used, packet), changes);
        const connection = (bytes[0] ?? 0) >> 4 === 1 ? undefined : used;
        const ours = decodePacket(connection, bytes, 0, bytes.length, limits);
        if (isMalformed(ours) || unknownToOther(ours)) return;
        taken++;
        const theirs = other(ours.type === 'connect' ? ours.version : used, bytes);
        assert.ok(
          theirs !== undefined,
          `we took ${bytes.toString('hex')} as ${JSON.stringify(ours)}`,
        );
        assert.equal(theirs.cmd, ours.type);
      },
    ),
    { numRuns: 3_000 },
  );
  assert.ok(taken > 100);
});

// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { limitsOf, type SeededRandom } from '#core';
import type { Fuzz } from '../../../../tools/fuzz/port.ts';
import {
  Framer,
  PacketWriter,
  PublishView,
  codecLimits,
  decodePacket,
  encodePacket,
  isMalformed,
  publishProperties,
  scanPublish,
  type CodecLimits,
} from './codec.ts';
import { bytesOf, fixtures } from './codec.fixtures.ts';
import type { Packet, ProtocolVersion } from './packets.ts';

const limits = codecLimits(limitsOf());
const fromServer = codecLimits(limitsOf(), 'server');
const packetBytesMax = 65_536;

/** Streams to start from: our fixtures, and the vectors beside the repository when they are there. */
const seeds: readonly Buffer[] = [
  ...fixtures.map(({ hex }) => bytesOf(hex)),
  ...vector('mqtt-sequences.json').tests.map(({ m }) =>
    Buffer.concat(m.flatMap(([kind, hex]) => (kind === 's' ? [Buffer.from(hex, 'hex')] : []))),
  ),
  ...vector('mqtt-crash-streams.json').streams.map((hex) => Buffer.from(hex, 'hex')),
];

interface Vectors {
  readonly tests: readonly { readonly m: readonly (readonly [string, string])[] }[];
  readonly streams: readonly string[];
}

function vector(name: string): Vectors {
  const file = new URL(`../../../../../shared/vectors/${name}`, import.meta.url);
  const found: Partial<Vectors> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  return { tests: [], streams: [], ...found };
}

/** A stream made of seeds with bytes changed, cut out, doubled or put in. */
function mutated(random: SeededRandom): Buffer {
  let stream = Buffer.concat(Array.from({ length: 1 + random.int(3) }, () => random.pick(seeds)));
  for (let changes = random.int(6); changes > 0; changes--) {
    const at = random.int(stream.length + 1);
    const rest = stream.subarray(at);
    const before = stream.subarray(0, at);
    switch (random.int(4)) {
      case 0:
        if (at < stream.length) stream[at] = interesting(random);
        break;
      case 1:
        stream = Buffer.concat([before, rest.subarray(random.int(4))]);
        break;
      case 2:
        stream = Buffer.concat([before, rest.subarray(0, random.int(40)), rest]);
        break;
      default:
        stream = Buffer.concat([before, Buffer.of(interesting(random)), rest]);
    }
  }
  return stream;
}

function interesting(random: SeededRandom): number {
  return random.int(2) === 0
    ? random.int(256)
    : random.pick([0, 1, 2, 0x10, 0x23, 0x26, 0x2b, 0x30, 0x7f, 0x80, 0xc0, 0xed, 0xff]);
}

function checkPublish(version: ProtocolVersion, bytes: Buffer, decoded: Packet | undefined): void {
  const view = new PublishView(limits);
  const verdict = scanPublish(version, bytes, 0, bytes.length, view);
  assert.equal(verdict === 0, decoded !== undefined, 'scan and decode differ');
  if (decoded?.type !== 'publish') return;
  assert.ok(view.payloadEnd <= bytes.length && view.payloadStart <= view.payloadEnd);
  const properties = publishProperties(bytes, view);
  assert.deepEqual(properties, decoded.properties);
}

/** What decodes, encodes to something that decodes to the same. */
function check(
  version: ProtocolVersion | undefined,
  bytes: Buffer,
  sender: CodecLimits,
): Packet | undefined {
  const result = decodePacket(version, bytes, 0, bytes.length, sender);
  const packet = isMalformed(result) ? undefined : result;
  if (isMalformed(result)) {
    assert.ok(result.reason >= 0x80 && result.at >= 0 && result.at <= bytes.length);
    assert.ok(result.clause.length > 0);
  }
  if (bytes.readUInt8(0) >> 4 === 3 && version !== undefined && sender === limits) {
    checkPublish(version, bytes, packet);
  }
  if (packet === undefined) return undefined;
  const writer = new PacketWriter();
  const form = packet.type === 'connect' ? packet.version : (version ?? 4);
  assert.ok(encodePacket(form, packet, writer));
  const again = writer.take();
  const second = decodePacket(version, again, 0, again.length, sender);
  assert.deepEqual(normal(second), normal(packet));
  return packet;
}

/** No properties and an empty set of them mean the same. */
function normal(packet: unknown): unknown {
  return JSON.parse(JSON.stringify(packet).replaceAll(',"properties":{}', ''));
}

function run(random: SeededRandom): void {
  const stream = mutated(random);
  const sender = random.int(4) === 0 ? fromServer : limits;
  const versions = [undefined, 4, 5] as const;
  let version: ProtocolVersion | undefined = versions[random.int(3)];
  const framer = new Framer(packetBytesMax);
  let at = 0;
  let packets = 0;
  while (at < stream.length && framer.fault === 0) {
    const size = 1 + random.int(random.int(8) === 0 ? stream.length : 16);
    framer.push(stream.subarray(at, at + size));
    at += size;
    while (framer.next()) {
      packets++;
      const bytes = Buffer.from(framer.buffer.subarray(framer.start, framer.end));
      const packet = check(version, bytes, sender);
      if (packet?.type === 'connect') version = packet.version;
    }
  }
  assert.ok(packets <= stream.length / 2);
}

export const fuzz = { name: 'mqtt-codec', run, corpus: [] } satisfies Fuzz;

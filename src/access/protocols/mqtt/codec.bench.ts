// SPDX-License-Identifier: Apache-2.0
import { limitsOf } from '#core';
import type { Bench } from '../../../../bench/main.ts';
import {
  Framer,
  PacketWriter,
  PreparedPublish,
  PublishView,
  codecLimits,
  decodePacket,
  scanPublish,
  writePuback,
} from './codec.ts';
import type { Properties, ProtocolVersion, QoS } from './packets.ts';

const limits = codecLimits(limitsOf());
const payload = Buffer.from('{"temperature":21.5,"humidity":40.25}');

/** Many copies of one PUBLISH, as a socket would give them. */
function stream(
  version: ProtocolVersion,
  qos: QoS,
  properties?: Properties,
): { chunk: Buffer; size: number } {
  const writer = new PacketWriter();
  const message = new PreparedPublish('things/me/properties'.slice(0, 19), payload, properties);
  const delivery = { version, qos, retain: false, dup: false, packetId: 7 };
  message.write(writer, delivery);
  const packet = writer.take();
  return { chunk: Buffer.concat(Array.from({ length: 1_000 }, () => packet)), size: packet.length };
}

/** Millions a second of a step that handles `count`. */
function millions(count: number, step: () => void): number {
  const until = (ms: number): number => {
    const start = performance.now();
    let done = 0;
    while (performance.now() - start < ms) {
      step();
      done += count;
    }
    return done / (performance.now() - start) / 1_000;
  };
  until(300);
  return Number(until(1_000).toFixed(2));
}

function framed(version: ProtocolVersion, chunk: Buffer, each: (framer: Framer) => void): number {
  const framer = new Framer(262_144);
  return millions(1_000, () => {
    framer.push(chunk);
    while (framer.next()) each(framer);
    if (framer.fault !== 0) throw new Error(`fault in v${version}`);
  });
}

function run(): Promise<Readonly<Record<string, unknown>>> {
  const view = new PublishView(limits);
  const figures: Record<string, unknown> = {};
  const scan = (
    name: string,
    version: ProtocolVersion,
    qos: QoS,
    properties?: Properties,
  ): void => {
    const { chunk, size } = stream(version, qos, properties);
    figures[`${name} bytes`] = size;
    figures[`${name} scanned, M/s`] = framed(version, chunk, ({ buffer, start, end }) => {
      if (scanPublish(version, buffer, start, end, view) !== 0) throw new Error('refused');
    });
    figures[`${name} decoded, M/s`] = framed(version, chunk, ({ buffer, start, end }) => {
      decodePacket(version, buffer, start, end, limits);
    });
  };
  scan('3.1.1 QoS 1', 4, 1);
  scan('5.0 QoS 1', 5, 1);
  scan('5.0 QoS 1 with two properties', 5, 1, {
    contentType: 'json',
    userProperties: [['k', 'v']],
  });
  const writer = new PacketWriter(65_536);
  figures['PUBACK written, M/s'] = millions(1_000, () => {
    for (let id = 1; id <= 1_000; id++) writePuback(writer, id);
    writer.take();
  });
  const message = new PreparedPublish('things/me/properties', payload);
  const delivery = { version: 5, qos: 1, retain: false, dup: false, packetId: 7 } as const;
  figures['PUBLISH to one more subscriber, M/s'] = millions(1_000, () => {
    for (let i = 0; i < 1_000; i++) message.write(writer, delivery);
    writer.take();
  });
  return Promise.resolve(figures);
}

export const bench = { name: 'mqtt-codec', run } satisfies Bench;

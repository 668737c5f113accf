// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import type { Packet, Properties, ProtocolVersion, QoS, Will } from './packets.ts';
import { propertiesOf, reasonAllowed, type PropertyHolder } from './table.ts';

/** Text that a UTF-8 Encoded String may hold. */
export const text = fc
  .string({ unit: 'grapheme', maxLength: 12 })
  .filter((value) => !/[\p{Cc}\p{Noncharacter_Code_Point}\p{Cs}]/u.test(value));

export const topicName = fc
  .array(text, { minLength: 1, maxLength: 5 })
  .map((levels) => levels.join('/').replace(/[+#]/g, '_'))
  .filter((name) => name.length > 0);

export const topicFilter = fc
  .tuple(
    fc.array(
      fc.oneof(
        fc.constant('+'),
        text.map((level) => level.replace(/[+#/]/g, '_')),
      ),
      {
        minLength: 1,
        maxLength: 4,
      },
    ),
    fc.boolean(),
  )
  .map(([levels, all]) => [...levels, ...(all ? ['#'] : [])].join('/'))
  .filter((filter) => filter.length > 0 && !filter.startsWith('$share'));

const binary = fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes));
const packetId = fc.integer({ min: 1, max: 65_535 });
const qos = fc.constantFrom<QoS>(0, 1, 2);
const version = fc.constantFrom<ProtocolVersion>(4, 5);

function range(min: number, max: number): fc.Arbitrary<number> {
  return fc.integer({ min, max });
}

/** Properties that a holder may carry, each present or not; never an empty object. */
export function properties(
  holder: PropertyHolder,
  manyIdentifiers = false,
): fc.Arbitrary<Properties | undefined> {
  const picks: Record<string, fc.Arbitrary<unknown>> = {};
  for (const row of propertiesOf[holder]) {
    const [min, max] = 'range' in row ? row.range : [0, 0xffff_ffff];
    switch (row.type) {
      case 'byte':
        picks[row.name] = range(min, Math.min(max, 255));
        break;
      case 'uint16':
        picks[row.name] = range(min, Math.min(max, 65_535));
        break;
      case 'uint32':
        picks[row.name] = range(min, max);
        break;
      case 'varint':
        picks[row.name] = fc.array(range(min, max), {
          minLength: 1,
          maxLength: manyIdentifiers ? 3 : 1,
        });
        break;
      case 'text':
        picks[row.name] = row.name === 'responseTopic' ? topicName : text;
        break;
      case 'binary':
        picks[row.name] = binary;
        break;
      case 'pair':
        picks[row.name] = fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 4 });
    }
  }
  return fc
    .record<Properties>(picks, { requiredKeys: [] })
    .map((value) => (Object.keys(value).length === 0 ? undefined : value));
}

const will: fc.Arbitrary<Will> = fc.record({
  topic: topicName,
  payload: binary,
  qos,
  retain: fc.boolean(),
  properties: properties('will'),
});

const connect: fc.Arbitrary<Packet> = fc
  .record({
    type: fc.constant('connect' as const),
    version,
    cleanStart: fc.constant(true),
    keepAliveSeconds: range(0, 65_535),
    clientId: text.map((id) => id.replace(/[+#]/g, '_')),
    will: fc.option(will, { nil: undefined }),
    username: fc.option(text, { nil: undefined }),
    password: fc.option(binary, { nil: undefined }),
    properties: properties('connect'),
  })
  .map((packet) => ({
    ...packet,
    password: packet.username === undefined ? undefined : packet.password,
    properties:
      packet.properties?.authenticationMethod === undefined
        ? dropped(packet.properties)
        : packet.properties,
  }));

function dropped(value: Properties | undefined): Properties | undefined {
  const { authenticationData: _, ...rest } = value ?? {};
  return Object.keys(rest).length === 0 ? undefined : rest;
}

/** PUBLISH as a sender may make it. */
export function publish(from: 'client' | 'server'): fc.Arbitrary<Packet & { type: 'publish' }> {
  return fc
    .record({
      type: fc.constant('publish' as const),
      topic: topicName,
      payload: binary,
      qos,
      retain: fc.boolean(),
      dup: fc.boolean(),
      packetId,
      properties: properties('publish', from === 'server'),
    })
    .map((packet) => {
      const { subscriptionIdentifiers: _, ...rest } = packet.properties ?? {};
      const own = Object.keys(rest).length === 0 ? undefined : rest;
      return {
        ...packet,
        dup: packet.dup && packet.qos > 0,
        packetId: packet.qos === 0 ? 0 : packet.packetId,
        properties: from === 'server' ? packet.properties : own,
      };
    });
}

function codes(type: 'connack' | 'suback' | 'unsuback' | 'disconnect'): fc.Arbitrary<number> {
  const all = Array.from({ length: 256 }, (_, code) => code);
  return fc.constantFrom(...all.filter((code) => reasonAllowed(type, code, 'server')));
}

const ack: fc.Arbitrary<Packet> = fc
  .constantFrom('puback' as const, 'pubrec' as const, 'pubrel' as const, 'pubcomp' as const)
  .chain((type) =>
    fc.record({
      type: fc.constant(type),
      packetId,
      reasonCode: fc.constantFrom(0, type === 'puback' || type === 'pubrec' ? 0x80 : 0x92),
      properties: properties(type),
    }),
  );

const subscription = fc.record({
  filter: topicFilter,
  qos,
  noLocal: fc.boolean(),
  retainAsPublished: fc.boolean(),
  retainHandling: fc.constantFrom<0 | 1 | 2>(0, 1, 2),
});

/** Any packet of a client. */
export const clientPacket: fc.Arbitrary<Packet> = fc.oneof(
  connect,
  publish('client'),
  ack,
  fc.record({
    type: fc.constant('subscribe' as const),
    packetId,
    subscriptions: fc.array(subscription, { minLength: 1, maxLength: 4 }),
    properties: properties('subscribe'),
  }),
  fc.record({
    type: fc.constant('unsubscribe' as const),
    packetId,
    filters: fc.array(topicFilter, { minLength: 1, maxLength: 4 }),
    properties: properties('unsubscribe'),
  }),
  fc.constant<Packet>({ type: 'pingreq' }),
);

/** Any packet of a server. */
export const serverPacket: fc.Arbitrary<Packet> = fc.oneof(
  fc
    .record({
      type: fc.constant('connack' as const),
      sessionPresent: fc.boolean(),
      reasonCode: codes('connack'),
      properties: properties('connack'),
    })
    .map((packet) => ({
      ...packet,
      sessionPresent: packet.sessionPresent && packet.reasonCode === 0,
    })),
  publish('server'),
  ack,
  fc.constantFrom('suback' as const, 'unsuback' as const).chain((type) =>
    fc.record({
      type: fc.constant(type),
      packetId,
      reasonCodes: fc.array(codes(type), { minLength: 1, maxLength: 4 }),
      properties: properties(type),
    }),
  ),
  fc.record({
    type: fc.constant('disconnect' as const),
    reasonCode: codes('disconnect'),
    properties: properties('disconnect').map((value) => {
      const { sessionExpiryInterval: _, ...rest } = value ?? {};
      return Object.keys(rest).length === 0 ? undefined : rest;
    }),
  }),
  fc.constant<Packet>({ type: 'pingresp' }),
);

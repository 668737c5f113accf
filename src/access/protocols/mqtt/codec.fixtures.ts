// SPDX-License-Identifier: Apache-2.0
import type { Packet, ProtocolVersion } from './packets.ts';

/** A packet in both forms; `hex` is what the encoder writes. */
export interface Fixture {
  readonly name: string;
  readonly version: ProtocolVersion;
  readonly from: 'client' | 'server';
  readonly hex: string;
  readonly packet: Packet;
}

const none = { will: undefined, username: undefined, password: undefined, properties: undefined };
const plain = { noLocal: false, retainAsPublished: false, retainHandling: 0 } as const;

export const fixtures: readonly Fixture[] = [
  {
    name: 'CONNECT',
    version: 4,
    from: 'client',
    hex: '100d 0004 4d515454 04 02 003c 0001 61',
    packet: {
      type: 'connect',
      version: 4,
      cleanStart: true,
      keepAliveSeconds: 60,
      clientId: 'a',
      ...none,
    },
  },
  {
    name: 'CONNECT with will and credentials',
    version: 4,
    from: 'client',
    hex: '101e 0004 4d515454 04 ee 000a 0001 61 0003 772f74 0002 6279 0001 75 0003 00ff70',
    packet: {
      type: 'connect',
      version: 4,
      cleanStart: true,
      keepAliveSeconds: 10,
      clientId: 'a',
      will: {
        topic: 'w/t',
        payload: Buffer.from('by'),
        qos: 1,
        retain: true,
        properties: undefined,
      },
      username: 'u',
      password: Buffer.from('00ff70', 'hex'),
      properties: undefined,
    },
  },
  {
    name: 'CONNECT with properties, a will with properties, a password alone',
    version: 5,
    from: 'client',
    hex: `102d 0004 4d515454 05 54 0000 08 1100000e10 210014 0001 61
      0e 0101 1800000005 26 0001 6b 0001 76 0001 77 0000 0001 70`,
    packet: {
      type: 'connect',
      version: 5,
      cleanStart: false,
      keepAliveSeconds: 0,
      clientId: 'a',
      will: {
        topic: 'w',
        payload: Buffer.alloc(0),
        qos: 2,
        retain: false,
        properties: {
          payloadFormatIndicator: 1,
          willDelayInterval: 5,
          userProperties: [['k', 'v']],
        },
      },
      username: undefined,
      password: Buffer.from('p'),
      properties: { sessionExpiryInterval: 3_600, receiveMaximum: 20 },
    },
  },
  {
    name: 'CONNACK',
    version: 4,
    from: 'server',
    hex: '2002 01 00',
    packet: { type: 'connack', sessionPresent: true, reasonCode: 0, properties: undefined },
  },
  {
    name: 'CONNACK with properties',
    version: 5,
    from: 'server',
    hex: '201c 00 00 19 1200016a 13003c 220010 2400 2500 2700040000 2800 2900 2a00',
    packet: {
      type: 'connack',
      sessionPresent: false,
      reasonCode: 0,
      properties: {
        assignedClientIdentifier: 'j',
        serverKeepAlive: 60,
        topicAliasMaximum: 16,
        maximumQoS: 0,
        retainAvailable: 0,
        maximumPacketSize: 262_144,
        wildcardSubscriptionAvailable: 0,
        subscriptionIdentifiersAvailable: 0,
        sharedSubscriptionAvailable: 0,
      },
    },
  },
  {
    name: 'PUBLISH QoS 0',
    version: 4,
    from: 'client',
    hex: '3007 0003 612f62 3432',
    packet: {
      type: 'publish',
      topic: 'a/b',
      payload: Buffer.from('42'),
      qos: 0,
      retain: false,
      dup: false,
      packetId: 0,
      properties: undefined,
    },
  },
  {
    name: 'PUBLISH QoS 2, retained, repeated, outside ASCII',
    version: 4,
    from: 'client',
    hex: '3d0d 0009 e6b8a9e5baa62fc3a9 000a',
    packet: {
      type: 'publish',
      topic: '温度/é',
      payload: Buffer.alloc(0),
      qos: 2,
      retain: true,
      dup: true,
      packetId: 10,
      properties: undefined,
    },
  },
  {
    name: 'PUBLISH with every property that a client may send',
    version: 5,
    from: 'client',
    hex: `3233 0001 61 0001 2a 0101 0200000064 030004 6a736f6e 080003 722f74 090002 0001
      230003 26 0001 6b 0001 76 26 0001 6b 0001 77 7b7d7d`,
    packet: {
      type: 'publish',
      topic: 'a',
      payload: Buffer.from('{}}'),
      qos: 1,
      retain: false,
      dup: false,
      packetId: 1,
      properties: {
        payloadFormatIndicator: 1,
        messageExpiryInterval: 100,
        contentType: 'json',
        responseTopic: 'r/t',
        correlationData: Buffer.from([0, 1]),
        topicAlias: 3,
        userProperties: [
          ['k', 'v'],
          ['k', 'w'],
        ],
      },
    },
  },
  {
    name: 'PUBLISH by alias alone',
    version: 5,
    from: 'client',
    hex: '3007 0000 03 230001 31',
    packet: {
      type: 'publish',
      topic: '',
      payload: Buffer.from('1'),
      qos: 0,
      retain: false,
      dup: false,
      packetId: 0,
      properties: { topicAlias: 1 },
    },
  },
  {
    name: 'PUBLISH to a client with two subscription identifiers',
    version: 5,
    from: 'server',
    hex: '3009 0001 61 05 0b01 0b8001',
    packet: {
      type: 'publish',
      topic: 'a',
      payload: Buffer.alloc(0),
      qos: 0,
      retain: false,
      dup: false,
      packetId: 0,
      properties: { subscriptionIdentifiers: [1, 128] },
    },
  },
  ...(['puback', 'pubrec', 'pubrel', 'pubcomp'] as const).flatMap((type): Fixture[] => {
    const first = { puback: '40', pubrec: '50', pubrel: '62', pubcomp: '70' }[type];
    const reasonCode = type === 'puback' || type === 'pubrec' ? 0x97 : 0x92;
    const code = reasonCode.toString(16);
    return [
      {
        name: type,
        version: 4,
        from: 'client',
        hex: `${first}02 1234`,
        packet: { type, packetId: 0x1234, reasonCode: 0 },
      },
      {
        name: `${type} with a reason`,
        version: 5,
        from: 'server',
        hex: `${first}03 1234 ${code}`,
        packet: { type, packetId: 0x1234, reasonCode },
      },
      {
        name: `${type} with properties`,
        version: 5,
        from: 'client',
        hex: `${first}08 0001 00 04 1f0001 6f`,
        packet: { type, packetId: 1, reasonCode: 0, properties: { reasonString: 'o' } },
      },
    ];
  }),
  {
    name: 'SUBSCRIBE',
    version: 4,
    from: 'client',
    hex: '820c 000a 0003 612f23 01 0001 2b 02',
    packet: {
      type: 'subscribe',
      packetId: 10,
      subscriptions: [
        { filter: 'a/#', qos: 1, ...plain },
        { filter: '+', qos: 2, ...plain },
      ],
      properties: undefined,
    },
  },
  {
    name: 'SUBSCRIBE with options and identifier',
    version: 5,
    from: 'client',
    hex: '8218 0001 03 0bff7f 0002 2f2b 2d 000a 2473686172652f672f61 00',
    packet: {
      type: 'subscribe',
      packetId: 1,
      subscriptions: [
        {
          filter: '/+',
          qos: 1,
          noLocal: true,
          retainAsPublished: true,
          retainHandling: 2,
        },
        { filter: '$share/g/a', qos: 0, ...plain },
      ],
      properties: { subscriptionIdentifiers: [16_383] },
    },
  },
  {
    name: 'SUBACK',
    version: 4,
    from: 'server',
    hex: '9004 0001 02 80',
    packet: { type: 'suback', packetId: 1, reasonCodes: [2, 0x80], properties: undefined },
  },
  {
    name: 'SUBACK with a reason',
    version: 5,
    from: 'server',
    hex: '9009 0001 04 1f0001 6e 01 87',
    packet: {
      type: 'suback',
      packetId: 1,
      reasonCodes: [1, 0x87],
      properties: { reasonString: 'n' },
    },
  },
  {
    name: 'UNSUBSCRIBE',
    version: 4,
    from: 'client',
    hex: 'a208 0001 0001 61 0001 23',
    packet: { type: 'unsubscribe', packetId: 1, filters: ['a', '#'], properties: undefined },
  },
  {
    name: 'UNSUBSCRIBE',
    version: 5,
    from: 'client',
    hex: 'a206 0001 00 0001 61',
    packet: { type: 'unsubscribe', packetId: 1, filters: ['a'], properties: undefined },
  },
  {
    name: 'UNSUBACK',
    version: 4,
    from: 'server',
    hex: 'b002 0001',
    packet: { type: 'unsuback', packetId: 1, reasonCodes: [] },
  },
  {
    name: 'UNSUBACK',
    version: 5,
    from: 'server',
    hex: 'b005 0001 00 00 11',
    packet: { type: 'unsuback', packetId: 1, reasonCodes: [0, 0x11], properties: undefined },
  },
  { name: 'PINGREQ', version: 5, from: 'client', hex: 'c000', packet: { type: 'pingreq' } },
  { name: 'PINGRESP', version: 4, from: 'server', hex: 'd000', packet: { type: 'pingresp' } },
  {
    name: 'DISCONNECT',
    version: 4,
    from: 'client',
    hex: 'e000',
    packet: { type: 'disconnect', reasonCode: 0 },
  },
  {
    name: 'DISCONNECT with will',
    version: 5,
    from: 'client',
    hex: 'e001 04',
    packet: { type: 'disconnect', reasonCode: 4 },
  },
  {
    name: 'DISCONNECT by the server',
    version: 5,
    from: 'server',
    hex: 'e006 9c 04 1c0001 73',
    packet: { type: 'disconnect', reasonCode: 0x9c, properties: { serverReference: 's' } },
  },
  {
    name: 'AUTH',
    version: 5,
    from: 'client',
    hex: 'f00a 18 08 150001 6d 160001 64',
    packet: {
      type: 'auth',
      reasonCode: 0x18,
      properties: { authenticationMethod: 'm', authenticationData: Buffer.from('d') },
    },
  },
];

/** The bytes of a fixture. */
export function bytesOf(hex: string): Buffer {
  return Buffer.from(hex.replace(/\s+/g, ''), 'hex');
}

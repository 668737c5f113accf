// SPDX-License-Identifier: Apache-2.0
import type { Packet } from './packets.ts';

/** Who may send a packet. */
export type Direction = 'client' | 'server' | 'both';

export type PacketName = Packet['type'];

interface PacketRow {
  readonly code: number;
  readonly name: PacketName;
  /** Required low bits of the first byte; undefined where they carry meaning (PUBLISH). */
  readonly flags: number | undefined;
  readonly from: Direction;
  /** Direction in 3.1.1 where it differs; 'none' = the type does not exist. */
  readonly from3?: Direction | 'none';
  readonly flagsClause: string;
}

/** Control packet types, § 2.1.2, with the flags of § 2.1.3 (Table 2-2). */
export const packetTable = [
  { code: 1, name: 'connect', flags: 0, from: 'client', flagsClause: '[MQTT-2.1.3-1]' },
  { code: 2, name: 'connack', flags: 0, from: 'server', flagsClause: '[MQTT-2.1.3-1]' },
  { code: 3, name: 'publish', flags: undefined, from: 'both', flagsClause: '[MQTT-3.3.1-4]' },
  { code: 4, name: 'puback', flags: 0, from: 'both', flagsClause: '[MQTT-2.1.3-1]' },
  { code: 5, name: 'pubrec', flags: 0, from: 'both', flagsClause: '[MQTT-2.1.3-1]' },
  { code: 6, name: 'pubrel', flags: 2, from: 'both', flagsClause: '[MQTT-3.6.1-1]' },
  { code: 7, name: 'pubcomp', flags: 0, from: 'both', flagsClause: '[MQTT-2.1.3-1]' },
  { code: 8, name: 'subscribe', flags: 2, from: 'client', flagsClause: '[MQTT-3.8.1-1]' },
  { code: 9, name: 'suback', flags: 0, from: 'server', flagsClause: '[MQTT-2.1.3-1]' },
  { code: 10, name: 'unsubscribe', flags: 2, from: 'client', flagsClause: '[MQTT-3.10.1-1]' },
  { code: 11, name: 'unsuback', flags: 0, from: 'server', flagsClause: '[MQTT-2.1.3-1]' },
  { code: 12, name: 'pingreq', flags: 0, from: 'client', flagsClause: '[MQTT-2.1.3-1]' },
  { code: 13, name: 'pingresp', flags: 0, from: 'server', flagsClause: '[MQTT-2.1.3-1]' },
  {
    code: 14,
    name: 'disconnect',
    flags: 0,
    from: 'both',
    from3: 'client',
    flagsClause: '[MQTT-3.14.1-1]',
  },
  {
    code: 15,
    name: 'auth',
    flags: 0,
    from: 'both',
    from3: 'none',
    flagsClause: '[MQTT-3.15.1-1]',
  },
] as const satisfies readonly PacketRow[];

/** Row of a packet type by its code (the high four bits of the first byte). */
export const packetByCode: readonly (PacketRow | undefined)[] = Array.from(
  { length: 16 },
  (_, code) => packetTable.find((row) => row.code === code),
);

/** Type code of a packet by its name. */
export const packetCode: Readonly<Record<PacketName, number>> = {
  connect: 1,
  connack: 2,
  publish: 3,
  puback: 4,
  pubrec: 5,
  pubrel: 6,
  pubcomp: 7,
  subscribe: 8,
  suback: 9,
  unsubscribe: 10,
  unsuback: 11,
  pingreq: 12,
  pingresp: 13,
  disconnect: 14,
  auth: 15,
};

/** Where properties stand: a packet, or the will inside CONNECT. */
export type PropertyHolder = Exclude<PacketName, 'pingreq' | 'pingresp'> | 'will';

/**
 * Properties, § 2.2.2.2 (Table 2-4), with the clause that defines each and the values that it may take.
 * `range` gives the first and last value taken; outside it is a Protocol Error by the clause.
 */
export const propertyTable = [
  {
    id: 0x01,
    name: 'payloadFormatIndicator',
    type: 'byte',
    in: ['publish', 'will'],
    range: [0, 1],
    clause: '§ 3.3.2.3.2',
  },
  {
    id: 0x02,
    name: 'messageExpiryInterval',
    type: 'uint32',
    in: ['publish', 'will'],
    clause: '§ 3.3.2.3.3',
  },
  { id: 0x03, name: 'contentType', type: 'text', in: ['publish', 'will'], clause: '§ 3.3.2.3.9' },
  { id: 0x08, name: 'responseTopic', type: 'text', in: ['publish', 'will'], clause: '§ 3.3.2.3.5' },
  {
    id: 0x09,
    name: 'correlationData',
    type: 'binary',
    in: ['publish', 'will'],
    clause: '§ 3.3.2.3.6',
  },
  {
    id: 0x0b,
    name: 'subscriptionIdentifiers',
    type: 'varint',
    in: ['publish', 'subscribe'],
    range: [1, 268_435_455],
    clause: '§ 3.8.2.1.2',
  },
  {
    id: 0x11,
    name: 'sessionExpiryInterval',
    type: 'uint32',
    in: ['connect', 'connack', 'disconnect'],
    clause: '§ 3.1.2.11.2',
  },
  {
    id: 0x12,
    name: 'assignedClientIdentifier',
    type: 'text',
    in: ['connack'],
    clause: '§ 3.2.2.3.7',
  },
  { id: 0x13, name: 'serverKeepAlive', type: 'uint16', in: ['connack'], clause: '§ 3.2.2.3.14' },
  {
    id: 0x15,
    name: 'authenticationMethod',
    type: 'text',
    in: ['connect', 'connack', 'auth'],
    clause: '§ 3.1.2.11.9',
  },
  {
    id: 0x16,
    name: 'authenticationData',
    type: 'binary',
    in: ['connect', 'connack', 'auth'],
    clause: '§ 3.1.2.11.10',
  },
  {
    id: 0x17,
    name: 'requestProblemInformation',
    type: 'byte',
    in: ['connect'],
    range: [0, 1],
    clause: '§ 3.1.2.11.7',
  },
  { id: 0x18, name: 'willDelayInterval', type: 'uint32', in: ['will'], clause: '§ 3.1.3.2.2' },
  {
    id: 0x19,
    name: 'requestResponseInformation',
    type: 'byte',
    in: ['connect'],
    range: [0, 1],
    clause: '§ 3.1.2.11.6',
  },
  { id: 0x1a, name: 'responseInformation', type: 'text', in: ['connack'], clause: '§ 3.2.2.3.15' },
  {
    id: 0x1c,
    name: 'serverReference',
    type: 'text',
    in: ['connack', 'disconnect'],
    clause: '§ 3.2.2.3.16',
  },
  {
    id: 0x1f,
    name: 'reasonString',
    type: 'text',
    in: [
      'connack',
      'puback',
      'pubrec',
      'pubrel',
      'pubcomp',
      'suback',
      'unsuback',
      'disconnect',
      'auth',
    ],
    clause: '§ 3.2.2.3.9',
  },
  {
    id: 0x21,
    name: 'receiveMaximum',
    type: 'uint16',
    in: ['connect', 'connack'],
    range: [1, 65_535],
    clause: '§ 3.1.2.11.3',
  },
  {
    id: 0x22,
    name: 'topicAliasMaximum',
    type: 'uint16',
    in: ['connect', 'connack'],
    clause: '§ 3.1.2.11.5',
  },
  {
    id: 0x23,
    name: 'topicAlias',
    type: 'uint16',
    in: ['publish'],
    range: [1, 65_535],
    clause: '[MQTT-3.3.2-8]',
  },
  {
    id: 0x24,
    name: 'maximumQoS',
    type: 'byte',
    in: ['connack'],
    range: [0, 1],
    clause: '§ 3.2.2.3.4',
  },
  {
    id: 0x25,
    name: 'retainAvailable',
    type: 'byte',
    in: ['connack'],
    range: [0, 1],
    clause: '§ 3.2.2.3.5',
  },
  {
    id: 0x26,
    name: 'userProperties',
    type: 'pair',
    in: [
      'connect',
      'connack',
      'publish',
      'will',
      'puback',
      'pubrec',
      'pubrel',
      'pubcomp',
      'subscribe',
      'suback',
      'unsubscribe',
      'unsuback',
      'disconnect',
      'auth',
    ],
    clause: '§ 3.1.2.11.8',
  },
  {
    id: 0x27,
    name: 'maximumPacketSize',
    type: 'uint32',
    in: ['connect', 'connack'],
    range: [1, 4_294_967_295],
    clause: '§ 3.1.2.11.4',
  },
  {
    id: 0x28,
    name: 'wildcardSubscriptionAvailable',
    type: 'byte',
    in: ['connack'],
    range: [0, 1],
    clause: '§ 3.2.2.3.11',
  },
  {
    id: 0x29,
    name: 'subscriptionIdentifiersAvailable',
    type: 'byte',
    in: ['connack'],
    range: [0, 1],
    clause: '§ 3.2.2.3.12',
  },
  {
    id: 0x2a,
    name: 'sharedSubscriptionAvailable',
    type: 'byte',
    in: ['connack'],
    range: [0, 1],
    clause: '§ 3.2.2.3.13',
  },
] as const satisfies readonly {
  id: number;
  name: string;
  type: 'byte' | 'uint16' | 'uint32' | 'varint' | 'text' | 'binary' | 'pair';
  in: readonly PropertyHolder[];
  range?: readonly [number, number];
  clause: string;
}[];

export type PropertyRow = (typeof propertyTable)[number];

/** Row of a property by its identifier. */
export const propertyById: readonly (PropertyRow | undefined)[] = Array.from(
  { length: 0x2b },
  (_, id) => propertyTable.find((row) => row.id === id),
);

/** Rows that a holder may carry, in the order in which they are encoded. */
export const propertiesOf: Readonly<Record<PropertyHolder, readonly PropertyRow[]>> = (() => {
  const allowed = (holder: PropertyHolder): PropertyRow[] =>
    propertyTable.filter((row) => row.in.some((name) => name === holder));
  return {
    connect: allowed('connect'),
    connack: allowed('connack'),
    publish: allowed('publish'),
    will: allowed('will'),
    puback: allowed('puback'),
    pubrec: allowed('pubrec'),
    pubrel: allowed('pubrel'),
    pubcomp: allowed('pubcomp'),
    subscribe: allowed('subscribe'),
    suback: allowed('suback'),
    unsubscribe: allowed('unsubscribe'),
    unsuback: allowed('unsuback'),
    disconnect: allowed('disconnect'),
    auth: allowed('auth'),
  };
})();

type ReasonHolder = Exclude<
  PacketName,
  'connect' | 'publish' | 'subscribe' | 'unsubscribe' | 'pingreq' | 'pingresp'
>;

/**
 * Reason codes, § 2.4 (Table 2-6): the name used here, the standard's name, the packets that may carry it.
 * `disconnect` is split by who sends it, § 3.14.2.1 (Table 3-13).
 */
export const reasonTable = [
  {
    code: 0x00,
    name: 'success',
    text: 'Success',
    in: ['connack', 'puback', 'pubrec', 'pubrel', 'pubcomp', 'unsuback', 'auth', 'suback'],
    disconnect: 'both',
  },
  { code: 0x01, name: 'grantedQoS1', text: 'Granted QoS 1', in: ['suback'] },
  { code: 0x02, name: 'grantedQoS2', text: 'Granted QoS 2', in: ['suback'] },
  {
    code: 0x04,
    name: 'disconnectWithWill',
    text: 'Disconnect with Will Message',
    in: [],
    disconnect: 'client',
  },
  {
    code: 0x10,
    name: 'noMatchingSubscribers',
    text: 'No matching subscribers',
    in: ['puback', 'pubrec'],
  },
  {
    code: 0x11,
    name: 'noSubscriptionExisted',
    text: 'No subscription existed',
    in: ['unsuback'],
  },
  { code: 0x18, name: 'continueAuthentication', text: 'Continue authentication', in: ['auth'] },
  { code: 0x19, name: 'reAuthenticate', text: 'Re-authenticate', in: ['auth'] },
  {
    code: 0x80,
    name: 'unspecifiedError',
    text: 'Unspecified error',
    in: ['connack', 'puback', 'pubrec', 'suback', 'unsuback'],
    disconnect: 'both',
  },
  {
    code: 0x81,
    name: 'malformedPacket',
    text: 'Malformed Packet',
    in: ['connack'],
    disconnect: 'both',
  },
  {
    code: 0x82,
    name: 'protocolError',
    text: 'Protocol Error',
    in: ['connack'],
    disconnect: 'both',
  },
  {
    code: 0x83,
    name: 'implementationSpecificError',
    text: 'Implementation specific error',
    in: ['connack', 'puback', 'pubrec', 'suback', 'unsuback'],
    disconnect: 'both',
  },
  {
    code: 0x84,
    name: 'unsupportedProtocolVersion',
    text: 'Unsupported Protocol Version',
    in: ['connack'],
  },
  {
    code: 0x85,
    name: 'clientIdentifierNotValid',
    text: 'Client Identifier not valid',
    in: ['connack'],
  },
  {
    code: 0x86,
    name: 'badUserNameOrPassword',
    text: 'Bad User Name or Password',
    in: ['connack'],
  },
  {
    code: 0x87,
    name: 'notAuthorized',
    text: 'Not authorized',
    in: ['connack', 'puback', 'pubrec', 'suback', 'unsuback'],
    disconnect: 'server',
  },
  { code: 0x88, name: 'serverUnavailable', text: 'Server unavailable', in: ['connack'] },
  {
    code: 0x89,
    name: 'serverBusy',
    text: 'Server busy',
    in: ['connack'],
    disconnect: 'server',
  },
  { code: 0x8a, name: 'banned', text: 'Banned', in: ['connack'] },
  {
    code: 0x8b,
    name: 'serverShuttingDown',
    text: 'Server shutting down',
    in: [],
    disconnect: 'server',
  },
  {
    code: 0x8c,
    name: 'badAuthenticationMethod',
    text: 'Bad authentication method',
    in: ['connack'],
    disconnect: 'server',
  },
  {
    code: 0x8d,
    name: 'keepAliveTimeout',
    text: 'Keep Alive timeout',
    in: [],
    disconnect: 'server',
  },
  {
    code: 0x8e,
    name: 'sessionTakenOver',
    text: 'Session taken over',
    in: [],
    disconnect: 'server',
  },
  {
    code: 0x8f,
    name: 'topicFilterInvalid',
    text: 'Topic Filter invalid',
    in: ['suback', 'unsuback'],
    disconnect: 'server',
  },
  {
    code: 0x90,
    name: 'topicNameInvalid',
    text: 'Topic Name invalid',
    in: ['connack', 'puback', 'pubrec'],
    disconnect: 'both',
  },
  {
    code: 0x91,
    name: 'packetIdentifierInUse',
    text: 'Packet Identifier in use',
    in: ['puback', 'pubrec', 'suback', 'unsuback'],
  },
  {
    code: 0x92,
    name: 'packetIdentifierNotFound',
    text: 'Packet Identifier not found',
    in: ['pubrel', 'pubcomp'],
  },
  {
    code: 0x93,
    name: 'receiveMaximumExceeded',
    text: 'Receive Maximum exceeded',
    in: [],
    disconnect: 'both',
  },
  {
    code: 0x94,
    name: 'topicAliasInvalid',
    text: 'Topic Alias invalid',
    in: [],
    disconnect: 'both',
  },
  {
    code: 0x95,
    name: 'packetTooLarge',
    text: 'Packet too large',
    in: ['connack'],
    disconnect: 'both',
  },
  {
    code: 0x96,
    name: 'messageRateTooHigh',
    text: 'Message rate too high',
    in: [],
    disconnect: 'both',
  },
  {
    code: 0x97,
    name: 'quotaExceeded',
    text: 'Quota exceeded',
    in: ['connack', 'puback', 'pubrec', 'suback'],
    disconnect: 'both',
  },
  {
    code: 0x98,
    name: 'administrativeAction',
    text: 'Administrative action',
    in: [],
    disconnect: 'both',
  },
  {
    code: 0x99,
    name: 'payloadFormatInvalid',
    text: 'Payload format invalid',
    in: ['connack', 'puback', 'pubrec'],
    disconnect: 'both',
  },
  {
    code: 0x9a,
    name: 'retainNotSupported',
    text: 'Retain not supported',
    in: ['connack'],
    disconnect: 'server',
  },
  {
    code: 0x9b,
    name: 'qosNotSupported',
    text: 'QoS not supported',
    in: ['connack'],
    disconnect: 'server',
  },
  {
    code: 0x9c,
    name: 'useAnotherServer',
    text: 'Use another server',
    in: ['connack'],
    disconnect: 'server',
  },
  {
    code: 0x9d,
    name: 'serverMoved',
    text: 'Server moved',
    in: ['connack'],
    disconnect: 'server',
  },
  {
    code: 0x9e,
    name: 'sharedSubscriptionsNotSupported',
    text: 'Shared Subscriptions not supported',
    in: ['suback'],
    disconnect: 'server',
  },
  {
    code: 0x9f,
    name: 'connectionRateExceeded',
    text: 'Connection rate exceeded',
    in: ['connack'],
    disconnect: 'server',
  },
  {
    code: 0xa0,
    name: 'maximumConnectTime',
    text: 'Maximum connect time',
    in: [],
    disconnect: 'server',
  },
  {
    code: 0xa1,
    name: 'subscriptionIdentifiersNotSupported',
    text: 'Subscription Identifiers not supported',
    in: ['suback'],
    disconnect: 'server',
  },
  {
    code: 0xa2,
    name: 'wildcardSubscriptionsNotSupported',
    text: 'Wildcard Subscriptions not supported',
    in: ['suback'],
    disconnect: 'server',
  },
] as const satisfies readonly {
  code: number;
  name: string;
  text: string;
  in: readonly Exclude<ReasonHolder, 'disconnect'>[];
  disconnect?: Direction;
}[];

type ReasonRow = (typeof reasonTable)[number];
type ReasonCodes = { readonly [Row in ReasonRow as Row['name']]: Row['code'] };

/** Reason codes by name. */
export const reason: ReasonCodes = {
  success: 0x00,
  grantedQoS1: 0x01,
  grantedQoS2: 0x02,
  disconnectWithWill: 0x04,
  noMatchingSubscribers: 0x10,
  noSubscriptionExisted: 0x11,
  continueAuthentication: 0x18,
  reAuthenticate: 0x19,
  unspecifiedError: 0x80,
  malformedPacket: 0x81,
  protocolError: 0x82,
  implementationSpecificError: 0x83,
  unsupportedProtocolVersion: 0x84,
  clientIdentifierNotValid: 0x85,
  badUserNameOrPassword: 0x86,
  notAuthorized: 0x87,
  serverUnavailable: 0x88,
  serverBusy: 0x89,
  banned: 0x8a,
  serverShuttingDown: 0x8b,
  badAuthenticationMethod: 0x8c,
  keepAliveTimeout: 0x8d,
  sessionTakenOver: 0x8e,
  topicFilterInvalid: 0x8f,
  topicNameInvalid: 0x90,
  packetIdentifierInUse: 0x91,
  packetIdentifierNotFound: 0x92,
  receiveMaximumExceeded: 0x93,
  topicAliasInvalid: 0x94,
  packetTooLarge: 0x95,
  messageRateTooHigh: 0x96,
  quotaExceeded: 0x97,
  administrativeAction: 0x98,
  payloadFormatInvalid: 0x99,
  retainNotSupported: 0x9a,
  qosNotSupported: 0x9b,
  useAnotherServer: 0x9c,
  serverMoved: 0x9d,
  sharedSubscriptionsNotSupported: 0x9e,
  connectionRateExceeded: 0x9f,
  maximumConnectTime: 0xa0,
  subscriptionIdentifiersNotSupported: 0xa1,
  wildcardSubscriptionsNotSupported: 0xa2,
};

const rowByCode: readonly ((typeof reasonTable)[number] | undefined)[] = Array.from(
  { length: 256 },
  (_, code) => reasonTable.find((row) => row.code === code),
);

/** Whether a packet of a sender may carry a reason code, § 2.4. */
export function reasonAllowed(
  packet: ReasonHolder,
  code: number,
  sender: 'client' | 'server',
): boolean {
  const row = rowByCode[code];
  if (row === undefined) return false;
  if (packet !== 'disconnect') return row.in.some((name) => name === packet);
  if (!('disconnect' in row)) return false;
  return row.disconnect === 'both' || row.disconnect === sender;
}

/** The standard's name of a reason code. */
export function reasonText(code: number): string {
  return rowByCode[code]?.text ?? `0x${code.toString(16)}`;
}

/** Return codes of a 3.1.1 CONNACK, § 3.2.2.3 (Table 3.1), and the v5 reason codes that they stand for. */
export const returnCodeTable = [
  { code: 0, text: 'Connection Accepted', for: [0x00] },
  { code: 1, text: 'unacceptable protocol version', for: [0x84] },
  { code: 2, text: 'identifier rejected', for: [0x85] },
  { code: 3, text: 'Server unavailable', for: [0x80, 0x83, 0x88, 0x89, 0x97, 0x9c, 0x9d, 0x9f] },
  { code: 4, text: 'bad user name or password', for: [0x86] },
  { code: 5, text: 'not authorized', for: [0x87, 0x8a, 0x8c, 0x90] },
] as const satisfies readonly { code: number; text: string; for: readonly number[] }[];

/** The 3.1.1 return code for a v5 reason code; undefined where 3.1.1 has none: close without an answer. */
export function returnCodeOf(reasonCode: number): number | undefined {
  return returnCodeTable.find((row) => row.for.some((code) => code === reasonCode))?.code;
}

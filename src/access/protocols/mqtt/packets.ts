// SPDX-License-Identifier: Apache-2.0

/** Protocol level of a connection. MQTT 3.1 (level 3, "MQIsdp") has the packets of 3.1.1 and is served as level 4. */
export type ProtocolVersion = 4 | 5;

export type QoS = 0 | 1 | 2;

/** Properties of MQTT 5 (§ 2.2.2.2) under the standard's names; a packet has only those the table allows it. */
export interface Properties {
  payloadFormatIndicator?: number;
  messageExpiryInterval?: number;
  contentType?: string;
  responseTopic?: string;
  correlationData?: Buffer;
  /** One in PUBLISH from a client and SUBSCRIBE; any number in PUBLISH to a client. */
  subscriptionIdentifiers?: number[];
  sessionExpiryInterval?: number;
  assignedClientIdentifier?: string;
  serverKeepAlive?: number;
  authenticationMethod?: string;
  authenticationData?: Buffer;
  requestProblemInformation?: number;
  willDelayInterval?: number;
  requestResponseInformation?: number;
  responseInformation?: string;
  serverReference?: string;
  reasonString?: string;
  receiveMaximum?: number;
  topicAliasMaximum?: number;
  topicAlias?: number;
  maximumQoS?: number;
  retainAvailable?: number;
  userProperties?: [string, string][];
  maximumPacketSize?: number;
  wildcardSubscriptionAvailable?: number;
  subscriptionIdentifiersAvailable?: number;
  sharedSubscriptionAvailable?: number;
}

export interface Will {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly properties?: Properties | undefined;
}

export interface ConnectPacket {
  readonly type: 'connect';
  readonly version: ProtocolVersion;
  readonly cleanStart: boolean;
  readonly keepAliveSeconds: number;
  readonly clientId: string;
  readonly will?: Will | undefined;
  readonly username?: string | undefined;
  readonly password?: Buffer | undefined;
  readonly properties?: Properties | undefined;
}

export interface ConnackPacket {
  readonly type: 'connack';
  readonly sessionPresent: boolean;
  /** v5 reason code, or v3.1.1 return code. */
  readonly reasonCode: number;
  readonly properties?: Properties | undefined;
}

export interface PublishPacket {
  readonly type: 'publish';
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly dup: boolean;
  /** 0 for QoS 0. */
  readonly packetId: number;
  readonly properties?: Properties | undefined;
}

export interface AckPacket {
  readonly type: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp';
  readonly packetId: number;
  readonly reasonCode: number;
  readonly properties?: Properties | undefined;
}

export interface SubscriptionOptions {
  readonly qos: QoS;
  readonly noLocal: boolean;
  readonly retainAsPublished: boolean;
  readonly retainHandling: 0 | 1 | 2;
}

export interface SubscribePacket {
  readonly type: 'subscribe';
  readonly packetId: number;
  readonly subscriptions: readonly (SubscriptionOptions & { readonly filter: string })[];
  readonly properties?: Properties | undefined;
}

export interface UnsubscribePacket {
  readonly type: 'unsubscribe';
  readonly packetId: number;
  readonly filters: readonly string[];
  readonly properties?: Properties | undefined;
}

export interface SubackPacket {
  readonly type: 'suback' | 'unsuback';
  readonly packetId: number;
  readonly reasonCodes: readonly number[];
  readonly properties?: Properties | undefined;
}

export interface PingPacket {
  readonly type: 'pingreq' | 'pingresp';
}

export interface DisconnectPacket {
  readonly type: 'disconnect';
  readonly reasonCode: number;
  readonly properties?: Properties | undefined;
}

export interface AuthPacket {
  readonly type: 'auth';
  readonly reasonCode: number;
  readonly properties?: Properties | undefined;
}

/** How many things a packet asks for that nobody's receive window bounds. */
export function requestsIn(packet: Packet): number {
  if (packet.type === 'subscribe') return packet.subscriptions.length;
  if (packet.type === 'unsubscribe') return packet.filters.length;
  return packet.type === 'pingreq' ? 1 : 0;
}

export type Packet =
  | ConnectPacket
  | ConnackPacket
  | PublishPacket
  | AckPacket
  | SubscribePacket
  | SubackPacket
  | UnsubscribePacket
  | PingPacket
  | DisconnectPacket
  | AuthPacket;

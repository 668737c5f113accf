// SPDX-License-Identifier: Apache-2.0
import type {
  AckPacket,
  AuthPacket,
  ConnackPacket,
  ConnectPacket,
  DisconnectPacket,
  Packet,
  Properties,
  ProtocolVersion,
  PublishPacket,
  SubackPacket,
  SubscribePacket,
  SubscriptionOptions,
  UnsubscribePacket,
} from '../packets.ts';
import { packetCode, type PropertyHolder } from '../table.ts';
import {
  propertiesSize,
  varintSize,
  writeBinary,
  writeProperties,
  writeText,
  writeVarint,
} from './properties.ts';
import type { PacketWriter } from './writer.ts';

/** Largest packet of the format: a remaining length of four bytes and the header, § 2.1.4. */
const formatBytesMax = 268_435_455 + 5;

/**
 * Appends a packet to the writer. Where it would exceed `packetBytesMax` (the peer's Maximum Packet Size), its user
 * properties are left out, then its reason string ([MQTT-3.2.2-19], [MQTT-3.2.2-20], [MQTT-3.4.2-2], …), never those
 * of a PUBLISH [MQTT-3.3.2-17]. False: it does not fit, and nothing was written [MQTT-3.1.2-24].
 */
export function encodePacket(
  version: ProtocolVersion,
  packet: Packet,
  writer: PacketWriter,
  packetBytesMax: number = formatBytesMax,
): boolean {
  const fitting = fit(version, packet, Math.min(packetBytesMax, formatBytesMax));
  if (fitting === undefined) return false;
  const body = bodySize(version, fitting);
  const bytes = 1 + varintSize(body) + body;
  const offset = writer.reserve(bytes);
  const { buffer } = writer;
  buffer[offset] = firstByte(fitting);
  const at = writeVarint(buffer, offset + 1, body);
  writeBody(version, fitting, buffer, at);
  return true;
}

/** Bytes of the whole packet. */
export function packetSize(version: ProtocolVersion, packet: Packet): number {
  const body = bodySize(version, packet);
  return 1 + varintSize(body) + body;
}

function fit(version: ProtocolVersion, packet: Packet, bytesMax: number): Packet | undefined {
  if (packetSize(version, packet) <= bytesMax) return packet;
  if (version === 4 || !('properties' in packet) || packet.type === 'publish') return undefined;
  const { userProperties: _, ...withoutPairs } = packet.properties ?? {};
  const shorter: Packet = { ...packet, properties: withoutPairs };
  if (packetSize(version, shorter) <= bytesMax) return shorter;
  const { reasonString: __, ...withoutReason } = withoutPairs;
  const shortest: Packet = { ...packet, properties: withoutReason };
  return packetSize(version, shortest) <= bytesMax ? shortest : undefined;
}

function firstByte(packet: Packet): number {
  const code = packetCode[packet.type] << 4;
  switch (packet.type) {
    case 'publish':
      return publishFirstByte(packet.qos, packet.retain, packet.dup);
    case 'pubrel':
    case 'subscribe':
    case 'unsubscribe':
      return code | 2;
    default:
      return code;
  }
}

/** First byte of a PUBLISH, § 3.3.1. */
export function publishFirstByte(qos: number, retain: boolean, dup: boolean): number {
  return 0x30 | (dup ? 8 : 0) | (qos << 1) | (retain ? 1 : 0);
}

/** Bytes of properties with their length field; none in 3.1.1. */
function fieldSize(
  version: ProtocolVersion,
  holder: PropertyHolder,
  properties: Properties | undefined,
): number {
  if (version === 4) return 0;
  const size = propertiesSize(holder, properties);
  return varintSize(size) + size;
}

function textSize(text: string): number {
  return 2 + Buffer.byteLength(text);
}

function bodySize(version: ProtocolVersion, packet: Packet): number {
  switch (packet.type) {
    case 'connect':
      return connectSize(packet);
    case 'connack':
      return 2 + fieldSize(version, 'connack', packet.properties);
    case 'publish': {
      const head = textSize(packet.topic) + (packet.qos === 0 ? 0 : 2);
      return head + fieldSize(version, 'publish', packet.properties) + packet.payload.length;
    }
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
      return 2 + tailSize(version, packet);
    case 'disconnect':
    case 'auth':
      return tailSize(version, packet);
    case 'subscribe': {
      const head = 2 + fieldSize(version, 'subscribe', packet.properties);
      return packet.subscriptions.reduce((size, { filter }) => size + textSize(filter) + 1, head);
    }
    case 'unsubscribe': {
      const head = 2 + fieldSize(version, 'unsubscribe', packet.properties);
      return packet.filters.reduce((size, filter) => size + textSize(filter), head);
    }
    case 'suback':
    case 'unsuback': {
      if (version === 4 && packet.type === 'unsuback') return 2;
      return 2 + fieldSize(version, packet.type, packet.properties) + packet.reasonCodes.length;
    }
    case 'pingreq':
    case 'pingresp':
      return 0;
  }
}

function connectSize(packet: ConnectPacket): number {
  const { version, will, username, password, properties } = packet;
  let size = 10 + fieldSize(version, 'connect', properties) + textSize(packet.clientId);
  if (will !== undefined) {
    size += fieldSize(version, 'will', will.properties) + textSize(will.topic);
    size += 2 + will.payload.length;
  }
  if (username !== undefined) size += textSize(username);
  if (password !== undefined) size += 2 + password.length;
  return size;
}

/** Reason code and properties, left out where the standard lets them be, § 3.4.2.1, § 3.14.2.1, § 3.15.2.1. */
function tailSize(
  version: ProtocolVersion,
  packet: AckPacket | DisconnectPacket | AuthPacket,
): number {
  if (version === 4) return 0;
  const size = propertiesSize(packet.type, packet.properties);
  if (size > 0) return 1 + varintSize(size) + size;
  return packet.reasonCode === 0 ? 0 : 1;
}

function writeBody(version: ProtocolVersion, packet: Packet, buffer: Buffer, at: number): void {
  switch (packet.type) {
    case 'connect':
      return writeConnect(packet, buffer, at);
    case 'connack':
      return writeConnack(version, packet, buffer, at);
    case 'publish':
      return writePublish(version, packet, buffer, at);
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
      return writeTail(version, packet, buffer, buffer.writeUInt16BE(packet.packetId, at));
    case 'disconnect':
    case 'auth':
      return writeTail(version, packet, buffer, at);
    case 'subscribe':
      return writeSubscribe(version, packet, buffer, at);
    case 'unsubscribe':
      return writeUnsubscribe(version, packet, buffer, at);
    case 'suback':
    case 'unsuback':
      return writeSuback(version, packet, buffer, at);
    case 'pingreq':
    case 'pingresp':
  }
}

function writeField(
  buffer: Buffer,
  at: number,
  holder: PropertyHolder,
  properties: Properties | undefined,
): number {
  const body = writeVarint(buffer, at, propertiesSize(holder, properties));
  return writeProperties(buffer, body, holder, properties);
}

function writeConnect(packet: ConnectPacket, buffer: Buffer, offset: number): void {
  const { version, will, username, password } = packet;
  let at = writeText(buffer, offset, 'MQTT');
  at = buffer.writeUInt8(version, at);
  at = buffer.writeUInt8(connectFlags(packet), at);
  at = buffer.writeUInt16BE(packet.keepAliveSeconds, at);
  if (version === 5) at = writeField(buffer, at, 'connect', packet.properties);
  at = writeText(buffer, at, packet.clientId);
  if (will !== undefined) {
    if (version === 5) at = writeField(buffer, at, 'will', will.properties);
    at = writeText(buffer, at, will.topic);
    at = writeBinary(buffer, at, will.payload);
  }
  if (username !== undefined) at = writeText(buffer, at, username);
  if (password !== undefined) writeBinary(buffer, at, password);
}

function connectFlags({ cleanStart, will, username, password }: ConnectPacket): number {
  const willFlags = will === undefined ? 0 : 0x04 | (will.qos << 3) | (will.retain ? 0x20 : 0);
  const credentials = (username === undefined ? 0 : 0x80) | (password === undefined ? 0 : 0x40);
  return (cleanStart ? 0x02 : 0) | willFlags | credentials;
}

function writeConnack(
  version: ProtocolVersion,
  packet: ConnackPacket,
  buffer: Buffer,
  offset: number,
): void {
  const at = buffer.writeUInt8(packet.sessionPresent ? 1 : 0, offset);
  const next = buffer.writeUInt8(packet.reasonCode, at);
  if (version === 5) writeField(buffer, next, 'connack', packet.properties);
}

function writePublish(
  version: ProtocolVersion,
  packet: PublishPacket,
  buffer: Buffer,
  offset: number,
): void {
  let at = writeText(buffer, offset, packet.topic);
  if (packet.qos !== 0) at = buffer.writeUInt16BE(packet.packetId, at);
  if (version === 5) at = writeField(buffer, at, 'publish', packet.properties);
  buffer.set(packet.payload, at);
}

function writeTail(
  version: ProtocolVersion,
  packet: AckPacket | DisconnectPacket | AuthPacket,
  buffer: Buffer,
  at: number,
): void {
  const size = tailSize(version, packet);
  if (size === 0) return;
  const next = buffer.writeUInt8(packet.reasonCode, at);
  if (size > 1) writeField(buffer, next, packet.type, packet.properties);
}

function writeSubscribe(
  version: ProtocolVersion,
  packet: SubscribePacket,
  buffer: Buffer,
  offset: number,
): void {
  let at = buffer.writeUInt16BE(packet.packetId, offset);
  if (version === 5) at = writeField(buffer, at, 'subscribe', packet.properties);
  for (const subscription of packet.subscriptions) {
    at = writeText(buffer, at, subscription.filter);
    at = buffer.writeUInt8(optionBits(version, subscription), at);
  }
}

function optionBits(version: ProtocolVersion, options: SubscriptionOptions): number {
  if (version === 4) return options.qos;
  const local = options.noLocal ? 0x04 : 0;
  const retain = (options.retainAsPublished ? 0x08 : 0) | (options.retainHandling << 4);
  return options.qos | local | retain;
}

function writeUnsubscribe(
  version: ProtocolVersion,
  packet: UnsubscribePacket,
  buffer: Buffer,
  offset: number,
): void {
  let at = buffer.writeUInt16BE(packet.packetId, offset);
  if (version === 5) at = writeField(buffer, at, 'unsubscribe', packet.properties);
  for (const filter of packet.filters) at = writeText(buffer, at, filter);
}

function writeSuback(
  version: ProtocolVersion,
  packet: SubackPacket,
  buffer: Buffer,
  offset: number,
): void {
  let at = buffer.writeUInt16BE(packet.packetId, offset);
  if (version === 5) at = writeField(buffer, at, packet.type, packet.properties);
  else if (packet.type === 'unsuback') return;
  for (const code of packet.reasonCodes) {
    // 3.1.1 knows one failure code, § 3.9.3 of 3.1.1.
    at = buffer.writeUInt8(version === 4 && code >= 0x80 ? 0x80 : code, at);
  }
}

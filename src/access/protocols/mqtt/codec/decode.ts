// SPDX-License-Identifier: Apache-2.0
import type {
  AckPacket,
  AuthPacket,
  DisconnectPacket,
  Packet,
  ProtocolVersion,
} from '../packets.ts';
import { packetByCode, reason, reasonAllowed, type PacketName } from '../table.ts';
import { decodeConnect } from './decode-connect.ts';
import { decodePublish } from './decode-publish.ts';
import {
  decodeConnack,
  decodeSuback,
  decodeSubscribe,
  decodeUnsubscribe,
} from './decode-subscribe.ts';
import type { CodecLimits } from './limits.ts';
import { readProperties } from './properties.ts';
import { Reader } from './reader.ts';

/** What is wrong with a packet: a plain value. */
export interface Malformed {
  readonly malformed: true;
  /** v5 reason code to close with. */
  readonly reason: number;
  /** The statement or section that is violated. */
  readonly clause: string;
  /** Byte offset from the start of the packet. */
  readonly at: number;
  /** For a refused CONNECT that may be answered with a CONNACK: the version of that answer. */
  readonly version?: ProtocolVersion | undefined;
  /** The sender has ended the connection with this packet: close without an answer. */
  readonly final?: boolean | undefined;
}

export function isMalformed(result: Packet | Malformed): result is Malformed {
  return 'malformed' in result;
}

/**
 * Decodes one whole packet, `buffer[start, end)` from its fixed header on.
 * `version` is that of the connection; undefined asks for CONNECT as the first packet. The result owns its buffers.
 * Everything that the standard calls malformed or a Protocol Error in a packet by itself comes back as `Malformed`.
 */
// oxlint-disable-next-line max-params -- a span of a buffer is three of them, and an object per packet costs more
export function decodePacket(
  version: ProtocolVersion | undefined,
  buffer: Buffer,
  start: number,
  end: number,
  limits: CodecLimits,
): Packet | Malformed {
  const reader = new Reader(buffer, start, end);
  const first = reader.byte();
  const remaining = reader.varint(version === 5);
  if (reader.fault === 0 && reader.at + remaining !== end) {
    reader.fail(reason.malformedPacket, '§ 2.1.4', start + 1);
  }
  const name = checkType(reader, first, version, limits);
  if (name === undefined || reader.fault !== 0) return malformed(reader);
  if (name === 'connect') return decodeConnect(reader, limits) ?? malformed(reader);
  const packet = decodeBody(reader, name, version ?? 4, limits);
  if (reader.fault === 0 && reader.at !== end) reader.fail(reason.malformedPacket, '§ 2.1.4');
  return reader.fault === 0 && packet !== undefined ? packet : malformed(reader);
}

function malformed(reader: Reader): Malformed {
  const { fault, clause, faultAt, version, final } = reader;
  return { malformed: true, reason: fault, clause, at: faultAt, version, final };
}

/** The type named by the first byte, if it may come here, from this sender, with these flags. */
function checkType(
  reader: Reader,
  first: number,
  version: ProtocolVersion | undefined,
  limits: CodecLimits,
): PacketName | undefined {
  const row = packetByCode[first >> 4];
  const refuse = (code: number, clause: string): undefined =>
    reader.fail(code, clause, reader.start);
  if (row === undefined) return refuse(reason.protocolError, '§ 2.1.2');
  if (version === undefined && row.name !== 'connect') {
    return refuse(reason.protocolError, '[MQTT-3.1.0-1]');
  }
  if (version !== undefined && row.name === 'connect') {
    return refuse(reason.protocolError, '[MQTT-3.1.0-2]');
  }
  const from = version === 4 && row.from3 !== undefined ? row.from3 : row.from;
  if (from !== 'both' && from !== limits.sender) return refuse(reason.protocolError, '§ 2.1.2');
  if (row.flags !== undefined && row.flags !== (first & 0x0f)) {
    return refuse(reason.malformedPacket, row.flagsClause);
  }
  return row.name;
}

function decodeBody(
  reader: Reader,
  name: Exclude<PacketName, 'connect'>,
  version: ProtocolVersion,
  limits: CodecLimits,
): Packet | undefined {
  switch (name) {
    case 'publish':
      return decodePublish(reader, version, limits);
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
      return decodeAck(reader, name, version, limits);
    case 'subscribe':
      return decodeSubscribe(reader, version, limits);
    case 'unsubscribe':
      return decodeUnsubscribe(reader, version, limits);
    case 'pingreq':
    case 'pingresp':
      return { type: name };
    case 'disconnect':
      return decodeDisconnect(reader, version, limits);
    case 'auth':
      return decodeAuth(reader, limits);
    case 'connack':
      return decodeConnack(reader, version, limits);
    case 'suback':
    case 'unsuback':
      return decodeSuback(reader, name, version, limits);
  }
}

/** § 3.4 to § 3.7; without a reason code it is Success, § 3.4.2.1. */
function decodeAck(
  reader: Reader,
  type: AckPacket['type'],
  version: ProtocolVersion,
  limits: CodecLimits,
): AckPacket {
  const packetId = reader.packetId('§ 2.2.1');
  if (version === 4 || reader.at === reader.end) return { type, packetId, reasonCode: 0 };
  const reasonCode = readReason(reader, type, limits);
  if (reader.at === reader.end) return { type, packetId, reasonCode };
  const properties = readProperties(reader, type, limits);
  return { type, packetId, reasonCode, properties };
}

/** § 3.14 */
function decodeDisconnect(
  reader: Reader,
  version: ProtocolVersion,
  limits: CodecLimits,
): DisconnectPacket {
  const type = 'disconnect';
  if (version === 4 || reader.at === reader.end) return { type, reasonCode: 0 };
  const reasonCode = readReason(reader, type, limits);
  // [MQTT-3.14.4-1] whoever sends DISCONNECT sends nothing more, so a wrong code in it needs no answer.
  if (reader.fault === reason.protocolError) reader.final = true;
  if (reader.at === reader.end) return { type, reasonCode };
  const properties = readProperties(reader, type, limits);
  // Malformed properties were refused already, and are answered.
  const refused = reader.fault !== 0;
  if (!refused && limits.sender === 'client' && properties?.serverReference !== undefined) {
    reader.fail(reason.protocolError, '§ 3.14.2.2.5');
    reader.final = true;
  }
  return { type, reasonCode, properties };
}

/** § 3.15; only the short form of a success comes without an authentication method, § 3.15.2.2.2. */
function decodeAuth(reader: Reader, limits: CodecLimits): AuthPacket {
  const type = 'auth';
  if (reader.at === reader.end) return { type, reasonCode: 0 };
  const reasonCode = readReason(reader, type, limits);
  const properties = reader.at === reader.end ? undefined : readProperties(reader, type, limits);
  if (properties?.authenticationMethod === undefined) {
    reader.fail(reason.protocolError, '§ 3.15.2.2.2');
  }
  return { type, reasonCode, properties };
}

function readReason(
  reader: Reader,
  type: AckPacket['type'] | 'disconnect' | 'auth',
  limits: CodecLimits,
): number {
  const from = reader.at;
  const code = reader.byte();
  if (!reasonAllowed(type, code, limits.sender)) reader.fail(reason.protocolError, '§ 2.4', from);
  return code;
}

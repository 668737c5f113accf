// SPDX-License-Identifier: Apache-2.0
import type { ConnectPacket, ProtocolVersion, QoS, Will } from '../packets.ts';
import { reason } from '../table.ts';
import type { CodecLimits } from './limits.ts';
import { readProperties } from './properties.ts';
import type { Reader } from './reader.ts';
import { readTopicName } from './read-topic.ts';

const willFlag = 0x04;
const willRetainFlag = 0x20;
const passwordFlag = 0x40;
const usernameFlag = 0x80;

/** Protocol levels by protocol name, § 3.1.2.1 and § 3.1.2.2; level 3 is MQTT 3.1, whose packets are those of 3.1.1. */
const levels: Readonly<Record<string, readonly number[]>> = { MQTT: [4, 5], MQIsdp: [3] };

/** The body of CONNECT, § 3.1; undefined after a fault. */
export function decodeConnect(reader: Reader, limits: CodecLimits): ConnectPacket | undefined {
  const level = readLevel(reader);
  if (reader.fault !== 0) return undefined;
  const version: ProtocolVersion = level === 5 ? 5 : 4;
  const flags = readFlags(reader, level);
  const keepAliveSeconds = reader.uint16();
  const properties = version === 5 ? readProperties(reader, 'connect', limits) : undefined;
  checkAuthentication(reader, properties);
  const clientIdAt = reader.at;
  const clientId = reader.text();
  const will = flags & willFlag ? readWill(reader, flags, version, limits) : undefined;
  const username = flags & usernameFlag ? reader.text() : undefined;
  const password = flags & passwordFlag ? reader.binary() : undefined;
  if (reader.fault === 0 && reader.at !== reader.end) {
    reader.fail(reason.malformedPacket, '[MQTT-3.1.3-1]');
  }
  if (reader.fault !== 0) return undefined;
  const cleanStart = (flags & 0x02) !== 0;
  if (!clientIdTaken(clientId, level, cleanStart, limits)) {
    reader.version = version;
    const tooLong = Buffer.byteLength(clientId) > limits.clientIdBytesMax;
    const clause = tooLong ? 'mqtt.clientIdBytesMax' : '[MQTT-3.1.3-8]';
    reader.fail(reason.clientIdentifierNotValid, clause, clientIdAt);
    return undefined;
  }
  return {
    type: 'connect',
    version,
    cleanStart,
    keepAliveSeconds,
    clientId,
    will,
    username,
    password,
    properties,
  };
}

function readLevel(reader: Reader): number {
  const name = reader.text();
  const at = reader.at;
  const level = reader.byte();
  if (reader.fault !== 0) return 0;
  const known = Object.hasOwn(levels, name) ? levels[name] : undefined;
  if (known === undefined) {
    reader.fail(reason.malformedPacket, '[MQTT-3.1.2-1]', reader.start + 2);
  } else if (!known.includes(level)) {
    // The answer has the form that every version before 5 understands [MQTT-3.1.2-2].
    reader.version = 4;
    reader.fail(reason.unsupportedProtocolVersion, '[MQTT-3.1.2-2]', at);
  }
  return level;
}

/** § 3.1.2.3 */
function readFlags(reader: Reader, level: number): number {
  const at = reader.at;
  const flags = reader.byte();
  const refuse = (clause: string): void => reader.fail(reason.malformedPacket, clause, at);
  // MQTT 3.1 leaves the bit unused.
  if (flags & 0x01 && level !== 3) refuse('[MQTT-3.1.2-3]');
  if (flags & willFlag) {
    if ((flags & 0x18) === 0x18) refuse('[MQTT-3.1.2-12]');
  } else if (flags & 0x38) {
    refuse('[MQTT-3.1.2-11]');
  }
  // [MQTT-3.1.2-22] of 3.1.1; v5 takes a password alone, § 3.1.2.9.
  if (level !== 5 && flags & passwordFlag && !(flags & usernameFlag)) refuse('[MQTT-3.1.2-22]');
  return flags;
}

function checkAuthentication(reader: Reader, properties: ConnectPacket['properties']): void {
  if (properties?.authenticationData === undefined) return;
  if (properties.authenticationMethod === undefined) {
    reader.fail(reason.protocolError, '§ 3.1.2.11.10');
  }
}

/** § 3.1.3.2 to § 3.1.3.4 */
function readWill(
  reader: Reader,
  flags: number,
  version: ProtocolVersion,
  limits: CodecLimits,
): Will {
  const properties = version === 5 ? readProperties(reader, 'will', limits) : undefined;
  const topic = readTopicName(reader, limits);
  const payload = reader.binary();
  const retain = (flags & willRetainFlag) !== 0;
  return { topic, payload, qos: qosOf(flags >> 3), retain, properties };
}

/** QoS in the two low bits; 3 is refused before. */
export function qosOf(bits: number): QoS {
  const two = bits & 3;
  return two === 0 ? 0 : two === 1 ? 1 : 2;
}

/**
 * § 3.1.3.1: 3.1 wants an identifier, 3.1.1 one unless the session is clean [MQTT-3.1.3-7]. A level that is a wildcard
 * is refused, so that an identifier put into a topic can never become a filter that matches more.
 */
function clientIdTaken(
  clientId: string,
  level: number,
  cleanStart: boolean,
  limits: CodecLimits,
): boolean {
  if (clientId === '') return level === 5 || (level === 4 && cleanStart);
  if (Buffer.byteLength(clientId) > limits.clientIdBytesMax) return false;
  return !/(^|\/)[+#](\/|$)/.test(clientId);
}

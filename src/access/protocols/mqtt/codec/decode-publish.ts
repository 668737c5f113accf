// SPDX-License-Identifier: Apache-2.0
import type { ProtocolVersion, PublishPacket } from '../packets.ts';
import { reason } from '../table.ts';
import { qosOf } from './decode-connect.ts';
import type { CodecLimits } from './limits.ts';
import { readProperties } from './properties.ts';
import type { Reader } from './reader.ts';
import { readTopicName } from './read-topic.ts';

/** The body of PUBLISH, § 3.3, field by field: the reference for `scanPublish`, and for all but the hot path. */
export function decodePublish(
  reader: Reader,
  version: ProtocolVersion,
  limits: CodecLimits,
): PublishPacket | undefined {
  const flags = reader.buffer.readUInt8(reader.start) & 0x0f;
  const refuse = (clause: string): void =>
    reader.fail(reason.malformedPacket, clause, reader.start);
  if ((flags & 0x06) === 0x06) refuse('[MQTT-3.3.1-4]');
  if ((flags & 0x0e) === 0x08) refuse('[MQTT-3.3.1-2]');
  const qos = qosOf(flags >> 1);
  const topicAt = reader.at;
  const emptyTopic = version === 5 && reader.end - topicAt >= 2 && reader.peekUint16() === 0;
  const topic = emptyTopic ? reader.text() : readTopicName(reader, limits);
  const packetId = qos === 0 ? 0 : reader.packetId('[MQTT-2.2.1-2]');
  const properties = version === 5 ? readProperties(reader, 'publish', limits) : undefined;
  // § 3.3.2.3.4
  if (emptyTopic && properties?.topicAlias === undefined) {
    reader.fail(reason.protocolError, '[MQTT-3.3.2-8]', topicAt);
  }
  if (reader.fault !== 0) return undefined;
  // [MQTT-3.3.4-6] binds the client; one that is there says nothing about our subscriptions and is not passed on.
  if (limits.sender === 'client') delete properties?.subscriptionIdentifiers;
  return {
    type: 'publish',
    topic,
    payload: reader.bytes(reader.end - reader.at),
    qos,
    retain: (flags & 0x01) !== 0,
    dup: (flags & 0x08) !== 0,
    packetId,
    properties,
  };
}

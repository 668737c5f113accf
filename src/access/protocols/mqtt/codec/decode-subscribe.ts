// SPDX-License-Identifier: Apache-2.0
import type {
  ConnackPacket,
  ProtocolVersion,
  SubackPacket,
  SubscribePacket,
  SubscriptionOptions,
  UnsubscribePacket,
} from '../packets.ts';
import { reason, reasonAllowed, returnCodeTable } from '../table.ts';
import { isShared } from '../topic.ts';
import { qosOf } from './decode-connect.ts';
import type { CodecLimits } from './limits.ts';
import { readProperties } from './properties.ts';
import { readTopicFilter } from './read-topic.ts';
import type { Reader } from './reader.ts';

/** § 3.8 */
export function decodeSubscribe(
  reader: Reader,
  version: ProtocolVersion,
  limits: CodecLimits,
): SubscribePacket {
  const packetId = reader.packetId('[MQTT-2.2.1-3]');
  const properties = version === 5 ? readProperties(reader, 'subscribe', limits) : undefined;
  const subscriptions: (SubscriptionOptions & { filter: string })[] = [];
  if (reader.at === reader.end) reader.fail(reason.malformedPacket, '[MQTT-3.8.3-2]');
  while (reader.at < reader.end) {
    const filter = readTopicFilter(reader, limits);
    const options = readOptions(reader, version, filter);
    subscriptions.push({ filter, ...options });
  }
  return { type: 'subscribe', packetId, subscriptions, properties };
}

/** § 3.8.3.1; 3.1.1 has only the QoS there, [MQTT-3-8.3-4] of 3.1.1. */
function readOptions(
  reader: Reader,
  version: ProtocolVersion,
  filter: string,
): SubscriptionOptions {
  const at = reader.at;
  const bits = reader.byte();
  const refuse = (code: number, clause: string): void => reader.fail(code, clause, at);
  if (bits & (version === 4 ? 0xfc : 0xc0)) refuse(reason.malformedPacket, '[MQTT-3.8.3-5]');
  if ((bits & 3) === 3) refuse(reason.malformedPacket, '[MQTT-3.8.3-4]');
  const handling = (bits >> 4) & 3;
  if (handling === 3) refuse(reason.protocolError, '§ 3.8.3.1');
  const noLocal = (bits & 0x04) !== 0;
  if (noLocal && isShared(filter)) refuse(reason.protocolError, '[MQTT-3.8.3-4]');
  return {
    qos: qosOf(bits),
    noLocal,
    retainAsPublished: (bits & 0x08) !== 0,
    retainHandling: qosOf(handling),
  };
}

/** § 3.10 */
export function decodeUnsubscribe(
  reader: Reader,
  version: ProtocolVersion,
  limits: CodecLimits,
): UnsubscribePacket {
  const packetId = reader.packetId('[MQTT-2.2.1-3]');
  const properties = version === 5 ? readProperties(reader, 'unsubscribe', limits) : undefined;
  const filters: string[] = [];
  if (reader.at === reader.end) reader.fail(reason.malformedPacket, '[MQTT-3.10.3-2]');
  while (reader.at < reader.end) filters.push(readTopicFilter(reader, limits));
  return { type: 'unsubscribe', packetId, filters, properties };
}

/** § 3.2; a client reads it. */
export function decodeConnack(
  reader: Reader,
  version: ProtocolVersion,
  limits: CodecLimits,
): ConnackPacket {
  const flags = reader.byte();
  if (flags & 0xfe) reader.fail(reason.malformedPacket, '[MQTT-3.2.2-1]', reader.at - 1);
  const reasonCode = reader.byte();
  const known =
    version === 5
      ? reasonAllowed('connack', reasonCode, limits.sender)
      : reasonCode < returnCodeTable.length;
  if (!known) reader.fail(reason.protocolError, '§ 3.2.2.2', reader.at - 1);
  const sessionPresent = flags === 1;
  // [MQTT-3.2.2-6]
  if (sessionPresent && reasonCode !== 0) reader.fail(reason.protocolError, '[MQTT-3.2.2-6]');
  const properties = version === 5 ? readProperties(reader, 'connack', limits) : undefined;
  return { type: 'connack', sessionPresent, reasonCode, properties };
}

/** § 3.9 and § 3.11; a client reads them. */
export function decodeSuback(
  reader: Reader,
  type: SubackPacket['type'],
  version: ProtocolVersion,
  limits: CodecLimits,
): SubackPacket {
  const packetId = reader.packetId('§ 2.2.1');
  if (version === 4 && type === 'unsuback') return { type, packetId, reasonCodes: [] };
  const properties = version === 5 ? readProperties(reader, type, limits) : undefined;
  const reasonCodes: number[] = [];
  if (reader.at === reader.end) reader.fail(reason.malformedPacket, '§ 3.9.3');
  while (reader.at < reader.end) {
    const code = reader.byte();
    const known =
      version === 5 ? reasonAllowed(type, code, limits.sender) : code <= 2 || code === 0x80;
    if (!known) reader.fail(reason.protocolError, '§ 3.9.3', reader.at - 1);
    reasonCodes.push(code);
  }
  return { type, packetId, reasonCodes, properties };
}

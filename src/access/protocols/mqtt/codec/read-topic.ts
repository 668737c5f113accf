// SPDX-License-Identifier: Apache-2.0
import { reason } from '../table.ts';
import { isShared, isTopicName, parseFilter, topicLevels } from '../topic.ts';
import type { CodecLimits } from './limits.ts';
import type { Reader } from './reader.ts';

/** A topic name that is not empty and has no wildcards [MQTT-4.7.1-1], [MQTT-4.7.3-1], within the limits. */
export function readTopicName(reader: Reader, limits: CodecLimits): string {
  const from = reader.at;
  const name = reader.text();
  if (reader.fault !== 0) return name;
  if (!isTopicName(name)) {
    reader.fail(reason.malformedPacket, name === '' ? '[MQTT-4.7.3-1]' : '[MQTT-3.3.2-2]', from);
    return name;
  }
  const exceeded = exceededLimit(name, reader.at - from - 2, limits);
  if (exceeded !== undefined) reader.fail(reason.topicNameInvalid, exceeded, from);
  return name;
}

/** A topic filter that is well-formed, shared or not, within the limits. */
export function readTopicFilter(reader: Reader, limits: CodecLimits): string {
  const from = reader.at;
  const filter = reader.text();
  if (reader.fault !== 0) return filter;
  if (parseFilter(filter) === undefined) {
    if (isShared(filter)) reader.fail(reason.protocolError, '[MQTT-4.8.2-2]', from);
    else reader.fail(reason.malformedPacket, filterClause(filter), from);
    return filter;
  }
  const exceeded = exceededLimit(filter, reader.at - from - 2, limits);
  if (exceeded !== undefined) reader.fail(reason.topicFilterInvalid, exceeded, from);
  return filter;
}

function filterClause(filter: string): string {
  if (filter === '') return '[MQTT-4.7.3-1]';
  return filter.includes('#') ? '[MQTT-4.7.1-1]' : '[MQTT-4.7.1-2]';
}

/** The name of the limit stands in place of a clause: the standard leaves it to the server, § 4.7.3. */
function exceededLimit(topic: string, bytes: number, limits: CodecLimits): string | undefined {
  if (bytes > limits.topicBytesMax) return 'mqtt.topicBytesMax';
  return topicLevels(topic) > limits.topicLevelsMax ? 'mqtt.topicLevelsMax' : undefined;
}

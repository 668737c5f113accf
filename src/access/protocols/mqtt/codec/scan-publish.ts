// oxlint-disable no-non-null-assertion -- reads are bounds-checked by the surrounding loop
// SPDX-License-Identifier: Apache-2.0
import type { Properties, ProtocolVersion, QoS } from '../packets.ts';
import { reason } from '../table.ts';
import type { CodecLimits } from './limits.ts';
import { readPropertyList } from './properties.ts';
import { Reader } from './reader.ts';
import { textFaultAt } from './text.ts';

/** Where the parts of a PUBLISH lie, as offsets into the scanned buffer; made once, filled for each packet. */
export class PublishView {
  readonly limits: CodecLimits;
  topicStart = 0;
  topicEnd = 0;
  /** 0 for QoS 0. */
  packetId = 0;
  qos: QoS = 0;
  retain = false;
  dup = false;
  /** The properties without their length field; both ends equal where there are none. */
  propertiesStart = 0;
  propertiesEnd = 0;
  /** 0 for none; with an alias the topic may be empty. */
  topicAlias = 0;
  payloadStart = 0;
  payloadEnd = 0;

  constructor(limits: CodecLimits) {
    this.limits = limits;
  }
}

/**
 * Checks one whole PUBLISH, `buffer[start, end)`, exactly as `decodePacket` does, and fills the view; allocates nothing.
 * Returns 0, or the v5 reason code of what is wrong (`decodePacket` names clause and offset).
 */
// oxlint-disable-next-line max-params -- a span of a buffer is three of them, and an object per packet costs more
export function scanPublish(
  version: ProtocolVersion,
  buffer: Buffer,
  start: number,
  end: number,
  view: PublishView,
): number {
  let at = start + 1;
  let remaining = 0;
  let shift = 0;
  let byte = 0x80;
  while (byte >= 0x80) {
    if (shift > 21 || at >= end) return reason.malformedPacket;
    byte = buffer[at++]!;
    remaining |= (byte & 0x7f) << shift;
    shift += 7;
  }
  if (version === 5 && byte === 0 && shift > 7) return reason.malformedPacket;
  if (at + remaining !== end) return reason.malformedPacket;

  const first = buffer[start]!;
  if (first >> 4 !== 3) return reason.protocolError;
  // [MQTT-3.3.1-4] no QoS 3; [MQTT-3.3.1-2] no DUP with QoS 0.
  if ((first & 0x06) === 0x06 || (first & 0x0e) === 0x08) return reason.malformedPacket;

  if (remaining < 2) return reason.malformedPacket;
  const topicLength = (buffer[at]! << 8) | buffer[at + 1]!;
  at += 2;
  const topicEnd = at + topicLength;
  if (topicEnd > end) return reason.malformedPacket;
  if (topicLength > 0) {
    const wrong = topicFault(buffer, at, topicEnd, view.limits);
    if (wrong !== 0) return wrong;
  } else if (version === 4) {
    return reason.malformedPacket;
  }
  view.topicStart = at;
  view.topicEnd = topicEnd;
  view.qos = (first & 0x04) !== 0 ? 2 : (first & 0x02) !== 0 ? 1 : 0;
  view.retain = (first & 0x01) !== 0;
  view.dup = (first & 0x08) !== 0;
  return scanRest(version, buffer, end, view);
}

/** What follows the topic: packet identifier, properties, payload. */
function scanRest(
  version: ProtocolVersion,
  buffer: Buffer,
  end: number,
  view: PublishView,
): number {
  let at = view.topicEnd;
  view.packetId = 0;
  if (view.qos !== 0) {
    if (at + 2 > end) return reason.malformedPacket;
    view.packetId = (buffer[at]! << 8) | buffer[at + 1]!;
    at += 2;
    // [MQTT-2.2.1-2]
    if (view.packetId === 0) return reason.protocolError;
  }
  view.topicAlias = 0;
  view.payloadEnd = end;
  if (version === 4) {
    view.propertiesStart = view.propertiesEnd = view.payloadStart = at;
    return 0;
  }
  if (at < end && buffer[at] === 0) {
    view.propertiesStart = view.propertiesEnd = view.payloadStart = at + 1;
  } else {
    const wrong = scanProperties(buffer, at, end, view);
    if (wrong !== 0) return wrong;
  }
  // [MQTT-3.3.2-8] an empty topic needs an alias.
  const topicless = view.topicStart === view.topicEnd && view.topicAlias === 0;
  return topicless ? reason.protocolError : 0;
}

/** The rules of `readProperties` for PUBLISH, without an object: a bit for each property seen. */
function scanProperties(buffer: Buffer, from: number, end: number, view: PublishView): number {
  const length = varintAt(buffer, from, end);
  if (length < 0) return reason.malformedPacket;
  let at = from + (length & 7);
  const propertiesEnd = at + (length >> 3);
  if (propertiesEnd > end) return reason.malformedPacket;
  view.propertiesStart = at;
  view.propertiesEnd = view.payloadStart = propertiesEnd;
  const { userPropertiesMax, userPropertyBytesMax, sender } = view.limits;
  let seen = 0;
  let pairs = 0;
  let pairBytes = 0;
  while (at < propertiesEnd) {
    const id = buffer[at]!;
    const next = scanValue(buffer, at + 1, propertiesEnd, id);
    if (next < 0) return -next;
    if (id === 0x26) {
      pairs++;
      pairBytes += next - at - 5;
      if (pairs > userPropertiesMax || pairBytes > userPropertyBytesMax)
        return reason.quotaExceeded;
    } else if (id === 0x23) {
      view.topicAlias = (buffer[at + 1]! << 8) | buffer[at + 2]!;
    }
    const bit = id === 0x23 ? 1 : id === 0x26 || (id === 0x0b && sender === 'server') ? 0 : 1 << id;
    if ((seen & bit) !== 0) return reason.protocolError;
    seen |= bit;
    at = next;
  }
  return 0;
}

/** The offset behind the value of a property, or the negative of the reason code. */
function scanValue(buffer: Buffer, at: number, end: number, id: number): number {
  switch (id) {
    case 0x01:
      if (at >= end) return -reason.malformedPacket;
      return buffer[at]! > 1 ? -reason.protocolError : at + 1;
    case 0x02:
      return at + 4 > end ? -reason.malformedPacket : at + 4;
    case 0x03:
      return scanText(buffer, at, end);
    case 0x08:
      return scanResponseTopic(buffer, at, end);
    case 0x09:
      return behindBinary(buffer, at, end);
    case 0x0b: {
      const value = varintAt(buffer, at, end);
      if (value < 0) return -reason.malformedPacket;
      return value >> 3 === 0 ? -reason.protocolError : at + (value & 7);
    }
    case 0x23:
      if (at + 2 > end) return -reason.malformedPacket;
      return buffer[at] === 0 && buffer[at + 1] === 0 ? -reason.topicAliasInvalid : at + 2;
    case 0x26: {
      const value = scanText(buffer, at, end);
      return value < 0 ? value : scanText(buffer, value, end);
    }
    default:
      return -reason.malformedPacket;
  }
}

function behindBinary(buffer: Buffer, at: number, end: number): number {
  if (at + 2 > end) return -reason.malformedPacket;
  const next = at + 2 + ((buffer[at]! << 8) | buffer[at + 1]!);
  return next > end ? -reason.malformedPacket : next;
}

function scanText(buffer: Buffer, at: number, end: number): number {
  const next = behindBinary(buffer, at, end);
  if (next >= 0 && textFaultAt(buffer, at + 2, next) >= 0) return -reason.malformedPacket;
  return next;
}

/** [MQTT-3.3.2-14] */
function scanResponseTopic(buffer: Buffer, at: number, end: number): number {
  const next = scanText(buffer, at, end);
  if (next < 0) return next;
  for (let i = at + 2; i < next; i++) {
    if (buffer[i] === 0x2b || buffer[i] === 0x23) return -reason.protocolError;
  }
  return next === at + 2 ? -reason.protocolError : next;
}

/** A Variable Byte Integer as value * 8 + bytes, or -1 (§ 1.5.5). */
function varintAt(buffer: Buffer, from: number, end: number): number {
  let value = 0;
  for (let size = 1; size <= 4; size++) {
    if (from + size > end) return -1;
    const byte = buffer[from + size - 1]!;
    value |= (byte & 0x7f) << (7 * (size - 1));
    if (byte < 0x80) return byte === 0 && size > 1 ? -1 : value * 8 + size;
  }
  return -1;
}

/** Well-formed text without wildcards [MQTT-3.3.2-2] within the limits; 0 or what is wrong. */
function topicFault(buffer: Buffer, start: number, end: number, limits: CodecLimits): number {
  let levels = 1;
  let plain = true;
  let wildcard = false;
  for (let at = start; at < end; at++) {
    const byte = buffer[at]!;
    if (byte === 0x2f) levels++;
    else if (byte === 0x2b || byte === 0x23) wildcard = true;
    else if (byte < 0x20 || byte >= 0x7f) plain = false;
  }
  if (!plain && textFaultAt(buffer, start, end) >= 0) return reason.malformedPacket;
  if (wildcard) return reason.malformedPacket;
  const fits = end - start <= limits.topicBytesMax && levels <= limits.topicLevelsMax;
  return fits ? 0 : reason.topicNameInvalid;
}

/** The properties of a PUBLISH that `scanPublish` has passed, in buffers of their own; undefined where there are none. */
export function publishProperties(buffer: Buffer, view: PublishView): Properties | undefined {
  const { propertiesStart: start, propertiesEnd: end, limits } = view;
  if (start === end) return undefined;
  const properties = readPropertyList(new Reader(buffer, start, end), 'publish', limits);
  // [MQTT-3.3.4-6], as in `decodePacket`.
  if (limits.sender === 'client') delete properties.subscriptionIdentifiers;
  return properties;
}

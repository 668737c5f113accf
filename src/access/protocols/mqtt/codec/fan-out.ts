// SPDX-License-Identifier: Apache-2.0
import type { Properties, ProtocolVersion, QoS } from '../packets.ts';
import { publishFirstByte } from './encode.ts';
import { propertiesSize, varintSize, writeProperties, writeVarint } from './properties.ts';
import type { PacketWriter } from './writer.ts';

/** What differs from subscriber to subscriber of one message; what only v5 has is left out for 3.1.1. */
export interface PublishDelivery {
  readonly version: ProtocolVersion;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly dup: boolean;
  /** Ignored for QoS 0. */
  readonly packetId: number;
  readonly subscriptionIdentifiers?: readonly number[] | undefined;
  /** 0 or undefined for none. With `topicKnown` the topic itself is left out, § 3.3.2.3.4. */
  readonly topicAlias?: number | undefined;
  readonly topicKnown?: boolean | undefined;
  /** Seconds left, in place of the message's own [MQTT-3.3.2-6]. */
  readonly messageExpiryInterval?: number | undefined;
}

const empty = Buffer.alloc(0);

/**
 * One message on its way to many subscribers: topic, properties and payload are serialised once, a delivery adds the
 * header and what is the subscriber's own. Give it the publisher's properties; of them, topic alias and subscription
 * identifiers are one connection's matter and not passed on, the expiry is written by each delivery.
 */
export class PreparedPublish {
  readonly #topic: Uint8Array;
  readonly #payload: Uint8Array;
  readonly #properties: Buffer;
  readonly #expiry: number | undefined;

  constructor(topic: Uint8Array | string, payload: Uint8Array, properties?: Properties) {
    this.#topic = typeof topic === 'string' ? Buffer.from(topic) : topic;
    this.#payload = payload;
    this.#properties = properties === undefined ? empty : passedOn(properties);
    this.#expiry = properties?.messageExpiryInterval;
  }

  /** Bytes of the whole packet, for the peer's Maximum Packet Size [MQTT-3.1.2-24] and for queue accounting. */
  size(delivery: PublishDelivery): number {
    const body = this.#bodySize(delivery);
    return 1 + varintSize(body) + body;
  }

  /** Appends the message for one subscriber. */
  write(writer: PacketWriter, delivery: PublishDelivery): void {
    const body = this.#bodySize(delivery);
    let at = writer.reserve(1 + varintSize(body) + body);
    const { buffer } = writer;
    buffer[at] = publishFirstByte(delivery.qos, delivery.retain, delivery.dup);
    at = writeVarint(buffer, at + 1, body);
    const topicBytes = this.#topicSize(delivery);
    buffer[at++] = topicBytes >> 8;
    buffer[at++] = topicBytes & 0xff;
    if (topicBytes > 0) buffer.set(this.#topic, at);
    at += topicBytes;
    if (delivery.qos !== 0) {
      buffer[at++] = delivery.packetId >> 8;
      buffer[at++] = delivery.packetId & 0xff;
    }
    if (delivery.version === 5) at = this.#writeProperties(buffer, at, delivery);
    buffer.set(this.#payload, at);
  }

  #topicSize(delivery: PublishDelivery): number {
    return delivery.version === 5 && delivery.topicKnown === true ? 0 : this.#topic.length;
  }

  #bodySize(delivery: PublishDelivery): number {
    const head = 2 + this.#topicSize(delivery) + (delivery.qos === 0 ? 0 : 2);
    if (delivery.version === 4) return head + this.#payload.length;
    const properties = this.#propertiesSize(delivery);
    return head + varintSize(properties) + properties + this.#payload.length;
  }

  #propertiesSize(delivery: PublishDelivery): number {
    let size = this.#properties.length;
    if (this.#expiryOf(delivery) !== undefined) size += 5;
    if (delivery.topicAlias) size += 3;
    if (delivery.subscriptionIdentifiers !== undefined) {
      for (const id of delivery.subscriptionIdentifiers) size += 1 + varintSize(id);
    }
    return size;
  }

  #writeProperties(buffer: Buffer, offset: number, delivery: PublishDelivery): number {
    let at = writeVarint(buffer, offset, this.#propertiesSize(delivery));
    buffer.set(this.#properties, at);
    at += this.#properties.length;
    const expiry = this.#expiryOf(delivery);
    if (expiry !== undefined) {
      buffer[at] = 0x02;
      at = buffer.writeUInt32BE(expiry, at + 1);
    }
    if (delivery.topicAlias) {
      buffer[at] = 0x23;
      at = buffer.writeUInt16BE(delivery.topicAlias, at + 1);
    }
    for (const id of delivery.subscriptionIdentifiers ?? []) {
      buffer[at] = 0x0b;
      at = writeVarint(buffer, at + 1, id);
    }
    return at;
  }

  #expiryOf(delivery: PublishDelivery): number | undefined {
    return delivery.messageExpiryInterval ?? this.#expiry;
  }
}

/** The publisher's properties as bytes, without those that belong to a connection or to a delivery. */
function passedOn(properties: Properties): Buffer {
  const {
    topicAlias: _alias,
    subscriptionIdentifiers: _identifiers,
    messageExpiryInterval: _expiry,
    ...kept
  } = properties;
  const buffer = Buffer.allocUnsafe(propertiesSize('publish', kept));
  writeProperties(buffer, 0, 'publish', kept);
  return buffer;
}

// SPDX-License-Identifier: Apache-2.0
import type { TimeMs } from '#core';
import { messageBytes, type Message } from './message.ts';
import type { QoS } from './packets.ts';
import type { SharedGroup } from './shared.ts';

/** Packet identifiers of queued deliveries; the ones above are for downlinks, which are not queued. */
export const queuePacketIdMax = 0xbfff;

/** How a message goes to one session. */
export interface DeliveryOptions {
  readonly qos: QoS;
  readonly retain: boolean;
  /** Subscription identifiers of every matching subscription, [MQTT-3.3.4-3]; empty for none. */
  readonly identifiers: readonly number[];
  /** The shared subscription through which it came. */
  readonly group?: SharedGroup | undefined;
}

/** A QoS 1 or 2 message on its way to one session. */
export interface Delivery extends DeliveryOptions {
  readonly message: Message;
  readonly packetId: number;
  /** PUBREC has come: PUBREL is what is sent from now on, [MQTT-4.3.3-8]. */
  received: boolean;
  /** It may have been sent before: DUP when sent again, [MQTT-3.3.1-1]. */
  attempted: boolean;
  /** The client is through with it; the record that says so may still be on its way. */
  acknowledged: boolean;
}

export interface QueueLimits {
  readonly messagesMax: number;
  readonly bytesMax: number;
  /** Of all queues that are counted together. */
  readonly bytesTogetherMax: number;
}

/** Bytes of several queues together. */
export interface QueuedBytes {
  bytes: number;
}

/**
 * The QoS 1 and 2 deliveries of one session, in order. Packet identifiers are given here, when a message is queued,
 * and follow from the log alone: after a crash the same message has the same identifier, [MQTT-4.4.0-1].
 */
export class DeliveryQueue {
  readonly #byId = new Map<number, Delivery>();
  #bytes = 0;
  #together: QueuedBytes = { bytes: 0 };
  nextId = 1;

  get size(): number {
    return this.#byId.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Counts its bytes together with those of other queues, and no more in those it was counted with before. */
  countIn(together: QueuedBytes): void {
    this.#together.bytes -= this.#bytes;
    this.#together = together;
    together.bytes += this.#bytes;
  }

  /** In order of arrival. */
  deliveries(): IterableIterator<Delivery> {
    return this.#byId.values();
  }

  get(packetId: number): Delivery | undefined {
    return this.#byId.get(packetId);
  }

  /** Queues at the end; undefined when the queue is full even without what has expired: the message is dropped. */
  add(message: Message, options: DeliveryOptions, limits: QueueLimits): Delivery | undefined {
    const packetId = this.#takeId();
    const bytes = messageBytes(message);
    if (!this.#fits(bytes, limits)) this.#dropExpired(message.time);
    if (packetId === 0 || !this.#fits(bytes, limits)) return undefined;
    return this.restore({
      ...options,
      message,
      packetId,
      received: false,
      attempted: false,
      acknowledged: false,
    });
  }

  /** Puts a delivery back at the end under its own identifier. */
  restore(delivery: Delivery): Delivery {
    this.#byId.set(delivery.packetId, delivery);
    this.#grow(messageBytes(delivery.message));
    return delivery;
  }

  remove(packetId: number): Delivery | undefined {
    const delivery = this.#byId.get(packetId);
    if (!delivery) return undefined;
    this.#byId.delete(packetId);
    this.#grow(-messageBytes(delivery.message));
    return delivery;
  }

  #fits(bytes: number, limits: QueueLimits): boolean {
    return (
      this.#byId.size < limits.messagesMax &&
      this.#bytes + bytes <= limits.bytesMax &&
      this.#together.bytes + bytes <= limits.bytesTogetherMax
    );
  }

  #grow(bytes: number): void {
    this.#bytes += bytes;
    this.#together.bytes += bytes;
  }

  /** Not QoS 2: a delivery that may have begun is finished, [MQTT-4.3.3-7]. */
  #dropExpired(now: TimeMs): void {
    for (const { message, qos, packetId } of this.#byId.values()) {
      if (message.expiresAt <= now && qos === 1) this.remove(packetId);
    }
  }

  /** The next free identifier, dropped messages count too; 0 when all are taken. */
  #takeId(): number {
    for (let tries = 0; tries < queuePacketIdMax; tries++) {
      const id = this.nextId;
      this.nextId = id === queuePacketIdMax ? 1 : id + 1;
      if (!this.#byId.has(id)) return id;
    }
    return 0;
  }
}

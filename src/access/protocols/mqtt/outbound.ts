// SPDX-License-Identifier: Apache-2.0
import { queuePacketIdMax, type Delivery, type DeliveryQueue } from './queue.ts';

const downlinkIds = 0xffff - queuePacketIdMax;

/** A message for a thing that its sender keeps: sent once. */
export interface Downlink {
  /** Called once: true when the client has acknowledged it, false when the connection ended first. */
  settled(arrived: boolean): void;
}

export type AckOutcome =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'delivery'; readonly delivery: Delivery }
  | { readonly kind: 'downlink'; readonly downlink: Downlink };

/**
 * What is on its way to one connection: at most `window` unacknowledged QoS 1 and 2 messages, § 4.9, the rest waiting
 * in order. Pure: it decides what goes next and what an acknowledgement means.
 */
export class Outbound {
  #window: number;
  readonly #inflight = new Map<number, Delivery>();
  readonly #downlinks = new Map<number, Downlink>();
  #waiting: Delivery[] = [];
  #first = 0;
  #nextDownlink = 0;

  constructor(window: number) {
    this.#window = window;
  }

  get inflight(): number {
    return this.#inflight.size + this.#downlinks.size;
  }

  get load(): number {
    return this.inflight + this.#waiting.length - this.#first;
  }

  get hasRoom(): boolean {
    return this.load < this.#window;
  }

  /** Everything a resumed session still owes goes again, in order, [MQTT-4.4.0-1]. */
  resume(queue: DeliveryQueue): void {
    for (const delivery of queue.deliveries()) {
      if (!delivery.acknowledged) this.#waiting.push(delivery);
    }
  }

  push(delivery: Delivery): void {
    this.#waiting.push(delivery);
  }

  /** The next delivery to send, counted as in flight from now on; undefined while the window is full. */
  next(): Delivery | undefined {
    if (this.inflight >= this.#window) return undefined;
    const delivery = this.#waiting[this.#first];
    if (!delivery) return undefined;
    this.#first++;
    if (this.#first === this.#waiting.length) {
      this.#waiting = [];
      this.#first = 0;
    } else if (this.#first === 1_024) {
      this.#waiting = this.#waiting.slice(this.#first);
      this.#first = 0;
    }
    this.#inflight.set(delivery.packetId, delivery);
    return delivery;
  }

  /** A packet identifier for a downlink; 0 when the window is full. */
  track(downlink: Downlink): number {
    if (this.inflight >= this.#window) return 0;
    do {
      this.#nextDownlink = (this.#nextDownlink % downlinkIds) + 1;
    } while (this.#downlinks.has(queuePacketIdMax + this.#nextDownlink));
    this.#downlinks.set(queuePacketIdMax + this.#nextDownlink, downlink);
    return queuePacketIdMax + this.#nextDownlink;
  }

  /** PUBACK: ends a QoS 1 delivery. */
  acknowledged(packetId: number): AckOutcome {
    const downlink = this.#downlinks.get(packetId);
    if (downlink) {
      this.#downlinks.delete(packetId);
      return { kind: 'downlink', downlink };
    }
    const delivery = this.#inflight.get(packetId);
    if (!delivery) return { kind: 'unknown' };
    if (delivery.qos !== 1) return { kind: 'wrong' };
    return this.#through(delivery);
  }

  /** PUBREC: the client has a QoS 2 message, or refuses it, which ends it, § 4.3.3. */
  received(packetId: number, refused: boolean): AckOutcome {
    const delivery = this.#inflight.get(packetId);
    if (!delivery) return { kind: 'unknown' };
    if (delivery.qos !== 2) return { kind: 'wrong' };
    if (refused) this.#through(delivery);
    return { kind: 'delivery', delivery };
  }

  /** PUBCOMP: ends a QoS 2 delivery whose PUBREC has come. */
  completed(packetId: number): AckOutcome {
    const delivery = this.#inflight.get(packetId);
    if (!delivery) return { kind: 'unknown' };
    if (delivery.qos !== 2 || !delivery.received) return { kind: 'wrong' };
    return this.#through(delivery);
  }

  /** Gives up a delivery that was never sent: expired, too large, no longer permitted. */
  drop(delivery: Delivery): void {
    this.#through(delivery);
  }

  /** The connection is over. */
  end(): void {
    for (const downlink of this.#downlinks.values()) downlink.settled(false);
    this.#downlinks.clear();
  }

  #through(delivery: Delivery): AckOutcome {
    this.#inflight.delete(delivery.packetId);
    delivery.acknowledged = true;
    return { kind: 'delivery', delivery };
  }
}

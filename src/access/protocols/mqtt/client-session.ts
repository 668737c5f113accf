// SPDX-License-Identifier: Apache-2.0
import type { DurationMs, TimeMs } from '#core';
import type { Offset } from '#bus';
import type { Message, Owner } from './message.ts';
import type { SubscriptionOptions } from './packets.ts';
import { DeliveryQueue, type Delivery, type DeliveryOptions } from './queue.ts';
import type { SharedGroup } from './shared.ts';

/** What a client asked for under one filter. */
export interface Subscription extends SubscriptionOptions {
  readonly session: ClientSession;
  /** As the client wrote it; identity of the subscription within its session, [MQTT-3.8.4-3]. */
  readonly filter: string;
  /** What topics are matched with: without `$share/{group}/`, `things/me` resolved. */
  readonly match: string;
  readonly group: SharedGroup | undefined;
  /** 0 for none. */
  readonly identifier: number;
  /** Of a thing, under its own prefix: consulted for downlinks only, never for what others publish. */
  readonly own: boolean;
}

/** The connection that serves a session at the moment. */
export interface SessionConnection {
  /** A QoS 1 or 2 delivery was queued. */
  queued(delivery: Delivery): void;
  /** A QoS 0 message to be sent now or never. */
  pass(message: Message, options: DeliveryOptions): void;
  /** Room for one more QoS 1 or 2 delivery right now. */
  readonly hasRoom: boolean;
  /** Deliveries sent and not acknowledged, and those waiting. */
  readonly load: number;
  /** Another connection has taken the session, or it was removed. */
  end(reasonCode: number): void;
}

/** Session state of § 4.1: what outlives a network connection. */
export class ClientSession {
  readonly tenant: number;
  readonly clientId: string;
  readonly owner: Owner;
  /** Whether it is in the log; one with expiry 0 lives and dies with its connection. */
  readonly stored: boolean;
  expiryMs: DurationMs;
  /** Offset of the record that opened the connection; -1 while there is none. */
  epoch: Offset = -1;
  /** Whether its present connection found it stored: Session Present, [MQTT-3.2.2-2]. */
  resumed = false;
  /** When the connection ended. */
  closedAt: TimeMs = 0;
  readonly subscriptions = new Map<string, Subscription>();
  readonly queue = new DeliveryQueue();
  /** Packet identifiers of QoS 2 publishes from the client that were taken and not released, § 4.3.3. */
  readonly incoming = new Set<number>();
  /** Its connection in this process. */
  connection: SessionConnection | undefined;

  constructor(identity: {
    readonly tenant: number;
    readonly clientId: string;
    readonly owner: Owner;
    readonly stored: boolean;
    readonly expiryMs: DurationMs;
  }) {
    this.tenant = identity.tenant;
    this.clientId = identity.clientId;
    this.owner = identity.owner;
    this.stored = identity.stored;
    this.expiryMs = identity.expiryMs;
  }

  /** When a session without a connection ends. */
  get expiresAt(): TimeMs {
    return this.epoch === -1 ? this.closedAt + this.expiryMs : Number.POSITIVE_INFINITY;
  }
}

/** Client identifiers are unique in a tenant, not across tenants. */
export function sessionKey(tenant: number, clientId: string): string {
  return `${tenant}:${clientId}`;
}

// SPDX-License-Identifier: Apache-2.0
import type { DurationMs, LimitName, Limits, TimeMs } from '#core';
import { reason, returnCodeOf } from './codec.ts';
import { Outbound, type Downlink } from './outbound.ts';
import type {
  ConnectPacket,
  Packet,
  ProtocolVersion,
  PublishPacket,
  SubscribePacket,
  UnsubscribePacket,
} from './packets.ts';
import type { Delivery, DeliveryQueue } from './queue.ts';

/** The protocol of one connection, without sockets, clock or broker. Only `step` (session.ts) changes it. */
export interface ProtocolState {
  readonly limits: Limits;
  phase: 'connecting' | 'authenticating' | 'opening' | 'open' | 'closed';
  version: ProtocolVersion;
  clientId: string;
  /** The server made the client identifier, [MQTT-3.2.2-16]. */
  assigned: boolean;
  /** The CONNECT, until it is answered. */
  connect: ConnectPacket | undefined;
  expiryMs: DurationMs;
  keepAliveSeconds: number;
  /** When the last packet came. */
  heardAt: TimeMs;
  /** Whether reason strings and user properties may be sent on failures, [MQTT-3.1.2-29]. */
  problemInformation: boolean;
  /** Maximum Packet Size of the client. */
  packetBytesMax: number;
  /** Topics by alias, as the client set them, § 3.3.2.3.4. */
  readonly aliases: string[];
  /** Highest alias that the client takes. */
  aliasMaxOut: number;
  /** QoS 1 and 2 publishes of the client that have no final answer yet, [MQTT-3.3.4-9]. */
  unacknowledged: number;
  /** QoS 2 publishes between PUBREC and PUBREL; true when counted in `unacknowledged`. */
  readonly incoming: Map<number, boolean>;
  /** Released, PUBCOMP waiting for the log. */
  readonly releasing: Set<number>;
  outbound: Outbound;
}

export type Input =
  | { readonly kind: 'packet'; readonly packet: Packet }
  /** `final`: the client has ended the connection with it, nothing is answered. */
  | {
      readonly kind: 'malformed';
      readonly reason: number;
      readonly clause: string;
      /** Byte of the packet. */
      readonly at?: number | undefined;
      readonly final?: boolean | undefined;
    }
  /** `reason` 0 = the client is who it says. */
  | {
      readonly kind: 'authenticated';
      readonly reason: number;
      readonly detail?: string | undefined;
    }
  | {
      readonly kind: 'opened';
      readonly sessionPresent: boolean;
      readonly queue: DeliveryQueue;
      readonly incoming: ReadonlySet<number>;
      readonly responseInformation?: string | undefined;
    }
  /** A publish has its final answer (PUBACK, or a PUBREC that refuses). */
  | { readonly kind: 'answered' }
  /** The PUBREL record is durable. */
  | { readonly kind: 'released'; readonly packetId: number }
  /** The record that a PUBREC has come is durable. */
  | { readonly kind: 'recorded'; readonly delivery: Delivery }
  | { readonly kind: 'tick' }
  /** Something outside ends the connection: taken over, revoked, shutting down, the log failed. */
  | { readonly kind: 'end'; readonly reason: number; readonly detail?: string | undefined }
  | { readonly kind: 'lost' };

export type Effect =
  | { readonly kind: 'send'; readonly packet: Packet }
  | { readonly kind: 'authenticate'; readonly connect: ConnectPacket }
  | { readonly kind: 'open'; readonly connect: ConnectPacket; readonly expiryMs: DurationMs }
  /** The topic is the effective one, an alias resolved. */
  | { readonly kind: 'publish'; readonly packet: PublishPacket; readonly topic: string }
  /** A QoS 2 publish came again: answer it once everything before is durable. */
  | { readonly kind: 'repeat'; readonly packetId: number }
  | { readonly kind: 'release'; readonly packetId: number }
  | { readonly kind: 'acknowledged'; readonly delivery: Delivery }
  | { readonly kind: 'received'; readonly delivery: Delivery }
  | { readonly kind: 'arrived'; readonly downlink: Downlink }
  | { readonly kind: 'subscribe'; readonly packet: SubscribePacket }
  | { readonly kind: 'unsubscribe'; readonly packet: UnsubscribePacket }
  | { readonly kind: 'limit'; readonly name: LimitName }
  /** The session goes on without this connection for `expiryMs`; `normal` drops the will. */
  | { readonly kind: 'detach'; readonly expiryMs: DurationMs; readonly normal: boolean }
  /** Ends the connection after what was sent. `reason` 0: no fault. */
  | {
      readonly kind: 'close';
      readonly reason: number;
      readonly detail: string;
      /** Byte of the packet that is the cause. */
      readonly at?: number | undefined;
    };

/** A connection of which nothing is known yet. */
export function newProtocol(limits: Limits, now: TimeMs): ProtocolState {
  return {
    limits,
    phase: 'connecting',
    version: 4,
    clientId: '',
    assigned: false,
    connect: undefined,
    expiryMs: 0,
    keepAliveSeconds: 0,
    heardAt: now,
    problemInformation: true,
    packetBytesMax: Number.POSITIVE_INFINITY,
    aliases: [],
    aliasMaxOut: 0,
    unacknowledged: 0,
    incoming: new Map(),
    releasing: new Set(),
    outbound: new Outbound(1),
  };
}

/**
 * Ends the connection with a reason: DISCONNECT or CONNACK where the version has them, the bare close where not.
 * The will stays due: only a client's DISCONNECT 0x00 drops it.
 */
export function close(state: ProtocolState, code: number, detail: string, at?: number): Effect[] {
  const effects: Effect[] = [];
  const answer = farewell(state, code, detail);
  if (answer) effects.push(send(answer));
  if (state.phase === 'open') {
    effects.push({ kind: 'detach', expiryMs: state.expiryMs, normal: false });
  }
  state.phase = 'closed';
  effects.push({ kind: 'close', reason: code, detail, at });
  return effects;
}

export function send(packet: Packet): Effect {
  return { kind: 'send', packet };
}

export function ack(
  type: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp',
  packetId: number,
  reasonCode = 0,
): Packet {
  return { type, packetId, reasonCode };
}

/** The packet that tells the client why, if its version and the phase allow one. */
function farewell(state: ProtocolState, code: number, detail: string): Packet | undefined {
  const properties = state.problemInformation && detail !== '' ? { reasonString: detail } : {};
  if (state.phase === 'open') {
    if (state.version !== 5) return undefined;
    // 0x88 is for CONNACK only, § 3.14.2.1; a connection that is open is told 0x89.
    const reasonCode = code === reason.serverUnavailable ? reason.serverBusy : code;
    return { type: 'disconnect', reasonCode, properties };
  }
  // Before a CONNECT is understood there is nobody to answer, § 4.13.
  if (!state.connect) return undefined;
  const reasonCode = state.version === 5 ? code : returnCodeOf(code);
  if (reasonCode === undefined) return undefined;
  if (state.version !== 5) return { type: 'connack', sessionPresent: false, reasonCode };
  return { type: 'connack', sessionPresent: false, reasonCode, properties };
}

// SPDX-License-Identifier: Apache-2.0
import type { TimeMs } from '#core';
import type { Principal, Scope } from '#security';
import type { Properties, QoS } from './packets.ts';

/** Scopes of a token as bits, so that a record can carry them. */
const scopeBits: Readonly<Record<Scope, number>> = { admin: 1, read: 2, write: 4, ingest: 8 };

/** Who owns a session or published a message: what policy needs of a principal, small enough for a record. */
export interface Owner {
  readonly kind: Principal['kind'];
  /** Thing or token; 0 for anonymous. */
  readonly id: number;
  /** Bits of a token's scopes; 0 for others. */
  readonly scopes: number;
}

export const ownerKinds = [
  'thing',
  'token',
  'anonymous',
] as const satisfies readonly Principal['kind'][];

export function ownerOf(principal: Principal): Owner {
  switch (principal.kind) {
    case 'thing':
      return { kind: 'thing', id: principal.thing, scopes: 0 };
    case 'token':
      return {
        kind: 'token',
        id: principal.token,
        scopes: principal.scopes.reduce((bits, scope) => bits | scopeBits[scope], 0),
      };
    case 'anonymous':
      return { kind: 'anonymous', id: 0, scopes: 0 };
  }
}

export function sameOwner(a: Owner, b: Owner): boolean {
  return a.kind === b.kind && a.id === b.id;
}

/** Whether an owner has one of the scopes; admin has all. Things and anonymous clients are not bound by scopes. */
export function hasScope(owner: Owner, ...scopes: readonly Scope[]): boolean {
  if (owner.kind !== 'token') return true;
  if (owner.scopes & scopeBits.admin) return true;
  return scopes.some((scope) => (owner.scopes & scopeBits[scope]) !== 0);
}

/** An application message as the broker keeps it. Never changed after it was made. */
export interface Message {
  readonly tenant: number;
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: QoS;
  readonly retain: boolean;
  /** Only those that are passed on to subscribers. */
  readonly properties: Properties | undefined;
  readonly publisher: Owner;
  /** For No Local. */
  readonly clientId: string;
  readonly time: TimeMs;
  /** When the Message Expiry Interval ends; Infinity without one. */
  readonly expiresAt: TimeMs;
  /** Its record in the log; -1 when it was not recorded. */
  readonly offset: number;
}

/** Bytes a message counts for in queues and stores. */
export function messageBytes(message: Message): number {
  return message.payload.length + message.topic.length + 64;
}

/** The properties of a PUBLISH that a server passes on unchanged, [MQTT-3.3.2-17], [MQTT-3.3.2-20]; user properties in order. */
export function forwardedProperties(properties: Properties | undefined): Properties | undefined {
  if (!properties) return undefined;
  const { payloadFormatIndicator, contentType, responseTopic, correlationData, userProperties } =
    properties;
  const kept: Properties = {};
  if (payloadFormatIndicator !== undefined) kept.payloadFormatIndicator = payloadFormatIndicator;
  if (contentType !== undefined) kept.contentType = contentType;
  if (responseTopic !== undefined) kept.responseTopic = responseTopic;
  if (correlationData !== undefined) kept.correlationData = correlationData;
  if (userProperties !== undefined) kept.userProperties = userProperties;
  return Object.keys(kept).length > 0 ? kept : undefined;
}

/** When a message with these properties expires. */
export function expiryOf(properties: Properties | undefined, now: TimeMs): TimeMs {
  const seconds = properties?.messageExpiryInterval;
  return seconds === undefined ? Number.POSITIVE_INFINITY : now + seconds * 1_000;
}

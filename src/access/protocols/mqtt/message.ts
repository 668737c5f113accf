// SPDX-License-Identifier: Apache-2.0
import type { TimeMs } from '#core';
import type { Permission, Principal, Rights } from '#security';
import type { Properties, QoS } from './packets.ts';

/** What counts on the broker of a token's permissions, as bits that a record can carry; 1 is all of them. */
const permissionBits = {
  'readings.read': 2,
  'topics.publish': 4,
  'readings.write': 8,
  'topics.subscribe': 16,
} as const satisfies Partial<Record<Permission, number>>;
const everything = 1;

export type BrokerPermission = keyof typeof permissionBits;

const brokerPermissions = [
  'readings.read',
  'topics.publish',
  'readings.write',
  'topics.subscribe',
] as const satisfies readonly BrokerPermission[];

/** Who owns a session or published a message: what policy needs of a principal, small enough for a record. */
export interface Owner {
  readonly kind: 'thing' | 'token' | 'anonymous';
  /** Thing or token; 0 for anonymous. */
  readonly id: number;
  /** What a token could do when it came in, as bits; 0 for others. */
  readonly permissions: number;
}

export const ownerKinds = [
  'thing',
  'token',
  'anonymous',
] as const satisfies readonly Owner['kind'][];

/** The owner that a principal is; people come by the console and not by MQTT. */
export function ownerOf(principal: Principal, rights: Rights | undefined): Owner {
  if (principal.kind === 'thing') return { kind: 'thing', id: principal.thing, permissions: 0 };
  if (principal.kind !== 'token') return { kind: 'anonymous', id: 0, permissions: 0 };
  const permissions = brokerPermissions.reduce(
    (bits, permission) =>
      bits | (rights?.has(permission) === true ? permissionBits[permission] : 0),
    0,
  );
  return { kind: 'token', id: principal.token, permissions };
}

export function sameOwner(a: Owner, b: Owner): boolean {
  return a.kind === b.kind && a.id === b.id;
}

/** Whether a token had a permission when it came in. */
export function hadPermission(owner: Owner, permission: BrokerPermission): boolean {
  return (owner.permissions & (everything | permissionBits[permission])) !== 0;
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

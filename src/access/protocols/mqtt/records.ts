// SPDX-License-Identifier: Apache-2.0
import { FaultError, fail, ok, type Result } from '#core';
import type { Offset } from '#bus';
import { ByteReader, ByteWriter } from './bytes.ts';
import { ownerKinds, type Message, type Owner } from './message.ts';
import type { Operation, OperationName, SubscriptionRecord } from './operations.ts';
import type { Properties, QoS, Will } from './packets.ts';

/** Layout version of message and session records. */
const version = 1;

/** Codes are on disk: never renumbered. */
const operationCodes = {
  opened: 1,
  closed: 2,
  removed: 3,
  subscribed: 4,
  unsubscribed: 5,
  acknowledged: 6,
  received: 7,
  incoming: 8,
  released: 9,
  assigned: 10,
  taken: 11,
  willDone: 12,
  forgotten: 13,
} as const satisfies Record<OperationName, number>;

/** Who waits for an operation: a process, and its running number there. */
export interface Origin {
  readonly process: number;
  readonly number: number;
}

export interface SessionRecord {
  readonly origin: Origin;
  readonly operation: Operation;
}

/** A message as a record of kind `message`; its offset is not part of it. */
export function encodeMessage(message: Message): Buffer {
  const writer = new ByteWriter(message.payload.length + message.topic.length + 96).u8(version);
  writeMessage(writer, message);
  return writer.done();
}

/** The message owns its bytes: it may stay long after the log's memory is gone. */
export function decodeMessage(record: Uint8Array, offset: Offset): Result<Message> {
  return guarded(record, (reader) => readMessage(reader, offset));
}

export function encodeOperation(operation: Operation, origin: Origin): Buffer {
  const writer = new ByteWriter().u8(version).u8(operationCodes[operation.op]);
  writer.u32(origin.process).f64(origin.number);
  writer.f64(operation.time).u32(operation.tenant).text(operation.clientId);
  writeBody(writer, operation);
  return writer.done();
}

export function decodeOperation(record: Uint8Array): Result<SessionRecord> {
  return guarded(record, (reader) => {
    const code = reader.u8();
    const origin = { process: reader.u32(), number: reader.f64() };
    const base = { time: reader.f64(), tenant: reader.u32(), clientId: reader.text() };
    return { origin, operation: readBody(reader, code, base) };
  });
}

export function writeMessage(writer: ByteWriter, message: Message): void {
  writer
    .u8(message.qos | (message.retain ? 4 : 0))
    .f64(message.time)
    .f64(message.expiresAt);
  writer.u32(message.tenant).text(message.topic).text(message.clientId);
  writeOwner(writer, message.publisher);
  writeProperties(writer, message.properties);
  writer.bytes(message.payload);
}

export function readMessage(reader: ByteReader, offset: Offset): Message {
  const flags = reader.u8();
  return {
    qos: qosOf(reader, flags & 3),
    retain: (flags & 4) !== 0,
    time: reader.f64(),
    expiresAt: reader.f64(),
    tenant: reader.u32(),
    topic: reader.text(),
    clientId: reader.text(),
    publisher: readOwner(reader),
    properties: readProperties(reader),
    payload: Buffer.from(reader.bytes()),
    offset,
  };
}

export function writeOwner(writer: ByteWriter, owner: Owner): void {
  writer.u8(ownerKinds.indexOf(owner.kind)).f64(owner.id).u8(owner.permissions);
}

export function readOwner(reader: ByteReader): Owner {
  const kind = ownerKinds[reader.u8()] ?? reader.fail();
  return { kind, id: reader.f64(), permissions: reader.u8() };
}

export function writeWill(writer: ByteWriter, will: Will | undefined): void {
  writer.u8(will ? 1 : 0);
  if (!will) return;
  writer
    .u8(will.qos | (will.retain ? 4 : 0))
    .text(will.topic)
    .bytes(will.payload);
  writeProperties(writer, will.properties);
  writer.u32(will.properties?.willDelayInterval ?? 0);
  writer.f64(will.properties?.messageExpiryInterval ?? -1);
}

export function readWill(reader: ByteReader): Will | undefined {
  if (reader.u8() === 0) return undefined;
  const flags = reader.u8();
  const qos = qosOf(reader, flags & 3);
  const topic = reader.text();
  const payload = Buffer.from(reader.bytes());
  const properties: Properties = { ...readProperties(reader) };
  const willDelayInterval = reader.u32();
  const messageExpiryInterval = reader.f64();
  if (willDelayInterval > 0) properties.willDelayInterval = willDelayInterval;
  if (messageExpiryInterval >= 0) properties.messageExpiryInterval = messageExpiryInterval;
  return { topic, payload, qos, retain: (flags & 4) !== 0, properties };
}

export function writeSubscription(writer: ByteWriter, subscription: SubscriptionRecord): void {
  const { qos, noLocal, retainAsPublished, retainHandling, own } = subscription;
  writer.u8(
    qos | (noLocal ? 4 : 0) | (retainAsPublished ? 8 : 0) | (retainHandling << 4) | (own ? 64 : 0),
  );
  writer.text(subscription.filter).text(subscription.match).text(subscription.group);
  writer.u32(subscription.identifier);
}

export function readSubscription(reader: ByteReader): SubscriptionRecord {
  const bits = reader.u8();
  const handling = (bits >> 4) & 3;
  return {
    qos: qosOf(reader, bits & 3),
    noLocal: (bits & 4) !== 0,
    retainAsPublished: (bits & 8) !== 0,
    retainHandling: handling === 0 || handling === 1 || handling === 2 ? handling : reader.fail(),
    own: (bits & 64) !== 0,
    filter: reader.text(),
    match: reader.text(),
    group: reader.text(),
    identifier: reader.u32(),
  };
}

/** Runs a read over a record of this version; bytes of any other layout are a fault. */
export function guarded<T>(record: Uint8Array, read: (reader: ByteReader) => T): Result<T> {
  try {
    const reader = new ByteReader(record);
    if (reader.u8() !== version) return fail('mqtt.bad-record', 'byte 0');
    const value = read(reader);
    return reader.atEnd ? ok(value) : fail('mqtt.bad-record', 'end');
  } catch (error) {
    if (error instanceof FaultError) return { ok: false, fault: error.fault };
    throw error;
  }
}

function writeBody(writer: ByteWriter, operation: Operation): void {
  switch (operation.op) {
    case 'opened':
      writer
        .u8((operation.cleanStart ? 1 : 0) | (operation.stored ? 2 : 0))
        .f64(operation.expiryMs);
      writeOwner(writer, operation.owner);
      writeWill(writer, operation.will);
      break;
    case 'closed':
      writer
        .f64(operation.epoch)
        .f64(operation.expiryMs)
        .u8(operation.normal ? 1 : 0);
      break;
    case 'removed':
      break;
    case 'subscribed':
      writer.u32(operation.subscriptions.length);
      for (const subscription of operation.subscriptions) writeSubscription(writer, subscription);
      break;
    case 'unsubscribed':
      writeTexts(writer, operation.filters);
      break;
    case 'acknowledged':
    case 'received':
    case 'incoming':
    case 'released':
      writer.u32(operation.packetIds.length);
      for (const packetId of operation.packetIds) writer.u16(packetId);
      break;
    case 'assigned':
    case 'taken':
      writer.text(operation.filter).u32(operation.offsets.length);
      for (const offset of operation.offsets) writer.f64(offset);
      break;
    case 'willDone':
      writer.f64(operation.epoch);
      break;
    case 'forgotten':
      writeTexts(writer, operation.topics);
      break;
  }
}

type Base = Pick<Operation, 'time' | 'tenant' | 'clientId'>;

function readBody(reader: ByteReader, code: number, base: Base): Operation {
  switch (code) {
    case operationCodes.opened: {
      const flags = reader.u8();
      const expiryMs = reader.f64();
      const owner = readOwner(reader);
      const will = readWill(reader);
      const cleanStart = (flags & 1) !== 0;
      return {
        ...base,
        op: 'opened',
        cleanStart,
        stored: (flags & 2) !== 0,
        expiryMs,
        owner,
        will,
      };
    }
    case operationCodes.closed: {
      const epoch = reader.f64();
      return { ...base, op: 'closed', epoch, expiryMs: reader.f64(), normal: reader.u8() === 1 };
    }
    case operationCodes.removed:
      return { ...base, op: 'removed' };
    case operationCodes.subscribed:
      return { ...base, op: 'subscribed', subscriptions: list(reader, readSubscription) };
    case operationCodes.unsubscribed:
      return { ...base, op: 'unsubscribed', filters: list(reader, text) };
    case operationCodes.acknowledged:
      return { ...base, op: 'acknowledged', packetIds: list(reader, u16) };
    case operationCodes.received:
      return { ...base, op: 'received', packetIds: list(reader, u16) };
    case operationCodes.incoming:
      return { ...base, op: 'incoming', packetIds: list(reader, u16) };
    case operationCodes.released:
      return { ...base, op: 'released', packetIds: list(reader, u16) };
    case operationCodes.assigned:
      return { ...base, op: 'assigned', filter: reader.text(), offsets: list(reader, f64) };
    case operationCodes.taken:
      return { ...base, op: 'taken', filter: reader.text(), offsets: list(reader, f64) };
    case operationCodes.willDone:
      return { ...base, op: 'willDone', epoch: reader.f64() };
    case operationCodes.forgotten:
      return { ...base, op: 'forgotten', topics: list(reader, text) };
    default:
      return reader.fail();
  }
}

const u16 = (reader: ByteReader): number => reader.u16();
const f64 = (reader: ByteReader): number => reader.f64();
const text = (reader: ByteReader): string => reader.text();

function list<T>(reader: ByteReader, read: (reader: ByteReader) => T): T[] {
  const items: T[] = [];
  for (let left = reader.u32(); left > 0; left--) items.push(read(reader));
  return items;
}

function writeTexts(writer: ByteWriter, texts: readonly string[]): void {
  writer.u32(texts.length);
  for (const item of texts) writer.text(item);
}

function qosOf(reader: ByteReader, value: number): QoS {
  return value === 0 || value === 1 || value === 2 ? value : reader.fail();
}

function writeProperties(writer: ByteWriter, properties: Properties | undefined): void {
  const { payloadFormatIndicator, contentType, responseTopic, correlationData, userProperties } =
    properties ?? {};
  const flag = (value: unknown, bit: number): number => (value === undefined ? 0 : bit);
  writer.u8(
    flag(payloadFormatIndicator, 1) |
      flag(contentType, 2) |
      flag(responseTopic, 4) |
      flag(correlationData, 8) |
      flag(userProperties, 16),
  );
  if (payloadFormatIndicator !== undefined) writer.u8(payloadFormatIndicator);
  if (contentType !== undefined) writer.text(contentType);
  if (responseTopic !== undefined) writer.text(responseTopic);
  if (correlationData !== undefined) writer.bytes(correlationData);
  if (userProperties !== undefined) writeTexts(writer, userProperties.flat());
}

function readProperties(reader: ByteReader): Properties | undefined {
  const bits = reader.u8();
  if (bits === 0) return undefined;
  const properties: Properties = {};
  if (bits & 1) properties.payloadFormatIndicator = reader.u8();
  if (bits & 2) properties.contentType = reader.text();
  if (bits & 4) properties.responseTopic = reader.text();
  if (bits & 8) properties.correlationData = Buffer.from(reader.bytes());
  if (bits & 16) {
    const flat = list(reader, text);
    properties.userProperties = Array.from({ length: flat.length / 2 }, (_, pair) => [
      flat[pair * 2] ?? '',
      flat[pair * 2 + 1] ?? '',
    ]);
  }
  return properties;
}

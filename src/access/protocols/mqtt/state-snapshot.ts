// SPDX-License-Identifier: Apache-2.0
import type { Result, TimeMs } from '#core';
import { ByteWriter, type ByteReader } from './bytes.ts';
import { ClientSession, sessionKey } from './client-session.ts';
import type { Message } from './message.ts';
import {
  guarded,
  readMessage,
  readOwner,
  readSubscription,
  readWill,
  writeMessage,
  writeOwner,
  writeSubscription,
  writeWill,
} from './records.ts';
import type { BrokerState } from './state.ts';

const version = 1;

/** Numbers the messages that stand in queues and stores: each is written once. */
class MessageTable {
  readonly #index = new Map<Message, number>();

  indexOf(message: Message): number {
    let index = this.#index.get(message);
    if (index === undefined) {
      index = this.#index.size;
      this.#index.set(message, index);
    }
    return index;
  }

  write(writer: ByteWriter): void {
    writer.u32(this.#index.size);
    for (const message of this.#index.keys()) {
      writer.f64(message.offset);
      writeMessage(writer, message);
    }
  }
}

/** The whole state as bytes: everything the log would fold into it up to now. Sessions that are not stored are left out. */
export function encodeState(state: BrokerState): Buffer {
  const table = new MessageTable();
  const body = new ByteWriter(65_536).f64(state.time);
  const stored = [...state.sessions.values()].filter((session) => session.stored);
  body.u32(stored.length);
  for (const session of stored) writeSession(body, session, table);
  const wills = [...state.wills.all()];
  body.u32(wills.length);
  for (const will of wills) {
    body.f64(will.epoch).u32(will.tenant).text(will.clientId).f64(will.dueAt);
    writeOwner(body, will.owner);
    writeWill(body, will.will);
  }
  const spaces = [...state.spaces()];
  body.u32(spaces.length);
  for (const [tenant, space] of spaces) {
    const retained = space.retained.all();
    body.u32(tenant).u32(retained.length);
    for (const message of retained) body.u32(table.indexOf(message));
    const groups = [...space.groups.values()].filter(({ group }) => group.hasStoredMember);
    body.u32(groups.length);
    for (const { group } of groups) {
      const waiting = [...group.waiting()];
      body.text(group.name).u32(waiting.length);
      for (const [, message] of waiting) body.u32(table.indexOf(message));
    }
  }
  const writer = new ByteWriter(body.size + 65_536).u8(version);
  table.write(writer);
  writer.bytes(body.done());
  return writer.done();
}

/** Fills an empty state from a snapshot. */
export function decodeState(bytes: Uint8Array, state: BrokerState): Result<void> {
  return guarded(bytes, (reader) => {
    const messages = list(reader, () => {
      const offset = reader.f64();
      return readMessage(reader, offset);
    });
    const body = reader.nested();
    const message = (): Message => messages[body.u32()] ?? body.fail();
    state.time = body.f64();
    for (let left = body.u32(); left > 0; left--) readSession(body, state, message);
    for (let left = body.u32(); left > 0; left--) readPendingWill(body, state);
    for (let left = body.u32(); left > 0; left--) readSpace(body, state, message);
    if (!body.atEnd) body.fail();
  });
}

function writeSession(writer: ByteWriter, session: ClientSession, table: MessageTable): void {
  writer.u32(session.tenant).text(session.clientId);
  writeOwner(writer, session.owner);
  writer.f64(session.expiryMs).f64(session.epoch).f64(session.closedAt);
  writer.u32(session.subscriptions.size);
  for (const subscription of session.subscriptions.values()) {
    writeSubscription(writer, { ...subscription, group: subscription.group?.name ?? '' });
  }
  writer.u32(session.incoming.size);
  for (const packetId of session.incoming) writer.u16(packetId);
  writer.u16(session.queue.nextId).u32(session.queue.size);
  for (const delivery of session.queue.deliveries()) {
    const { message, packetId, qos, retain, received, identifiers, group } = delivery;
    writer.u32(table.indexOf(message)).u16(packetId);
    writer.u8(qos | (retain ? 4 : 0) | (received ? 8 : 0));
    writer.text(group?.name ?? '').u32(identifiers.length);
    for (const identifier of identifiers) writer.u32(identifier);
  }
}

function readSession(reader: ByteReader, state: BrokerState, message: () => Message): void {
  const tenant = reader.u32();
  const clientId = reader.text();
  const owner = readOwner(reader);
  const expiryMs = reader.f64();
  const session = new ClientSession({ tenant, clientId, owner, expiryMs, stored: true });
  session.epoch = reader.f64();
  session.closedAt = reader.f64();
  const subscriptions = list(reader, () => readSubscription(reader));
  state.restore(session, subscriptions);
  for (const packetId of list(reader, () => reader.u16())) session.incoming.add(packetId);
  session.queue.nextId = reader.u16();
  for (let left = reader.u32(); left > 0; left--) {
    const queued = message();
    const packetId = reader.u16();
    const bits = reader.u8();
    const name = reader.text();
    session.queue.restore({
      message: queued,
      packetId,
      qos: (bits & 3) === 2 ? 2 : 1,
      retain: (bits & 4) !== 0,
      received: (bits & 8) !== 0,
      attempted: true,
      acknowledged: false,
      identifiers: list(reader, () => reader.u32()),
      group: state.space(tenant).groups.get(name)?.group,
    });
  }
}

function readPendingWill(reader: ByteReader, state: BrokerState): void {
  const epoch = reader.f64();
  const tenant = reader.u32();
  const clientId = reader.text();
  const dueAt: TimeMs = reader.f64();
  const owner = readOwner(reader);
  const will = readWill(reader) ?? reader.fail();
  const key = sessionKey(tenant, clientId);
  state.wills.arm({ epoch, key, tenant, clientId, owner, will, dueAt, firing: false });
}

function readSpace(reader: ByteReader, state: BrokerState, message: () => Message): void {
  const space = state.space(reader.u32());
  for (let left = reader.u32(); left > 0; left--) space.retained.set(message());
  for (let left = reader.u32(); left > 0; left--) {
    const group = space.groups.get(reader.text())?.group;
    for (let waiting = reader.u32(); waiting > 0; waiting--) group?.add(message(), unlimited);
  }
}

/** What was accepted once is kept, whatever the limits are today. */
const unlimited = {
  bytesTogetherMax: Number.POSITIVE_INFINITY,
  messagesMax: Number.POSITIVE_INFINITY,
  bytesMax: Number.POSITIVE_INFINITY,
};

function list<T>(reader: ByteReader, read: () => T): T[] {
  const items: T[] = [];
  for (let left = reader.u32(); left > 0; left--) items.push(read());
  return items;
}

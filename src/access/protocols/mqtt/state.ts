// SPDX-License-Identifier: Apache-2.0
import type { DurationMs, LimitName, Limits, TimeMs } from '#core';
import type { Offset } from '#bus';
import {
  ClientSession,
  sessionKey,
  type SessionConnection,
  type Subscription,
} from './client-session.ts';
import { messageBytes, type Message } from './message.ts';
import type { Operation, SubscriptionRecord } from './operations.ts';
import type { QoS } from './packets.ts';
import type { Delivery, DeliveryOptions, QueueLimits } from './queue.ts';
import type { SharedGroup } from './shared.ts';
import { TopicSpace } from './topic-space.ts';
import { Wills } from './will.ts';

/** What the running broker wants to know while the state changes; during a restart nobody is connected. */
export interface StateObserver {
  /** A shared subscription has messages to hand out. */
  shared(group: SharedGroup, tenant: number): void;
  limitHit(name: LimitName): void;
}

type Opened = Extract<Operation, { op: 'opened' }>;
type Closed = Extract<Operation, { op: 'closed' }>;
type Shared = Extract<Operation, { op: 'assigned' | 'taken' }>;

/**
 * The state of the broker: a fold over `message` and `session` records, the same at run time and after a restart.
 * Nothing here depends on who is connected, on the clock or on chance: times come from the records.
 * Sessions that are not stored live in it too, changed by the same operations without a record.
 */
export class BrokerState {
  readonly sessions = new Map<string, ClientSession>();
  readonly wills = new Wills();
  /** The latest time of anything applied; times in records never go back. */
  time: TimeMs = 0;
  readonly #spaces = new Map<number, TopicSpace>();
  readonly #queueLimits: QueueLimits;
  readonly #retainedTtlMs: DurationMs;
  readonly #observer: StateObserver;

  constructor(limits: Limits, observer: StateObserver) {
    this.#queueLimits = {
      messagesMax: limits['mqtt.queueMessagesMax'],
      bytesMax: limits['mqtt.queueBytesMax'],
      bytesTogetherMax: limits['mqtt.queueBytesPerTenantMax'],
    };
    this.#retainedTtlMs = limits['mqtt.retainedTtlMs'];
    this.#observer = observer;
  }

  session(tenant: number, clientId: string): ClientSession | undefined {
    return this.sessions.get(sessionKey(tenant, clientId));
  }

  space(tenant: number): TopicSpace {
    let space = this.#spaces.get(tenant);
    if (!space) {
      space = new TopicSpace(this.#retainedTtlMs);
      this.#spaces.set(tenant, space);
    }
    return space;
  }

  spaces(): IterableIterator<[number, TopicSpace]> {
    return this.#spaces.entries();
  }

  /** Puts a session of a snapshot in its place. */
  restore(session: ClientSession, subscriptions: readonly SubscriptionRecord[]): void {
    this.sessions.set(sessionKey(session.tenant, session.clientId), session);
    const space = this.space(session.tenant);
    session.queue.countIn(space.queued);
    space.storedSessions++;
    for (const record of subscriptions) {
      const group = record.group === '' ? undefined : space.group(record.filter, record.match);
      const subscription: Subscription = { ...record, session, group };
      space.subscribe(subscription);
      session.subscriptions.set(record.filter, subscription);
    }
  }

  /** Applies a message record: retained first, then to every subscription. */
  message(message: Message): void {
    this.time = Math.max(this.time, message.time);
    if (message.retain) this.space(message.tenant).retained.set(message);
    this.route(message);
  }

  /** Gives a message to all that subscribe to its topic; QoS 0 only to those connected. Also for messages without a record. */
  route(message: Message): void {
    const targets = new Map<ClientSession, { qos: QoS; retain: boolean; identifiers: number[] }>();
    this.space(message.tenant).tree.match(message.topic, (route) => {
      if (route.kind === 'group') {
        this.#share(route.group, message);
        return;
      }
      const { subscription } = route;
      const { session, identifier } = subscription;
      // [MQTT-3.8.3-3]
      if (subscription.noLocal && session.clientId === message.clientId) return;
      const qos = lower(subscription.qos, message.qos);
      const retain = subscription.retainAsPublished && message.retain;
      const target = targets.get(session);
      if (!target) {
        targets.set(session, { qos, retain, identifiers: identifier > 0 ? [identifier] : [] });
        return;
      }
      // Overlapping subscriptions: one copy with the highest QoS and every identifier, § 3.3.4.
      if (qos > target.qos) target.qos = qos;
      target.retain ||= retain;
      if (identifier > 0) target.identifiers.push(identifier);
    });
    for (const [session, options] of targets) this.deliver(session, message, options);
  }

  /** Queues for a session, or passes on at once when the QoS is 0. */
  deliver(
    session: ClientSession,
    message: Message,
    options: DeliveryOptions,
  ): Delivery | undefined {
    if (options.qos === 0) {
      session.connection?.pass(message, options);
      return undefined;
    }
    const delivery = session.queue.add(message, options, this.#queueLimits);
    if (!delivery) {
      this.#observer.limitHit(this.#fullBy(session, message));
      return undefined;
    }
    session.connection?.queued(delivery);
    return delivery;
  }

  /** Applies a session operation, recorded at `offset` (-1 for a session without records). */
  apply(operation: Operation, offset: Offset): void {
    this.time = Math.max(this.time, operation.time);
    if (operation.op === 'opened') {
      this.#opened(operation, offset);
      return;
    }
    if (operation.op === 'willDone') {
      this.wills.done(operation.epoch);
      return;
    }
    if (operation.op === 'forgotten') {
      const { retained } = this.space(operation.tenant);
      for (const topic of operation.topics) retained.delete(topic);
      return;
    }
    const session = this.session(operation.tenant, operation.clientId);
    if (operation.op === 'closed') this.#closed(operation, session);
    else if (operation.op === 'taken') this.#taken(operation);
    else if (session) this.#change(session, operation);
  }

  /** Ends a session: its subscriptions, queue and will delay. */
  end(session: ClientSession): void {
    const key = sessionKey(session.tenant, session.clientId);
    if (this.sessions.get(key) !== session) return;
    this.sessions.delete(key);
    const space = this.space(session.tenant);
    if (session.stored) space.storedSessions--;
    const groups = [...session.subscriptions.values()].flatMap(({ group }) => group ?? []);
    space.unsubscribeAll(session);
    this.wills.sessionEnded(key, this.time);
    this.#giveBack(session);
    session.queue.countIn({ bytes: 0 });
    for (const group of groups) this.#orphaned(group, session.tenant);
  }

  /** A shared message that nobody keeps goes to a member of the moment, or nowhere. */
  shareNow(group: SharedGroup, message: Message): void {
    const subscription = group.pick(false);
    if (!subscription) return;
    this.deliver(subscription.session, message, this.sharedOptions(subscription, group, message));
  }

  sharedOptions(subscription: Subscription, group: SharedGroup, message: Message): DeliveryOptions {
    const { qos, retainAsPublished, identifier } = subscription;
    return {
      qos: lower(qos, message.qos),
      retain: retainAsPublished && message.retain,
      identifiers: identifier > 0 ? [identifier] : [],
      group,
    };
  }

  #opened(operation: Opened, offset: Offset): void {
    const { tenant, clientId, owner, time, stored, expiryMs, cleanStart } = operation;
    const key = sessionKey(tenant, clientId);
    const existing = this.sessions.get(key);
    const resumed = existing?.stored === true && !cleanStart;
    this.wills.reopened(key, !resumed, time);
    const before: SessionConnection | undefined = existing?.connection;
    if (existing && !resumed) this.end(existing);
    let session = resumed ? existing : undefined;
    if (!session) {
      session = new ClientSession({ tenant, clientId, owner, stored, expiryMs });
      this.sessions.set(key, session);
      session.queue.countIn(this.space(tenant).queued);
      if (stored) this.space(tenant).storedSessions++;
    }
    session.connection = undefined;
    session.resumed = resumed;
    session.expiryMs = expiryMs;
    session.epoch = offset;
    if (operation.will) {
      this.wills.arm({
        ...{ epoch: offset, key, tenant, clientId, owner, will: operation.will },
        ...{ dueAt: Number.POSITIVE_INFINITY, firing: false },
      });
    }
    // 0x8E: Session taken over, [MQTT-3.1.4-3].
    before?.end(0x8e);
  }

  #closed(operation: Closed, session: ClientSession | undefined): void {
    const { epoch, normal, time, expiryMs } = operation;
    this.wills.closed(epoch, normal, time, expiryMs);
    if (!session || session.epoch !== epoch) return;
    session.epoch = -1;
    session.closedAt = time;
    session.expiryMs = expiryMs;
    session.connection = undefined;
    if (expiryMs === 0 || !session.stored) this.end(session);
  }

  #change(
    session: ClientSession,
    operation: Exclude<Operation, Opened | Closed | { op: 'taken' | 'willDone' | 'forgotten' }>,
  ): void {
    switch (operation.op) {
      case 'removed':
        this.end(session);
        session.connection?.end(0x98);
        break;
      case 'subscribed':
        for (const record of operation.subscriptions)
          this.#subscribe(session, record, operation.time);
        break;
      case 'unsubscribed':
        for (const filter of operation.filters) this.#unsubscribe(session, filter);
        break;
      case 'acknowledged':
        for (const packetId of operation.packetIds) session.queue.remove(packetId);
        break;
      case 'received':
        for (const packetId of operation.packetIds) {
          const delivery = session.queue.get(packetId);
          if (delivery) delivery.received = true;
        }
        break;
      case 'incoming':
        for (const packetId of operation.packetIds) session.incoming.add(packetId);
        break;
      case 'released':
        for (const packetId of operation.packetIds) session.incoming.delete(packetId);
        break;
      case 'assigned':
        this.#assigned(session, operation);
        break;
    }
  }

  #subscribe(session: ClientSession, record: SubscriptionRecord, time: TimeMs): void {
    const space = this.space(session.tenant);
    const existing = session.subscriptions.get(record.filter);
    const group = record.group === '' ? undefined : space.group(record.filter, record.match);
    const subscription: Subscription = { ...record, session, group };
    // A new member joins before the old one leaves, so that a group of one is not taken down between them.
    space.subscribe(subscription);
    if (existing && !group) space.unsubscribe(existing);
    session.subscriptions.set(record.filter, subscription);
    if (group) this.#observer.shared(group, session.tenant);
    // Retained messages: not for shared subscriptions (§ 4.8.2), else by Retain Handling, § 3.3.1.3.
    const wanted = record.retainHandling === 0 || (record.retainHandling === 1 && !existing);
    if (group || record.own || !wanted) return;
    for (const message of space.retained.find(record.match, time)) {
      const identifiers = record.identifier > 0 ? [record.identifier] : [];
      const qos = lower(record.qos, message.qos);
      this.deliver(session, { ...message, time }, { qos, retain: true, identifiers });
    }
  }

  #unsubscribe(session: ClientSession, filter: string): void {
    const subscription = session.subscriptions.get(filter);
    if (!subscription) return;
    session.subscriptions.delete(filter);
    this.space(session.tenant).unsubscribe(subscription);
    if (subscription.group) this.#orphaned(subscription.group, session.tenant);
  }

  #share(group: SharedGroup, message: Message): void {
    if (message.qos === 0 || !group.hasStoredMember) {
      this.shareNow(group, message);
      return;
    }
    if (!group.add(message, this.#queueLimits)) this.#observer.limitHit('mqtt.queueMessagesMax');
    this.#observer.shared(group, message.tenant);
  }

  #assigned(session: ClientSession, operation: Shared): void {
    const entry = this.space(session.tenant).groups.get(operation.filter);
    const subscription = entry?.group.members.get(session);
    if (!entry || !subscription) return;
    for (const offset of operation.offsets) {
      const message = entry.group.take(offset);
      if (!message) continue;
      this.deliver(session, message, this.sharedOptions(subscription, entry.group, message));
    }
  }

  #taken(operation: Shared): void {
    const entry = this.space(operation.tenant).groups.get(operation.filter);
    for (const offset of operation.offsets) entry?.group.take(offset);
  }

  /** QoS 1 messages of a shared subscription that a session leaves behind go to another member, [MQTT-4.8.2-5]; QoS 2 must not, [MQTT-4.8.2-4]. */
  #giveBack(session: ClientSession): void {
    for (const { group, qos, message, acknowledged } of session.queue.deliveries()) {
      if (group && qos === 1 && !acknowledged && group.members.size > 0)
        this.#share(group, message);
    }
  }

  /** The last member that would keep messages has left a group. */
  #orphaned(group: SharedGroup, tenant: number): void {
    if (group.hasStoredMember) this.#observer.shared(group, tenant);
    else for (const message of group.takeAll()) this.shareNow(group, message);
  }

  #fullBy({ queue }: ClientSession, message: Message): LimitName {
    const { messagesMax, bytesMax } = this.#queueLimits;
    if (queue.size >= messagesMax) return 'mqtt.queueMessagesMax';
    const full = queue.bytes + messageBytes(message) > bytesMax;
    return full ? 'mqtt.queueBytesMax' : 'mqtt.queueBytesPerTenantMax';
  }
}

function lower(a: QoS, b: QoS): QoS {
  return a < b ? a : b;
}

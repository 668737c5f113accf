// SPDX-License-Identifier: Apache-2.0
import { RecordKind, type LogChunk, type LogRecord, type Offset } from '#bus';
import type { DurationMs, LimitName, Limits, TimeMs } from '#core';
import type { Logger } from '#runtime';
import type { Ingest } from '../../ingest/port.ts';
import { sessionKey, type ClientSession, type SessionConnection } from './client-session.ts';
import type { Ledger, Proposal, Settled } from './ledger.ts';
import { messageBytes, sameOwner, type Message, type Owner } from './message.ts';
import type { SubscriptionRecord } from './operations.ts';
import type { Will } from './packets.ts';
import type { Delivery } from './queue.ts';
import { decodeMessage, decodeOperation, encodeMessage } from './records.ts';
import { SharedDispatch } from './shared-dispatch.ts';
import { BrokerState, type StateObserver } from './state.ts';
import type { PendingWill } from './will.ts';

export interface BrokerOptions {
  readonly ingest: Ingest;
  readonly ledger: Ledger;
  readonly limits: Limits;
  readonly logger: Logger;
  readonly limitHit: (name: LimitName) => void;
  /** Publishes a will that is due as its owner would have, into the open generation; false to be asked again. */
  readonly publishWill: (will: PendingWill) => boolean;
}

export interface OpenRequest {
  readonly tenant: number;
  readonly clientId: string;
  readonly owner: Owner;
  readonly cleanStart: boolean;
  readonly expiryMs: DurationMs;
  readonly will: Will | undefined;
}

export type OpenOutcome =
  | { readonly kind: 'opened'; readonly session: ClientSession; readonly present: boolean }
  | { readonly kind: 'foreign' }
  | { readonly kind: 'full' }
  | { readonly kind: 'failed'; readonly reason: Error };

/** How often session ends are looked for. */
const sweepMs: DurationMs = 1_000;

/**
 * The broker at run time: proposes changes to the log, applies what comes back, and answers. Sessions that end with
 * their connection are changed at once, without a record.
 */
export class Broker implements StateObserver {
  readonly state: BrokerState;
  readonly #ingest: Ingest;
  readonly #ledger: Ledger;
  readonly #limits: Limits;
  readonly #logger: Logger;
  readonly #limitHit: (name: LimitName) => void;
  readonly #publishWill: (will: PendingWill) => boolean;
  readonly #shares: SharedDispatch;
  /** Opens on their way to the log, by session. */
  readonly #opening = new Map<string, number>();
  readonly #ending = new Set<ClientSession>();
  /** Acknowledged deliveries that are not recorded yet: one record a session and turn. */
  readonly #acknowledged = new Map<ClientSession, number[]>();
  /** Epochs of sessions without records: below every offset. */
  #unrecorded = -1;
  /** Retained messages given to the log, and how many of them are known to be applied. */
  #retainedTaken = 0;
  #retainedApplied = 0;
  #replaying = true;
  #sweptAt: TimeMs = 0;

  constructor(options: BrokerOptions) {
    this.#ingest = options.ingest;
    this.#ledger = options.ledger;
    this.#limits = options.limits;
    this.#logger = options.logger;
    this.#limitHit = options.limitHit;
    this.#publishWill = options.publishWill;
    this.state = new BrokerState(options.limits, this);
    this.#shares = new SharedDispatch(this.state, (proposal, settled) =>
      this.#propose(proposal, settled),
    );
  }

  /** Applies a chunk of the log in order. */
  chunk(chunk: LogChunk): void {
    for (const record of chunk.records) {
      if (record.kind === RecordKind.message) this.#message(record);
      else if (record.kind === RecordKind.session) this.#operation(record);
    }
  }

  /** The log has been read to its end: whoever was connected before is not any more. */
  ready(): void {
    this.#replaying = false;
    this.#ledger.advance(this.state.time);
    const open = new Map<Offset, { tenant: number; clientId: string; expiryMs: DurationMs }>();
    for (const { epoch, tenant, clientId } of this.state.wills.all()) {
      open.set(epoch, { tenant, clientId, expiryMs: 0 });
    }
    for (const { epoch, tenant, clientId, expiryMs } of this.state.sessions.values()) {
      if (epoch !== -1) open.set(epoch, { tenant, clientId, expiryMs });
    }
    for (const [epoch, { tenant, clientId, expiryMs }] of open) {
      this.#propose({ op: 'closed', tenant, clientId, epoch, expiryMs, normal: false });
    }
    for (const session of this.state.sessions.values()) {
      for (const delivery of session.queue.deliveries()) delivery.attempted = true;
    }
  }

  /** Makes a session the one of a connection, resuming what is stored or starting anew, § 3.1.2.4. */
  open(
    request: OpenRequest,
    connection: SessionConnection,
    answer: (outcome: OpenOutcome) => void,
  ): void {
    const { tenant, clientId, owner, cleanStart, expiryMs, will } = request;
    const key = sessionKey(tenant, clientId);
    const existing = this.state.sessions.get(key);
    if (existing && !sameOwner(existing.owner, owner)) {
      answer({ kind: 'foreign' });
      return;
    }
    const resumes = existing?.stored === true && !cleanStart;
    const stored = expiryMs > 0 || resumes;
    const { storedSessions } = this.state.space(tenant);
    if (
      stored &&
      !existing?.stored &&
      storedSessions >= this.#limits['mqtt.sessionsPerTenantMax']
    ) {
      this.#limitHit('mqtt.sessionsPerTenantMax');
      answer({ kind: 'full' });
      return;
    }
    const opened = {
      op: 'opened',
      tenant,
      clientId,
      owner,
      cleanStart,
      stored,
      expiryMs,
      will,
    } as const;
    const finish = (): void => {
      const session = this.state.session(tenant, clientId);
      if (!session) return;
      session.connection = connection;
      answer({ kind: 'opened', session, present: session.resumed });
      this.#shares.touched(session);
    };
    const recorded = stored || will !== undefined || existing?.stored || this.#opening.has(key);
    if (!recorded) {
      this.state.apply({ ...opened, time: this.#ledger.time() }, --this.#unrecorded);
      finish();
      return;
    }
    this.#opening.set(key, (this.#opening.get(key) ?? 0) + 1);
    this.#propose(opened, (outcome) => {
      this.#opened(key);
      if (typeof outcome === 'number') finish();
      else answer({ kind: 'failed', reason: outcome });
    });
  }

  /** A connection is gone; its session waits for `expiryMs`, or ends. */
  detach(
    session: ClientSession,
    connection: SessionConnection,
    expiryMs: DurationMs,
    normal: boolean,
  ): void {
    // Taken over: the session is another connection's now.
    if (session.connection !== connection) return;
    session.connection = undefined;
    this.#flushAcknowledged(session);
    const { tenant, clientId, epoch } = session;
    const closed = { op: 'closed', tenant, clientId, epoch, expiryMs, normal } as const;
    if (epoch >= 0) this.#propose(closed);
    if (!session.stored) this.state.apply({ ...closed, time: this.#ledger.time() }, -1);
  }

  /** Makes subscriptions; answers once they hold and, for a stored session, are durable. */
  subscribe(
    session: ClientSession,
    subscriptions: readonly SubscriptionRecord[],
    answer: Settled,
  ): void {
    const { tenant, clientId } = session;
    const subscribe = (): void =>
      this.#change(session, { op: 'subscribed', tenant, clientId, subscriptions }, answer);
    if (session.stored || this.#retainedApplied === this.#retainedTaken) subscribe();
    else this.#behindRetained(session, subscribe);
  }

  unsubscribe(session: ClientSession, filters: readonly string[], answer: Settled): void {
    const { tenant, clientId } = session;
    this.#change(session, { op: 'unsubscribed', tenant, clientId, filters }, answer);
  }

  /** A delivery is through. */
  acknowledged(session: ClientSession, delivery: Delivery): void {
    delivery.acknowledged = true;
    this.#shares.returned(session, delivery);
    if (!session.stored) {
      session.queue.remove(delivery.packetId);
      return;
    }
    const waiting = this.#acknowledged.get(session);
    if (waiting) {
      waiting.push(delivery.packetId);
      return;
    }
    this.#acknowledged.set(session, [delivery.packetId]);
    queueMicrotask(() => this.#flushAcknowledged(session));
  }

  /** PUBREC has come; PUBREL may go once that is recorded. */
  received(session: ClientSession, delivery: Delivery, answer: Settled): void {
    const { tenant, clientId } = session;
    const packetIds = [delivery.packetId];
    this.#change(session, { op: 'received', tenant, clientId, packetIds }, answer);
  }

  /** A QoS 2 publish of the client is taken, in the same generation as what it carries. */
  incoming(session: ClientSession, packetId: number): void {
    const { tenant, clientId } = session;
    this.#change(session, { op: 'incoming', tenant, clientId, packetIds: [packetId] });
  }

  released(session: ClientSession, packetId: number, answer: Settled): void {
    const { tenant, clientId } = session;
    this.#change(session, { op: 'released', tenant, clientId, packetIds: [packetId] }, answer);
  }

  /** Ends a session for good and its connection with it. */
  remove(session: ClientSession): void {
    if (this.#ending.has(session)) return;
    this.#ending.add(session);
    const { tenant, clientId } = session;
    const done = (): void => void this.#ending.delete(session);
    this.#change(session, { op: 'removed', tenant, clientId }, done);
  }

  /**
   * Takes an application message. QoS 1 and 2 and retained ones are recorded in the open generation and delivered once
   * durable; the rest is delivered at once. Answers whether anyone subscribes to it.
   */
  publish(draft: Omit<Message, 'offset' | 'time'>): boolean {
    const message: Message = { ...draft, time: this.#ledger.time(), offset: -1 };
    const { tree } = this.state.space(message.tenant);
    if (message.qos === 0 && !message.retain) {
      this.state.route(message);
      return true;
    }
    if (message.retain) this.#retainedTaken++;
    this.#ingest.add({ kind: RecordKind.message, payload: encodeMessage(message) });
    return tree.matches(message.topic);
  }

  /** The limit that keeps a message from being retained, if any. */
  retainedLimit(tenant: number, topic: string, payloadBytes: number): LimitName | undefined {
    if (payloadBytes === 0) return undefined;
    if (payloadBytes > this.#limits['mqtt.retainedBytesMax']) return 'mqtt.retainedBytesMax';
    const { retained } = this.state.space(tenant);
    const old = retained.get(topic);
    const oldBytes = old ? messageBytes(old) : 0;
    const bytes = retained.bytes - oldBytes + payloadBytes + topic.length;
    if (bytes > this.#limits['mqtt.retainedBytesPerTenantMax']) {
      return 'mqtt.retainedBytesPerTenantMax';
    }
    const full = !old && retained.count >= this.#limits['mqtt.retainedPerTenantMax'];
    return full ? 'mqtt.retainedPerTenantMax' : undefined;
  }

  /** Removes what an owner has left: sessions and retained messages. */
  forget(owner: Owner): void {
    for (const will of this.state.wills.all()) {
      const { tenant, clientId, epoch } = will;
      if (!sameOwner(will.owner, owner)) continue;
      will.firing = true;
      this.#propose({ op: 'willDone', tenant, clientId, epoch });
    }
    for (const session of this.state.sessions.values()) {
      if (sameOwner(session.owner, owner)) this.remove(session);
    }
    for (const [tenant, space] of this.state.spaces()) {
      const theirs = space.retained.all().filter((message) => sameOwner(message.publisher, owner));
      const topics = theirs.map((message) => message.topic);
      if (topics.length > 0) this.#propose({ op: 'forgotten', tenant, clientId: '', topics });
    }
  }

  /** Everything that falls due with time: wills, session ends, retained messages. */
  tick(now: TimeMs): void {
    for (const will of this.state.wills.due(now)) this.#fire(will);
    if (now - this.#sweptAt < sweepMs && now >= this.#sweptAt) return;
    this.#sweptAt = now;
    for (const session of this.state.sessions.values()) {
      if (!session.connection && session.expiresAt <= now) this.remove(session);
    }
    const { time } = this.state;
    for (const [, { retained }] of this.state.spaces()) {
      // Relative to the log's time, so that a replay sees the same messages.
      if (retained.nextExpiry <= time) retained.dropExpired(time);
    }
  }

  shared(group: Parameters<StateObserver['shared']>[0], tenant: number): void {
    if (!this.#replaying) this.#shares.pending(group, tenant);
  }

  limitHit(name: LimitName): void {
    if (!this.#replaying) this.#limitHit(name);
  }

  #message(record: LogRecord): void {
    const message = decodeMessage(record.payload, record.offset);
    if (message.ok) this.state.message(message.value);
    else
      this.#logger.error(
        { offset: record.offset, ...message.fault },
        'message record not understood',
      );
  }

  #operation(record: LogRecord): void {
    const decoded = decodeOperation(record.payload);
    if (!decoded.ok) {
      const fields = { offset: record.offset, ...decoded.fault };
      this.#logger.error(fields, 'session record not understood');
      return;
    }
    this.state.apply(decoded.value.operation, record.offset);
    this.#ledger.applied(decoded.value.origin, record.offset);
  }

  #propose(proposal: Proposal, settled?: Settled): void {
    this.#ledger.propose({ ...proposal, time: this.#ledger.time() }, settled);
  }

  /** Changes a session through the log, or at once when it is not stored. */
  #change(session: ClientSession, proposal: Proposal, settled?: Settled): void {
    if (session.stored) {
      this.#propose(proposal, settled);
      return;
    }
    this.state.apply({ ...proposal, time: this.#ledger.time() }, -1);
    settled?.(-1);
  }

  /**
   * A subscription that is not recorded still finds the retained messages that were taken before it: an operation
   * that changes nothing goes through the log behind them. When the log fails they are not there to be found.
   */
  #behindRetained(session: ClientSession, subscribe: () => void): void {
    const { tenant, clientId } = session;
    const taken = this.#retainedTaken;
    this.#propose({ op: 'forgotten', tenant, clientId: '', topics: [] }, (outcome) => {
      if (typeof outcome === 'number') this.#retainedApplied = taken;
      if (this.state.session(tenant, clientId) === session) subscribe();
    });
  }

  #opened(key: string): void {
    const left = (this.#opening.get(key) ?? 1) - 1;
    if (left > 0) this.#opening.set(key, left);
    else this.#opening.delete(key);
  }

  #flushAcknowledged(session: ClientSession): void {
    const packetIds = this.#acknowledged.get(session);
    if (!packetIds) return;
    this.#acknowledged.delete(session);
    const { tenant, clientId } = session;
    this.#propose({ op: 'acknowledged', tenant, clientId, packetIds });
  }

  #fire(will: PendingWill): void {
    if (!this.#publishWill(will)) return;
    will.firing = true;
    const { tenant, clientId, epoch } = will;
    this.#propose({ op: 'willDone', tenant, clientId, epoch }, (outcome) => {
      if (typeof outcome !== 'number') will.firing = false;
    });
  }
}

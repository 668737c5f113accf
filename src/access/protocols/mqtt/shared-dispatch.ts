// SPDX-License-Identifier: Apache-2.0
import type { Offset } from '#bus';
import type { ClientSession, Subscription } from './client-session.ts';
import type { Proposal, Settled } from './ledger.ts';
import type { Message } from './message.ts';
import type { Delivery } from './queue.ts';
import type { SharedGroup } from './shared.ts';
import type { BrokerState } from './state.ts';

type Propose = (proposal: Proposal, settled?: Settled) => void;

/**
 * Hands the waiting messages of shared subscriptions to members, in order. To a stored session a message goes by a
 * record, so that after a crash exactly one member has it. To a session of the moment a QoS 1 message is lent: it
 * stays in the group's queue until acknowledged. A QoS 2 message leaves the queue, durably, before it is sent:
 * nobody else may get it, [MQTT-4.8.2-4].
 */
export class SharedDispatch {
  readonly #state: BrokerState;
  readonly #propose: Propose;
  readonly #pending = new Map<SharedGroup, number>();

  constructor(state: BrokerState, propose: Propose) {
    this.#state = state;
    this.#propose = propose;
  }

  /** There may be something to hand out, once this turn is through. */
  pending(group: SharedGroup, tenant: number): void {
    if (this.#pending.size === 0) queueMicrotask(() => this.#run());
    this.#pending.set(group, tenant);
  }

  /** The session has come, or has room again. */
  touched(session: ClientSession): void {
    if (this.#state.space(session.tenant).groups.size === 0) return;
    for (const { group } of session.subscriptions.values()) {
      if (group?.hasWaiting) this.pending(group, session.tenant);
    }
  }

  /** The session is through with a delivery. */
  returned(session: ClientSession, delivery: Delivery): void {
    const { group, message } = delivery;
    if (group && !session.stored && group.isLent(message.offset)) {
      this.#take(group, session, [message.offset]);
    }
    this.touched(session);
  }

  #run(): void {
    const groups = [...this.#pending];
    this.#pending.clear();
    for (const [group] of groups) this.#dispatch(group);
  }

  #dispatch(group: SharedGroup): void {
    if (!group.hasWaiting) return;
    const assigned = new Map<ClientSession, Offset[]>();
    for (const [offset, message] of group.waiting()) {
      if (group.isLent(offset)) continue;
      const subscription = group.pick(true);
      if (!subscription) break;
      const { session } = subscription;
      group.lend(offset, session);
      if (!session.stored) {
        this.#toMoment(group, subscription, message);
        continue;
      }
      const offsets = assigned.get(session);
      if (offsets) offsets.push(offset);
      else assigned.set(session, [offset]);
    }
    for (const [session, offsets] of assigned) this.#assign(group, session, offsets);
  }

  #assign(group: SharedGroup, session: ClientSession, offsets: readonly Offset[]): void {
    const { tenant, clientId } = session;
    this.#propose({ op: 'assigned', tenant, clientId, filter: group.name, offsets }, (outcome) => {
      // Not recorded, or the session was gone by then: what is still waiting is free for others.
      for (const offset of offsets) group.giveBack(offset);
      if (typeof outcome === 'number') this.pending(group, tenant);
    });
  }

  #toMoment(group: SharedGroup, subscription: Subscription, message: Message): void {
    const { session } = subscription;
    const options = this.#state.sharedOptions(subscription, group, message);
    if (options.qos === 1) {
      this.#state.deliver(session, message, options);
      return;
    }
    this.#take(group, session, [message.offset], () => {
      if (session.connection) this.#state.deliver(session, message, options);
    });
  }

  #take(
    group: SharedGroup,
    session: ClientSession,
    offsets: readonly Offset[],
    taken?: () => void,
  ): void {
    const { tenant, clientId } = session;
    this.#propose({ op: 'taken', tenant, clientId, filter: group.name, offsets }, (outcome) => {
      if (typeof outcome === 'number') taken?.();
      else for (const offset of offsets) group.giveBack(offset);
    });
  }
}

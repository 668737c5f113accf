// SPDX-License-Identifier: Apache-2.0
import type { Offset } from '#bus';
import type { ClientSession, Subscription } from './client-session.ts';
import { messageBytes, type Message } from './message.ts';
import type { QueueLimits } from './queue.ts';

/**
 * A shared subscription (§ 4.8.2). While it has a member whose session is stored, its QoS 1 and 2 messages wait in
 * its own queue, which is in the log, until a record says to which member they went. With members of the moment only,
 * a message goes to one of them at once and never into the log.
 */
export class SharedGroup {
  readonly name: string;
  readonly match: string;
  readonly members = new Map<ClientSession, Subscription>();
  readonly #waiting = new Map<Offset, Message>();
  /** Waiting messages that are on their way to a member: lent to a member of the moment, or being recorded. */
  readonly #lent = new Map<Offset, ClientSession>();
  readonly #lentBy = new Map<ClientSession, number>();
  #bytes = 0;
  #stored = 0;

  constructor(name: string, match: string) {
    this.name = name;
    this.match = match;
  }

  get hasStoredMember(): boolean {
    return this.#stored > 0;
  }

  /** Whether there is something to hand out. */
  get hasWaiting(): boolean {
    return this.#waiting.size > this.#lent.size;
  }

  /** All that waits, lent or not, in order. */
  waiting(): IterableIterator<[Offset, Message]> {
    return this.#waiting.entries();
  }

  join(session: ClientSession, subscription: Subscription): void {
    if (!this.members.has(session) && session.stored) this.#stored++;
    this.members.set(session, subscription);
  }

  /** Takes a member out; the messages lent to it can go to others. */
  leave(session: ClientSession): void {
    if (!this.members.delete(session)) return;
    if (session.stored) this.#stored--;
    for (const [offset, borrower] of this.#lent) {
      if (borrower === session) this.giveBack(offset);
    }
  }

  /** Queues a message; false when the queue is full. */
  add(message: Message, limits: QueueLimits): boolean {
    if (this.#waiting.has(message.offset)) return true;
    const bytes = messageBytes(message);
    if (!this.#fits(bytes, limits)) this.#dropExpired(message.time);
    if (!this.#fits(bytes, limits)) return false;
    this.#waiting.set(message.offset, message);
    this.#bytes += bytes;
    return true;
  }

  take(offset: Offset): Message | undefined {
    const message = this.#waiting.get(offset);
    if (!message) return undefined;
    this.#waiting.delete(offset);
    this.giveBack(offset);
    this.#bytes -= messageBytes(message);
    return message;
  }

  /** All that waits, taken out: when nobody is left who would keep it. */
  takeAll(): Message[] {
    return [...this.#waiting.keys()].flatMap((offset) => this.take(offset) ?? []);
  }

  lend(offset: Offset, session: ClientSession): void {
    if (!this.#waiting.has(offset)) return;
    this.#lent.set(offset, session);
    this.#lentBy.set(session, (this.#lentBy.get(session) ?? 0) + 1);
  }

  /** A lent message is free for others again. */
  giveBack(offset: Offset): void {
    const borrower = this.#lent.get(offset);
    if (!borrower) return;
    this.#lent.delete(offset);
    const left = (this.#lentBy.get(borrower) ?? 1) - 1;
    if (left > 0) this.#lentBy.set(borrower, left);
    else this.#lentBy.delete(borrower);
  }

  isLent(offset: Offset): boolean {
    return this.#lent.has(offset);
  }

  /** The connected member with room that has least to do; members with the same load take turns. */
  pick(needsRoom: boolean): Subscription | undefined {
    let best: Subscription | undefined;
    let bestLoad = Number.POSITIVE_INFINITY;
    for (const [session, subscription] of this.members) {
      const connection = session.connection;
      if (!connection || (needsRoom && !connection.hasRoom)) continue;
      const load = connection.load + (this.#lentBy.get(session) ?? 0);
      if (load >= bestLoad) continue;
      best = subscription;
      bestLoad = load;
    }
    if (best) this.#toTheEnd(best);
    return best;
  }

  #toTheEnd(subscription: Subscription): void {
    this.members.delete(subscription.session);
    this.members.set(subscription.session, subscription);
  }

  #fits(bytes: number, limits: QueueLimits): boolean {
    return this.#waiting.size < limits.messagesMax && this.#bytes + bytes <= limits.bytesMax;
  }

  #dropExpired(now: number): void {
    for (const [offset, message] of this.#waiting) {
      if (message.expiresAt <= now) this.take(offset);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
import type { DurationMs } from '#core';
import type { ClientSession, Subscription } from './client-session.ts';
import type { QueuedBytes } from './queue.ts';
import { RetainedStore } from './retained.ts';
import { SharedGroup } from './shared.ts';
import { TopicTree } from './topic-tree.ts';

/** Where a matching message goes. */
export type Route =
  | { readonly kind: 'subscription'; readonly subscription: Subscription }
  | { readonly kind: 'group'; readonly group: SharedGroup };

/** The topics of one tenant: who listens, and what is retained. Tenants never see each other's. */
export class TopicSpace {
  readonly tree = new TopicTree<Route>();
  readonly retained: RetainedStore;
  readonly groups = new Map<string, { readonly group: SharedGroup; readonly route: Route }>();
  /** Sessions with a place in the log. */
  storedSessions = 0;
  /** What waits for its sessions. */
  readonly queued: QueuedBytes = { bytes: 0 };
  readonly #routes = new Map<Subscription, Route>();
  #interest = 0;

  constructor(retainedTtlMs: DurationMs) {
    this.retained = new RetainedStore(retainedTtlMs);
  }

  /** Whether anyone's filter could match what things publish: nothing is done for readings while it is false. */
  get watchesThings(): boolean {
    return this.#interest > 0;
  }

  /** The group of a shared filter, made when it is not there. */
  group(filter: string, match: string): SharedGroup {
    const known = this.groups.get(filter);
    if (known) return known.group;
    const group = new SharedGroup(filter, match);
    const route: Route = { kind: 'group', group };
    this.groups.set(filter, { group, route });
    this.#add(match, route);
    return group;
  }

  subscribe(subscription: Subscription): void {
    if (subscription.own) return;
    if (subscription.group) {
      subscription.group.join(subscription.session, subscription);
      return;
    }
    const route: Route = { kind: 'subscription', subscription };
    this.#routes.set(subscription, route);
    this.#add(subscription.match, route);
  }

  unsubscribe(subscription: Subscription): void {
    const { session, group, match, filter } = subscription;
    if (group) {
      group.leave(session);
      const entry = this.groups.get(filter);
      if (group.members.size > 0 || !entry) return;
      this.groups.delete(filter);
      this.#remove(match, entry.route);
      return;
    }
    const route = this.#routes.get(subscription);
    if (!route) return;
    this.#routes.delete(subscription);
    this.#remove(match, route);
  }

  /** Every subscription of a session, gone. */
  unsubscribeAll(session: ClientSession): void {
    for (const subscription of session.subscriptions.values()) this.unsubscribe(subscription);
    session.subscriptions.clear();
  }

  #add(match: string, route: Route): void {
    this.tree.add(match, route);
    if (couldMatchThings(match)) this.#interest++;
  }

  #remove(match: string, route: Route): void {
    if (this.tree.remove(match, route) && couldMatchThings(match)) this.#interest--;
  }
}

function couldMatchThings(match: string): boolean {
  const first = match.split('/', 1)[0];
  return first === 'things' || first === '#' || first === '+';
}

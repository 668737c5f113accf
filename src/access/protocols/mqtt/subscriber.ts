// SPDX-License-Identifier: Apache-2.0
import { reason } from './codec.ts';
import type { ClientSession } from './client-session.ts';
import type { MqttContext } from './context.ts';
import type { SubscriptionRecord } from './operations.ts';
import type { SubscribePacket } from './packets.ts';
import { isThingTopic } from './policy.ts';
import { isOwnName, type ClientIdentity, type ThingNames } from './thing-names.ts';
import { splitThingFilter } from './thing-topics.ts';
import { parseFilter } from './topic.ts';

/** What becomes of a SUBSCRIBE: a code for each filter, and what to subscribe. */
export interface SubscribePlan {
  readonly codes: number[];
  readonly records: SubscriptionRecord[];
  /** Why filters were refused, for diagnosis. */
  readonly refused: string[];
}

/** Who subscribes, and whom it may speak for. */
export interface Subscriber {
  readonly identity: ClientIdentity;
  readonly names: ThingNames;
}

type Place = { readonly match: string; readonly own: boolean };

/** Checks every filter of a SUBSCRIBE against policy and limits; asks for children that are not in memory. */
export async function planSubscribe(
  context: MqttContext,
  who: Subscriber,
  session: ClientSession,
  packet: SubscribePacket,
): Promise<SubscribePlan> {
  const plan: SubscribePlan = { codes: [], records: [], refused: [] };
  const identifier = packet.properties?.subscriptionIdentifiers?.[0] ?? 0;
  const known = new Set(session.subscriptions.keys());
  for (const subscription of packet.subscriptions) {
    const { filter } = subscription;
    const parsed = parseFilter(filter);
    const place = parsed
      ? await placeOf(context, who, parsed.filter, parsed.group !== undefined)
      : reason.topicFilterInvalid;
    if (typeof place === 'number') {
      plan.codes.push(place);
      plan.refused.push(filter);
      continue;
    }
    known.add(filter);
    if (known.size > context.limits['mqtt.subscriptionsPerClientMax']) {
      known.delete(filter);
      context.limitHit('mqtt.subscriptionsPerClientMax');
      plan.codes.push(reason.quotaExceeded);
      plan.refused.push(filter);
      continue;
    }
    plan.codes.push(subscription.qos);
    plan.records.push({ ...subscription, ...place, group: parsed?.group ?? '', identifier });
  }
  return plan;
}

/** Where a filter stands in the tenant's topics, or the reason code of its refusal. */
async function placeOf(
  context: MqttContext,
  who: Subscriber,
  match: string,
  shared: boolean,
): Promise<Place | number> {
  const { owner } = who.identity;
  if (owner.kind === 'thing' && isThingTopic(match)) {
    return shared ? reason.notAuthorized : ownPlace(who.identity, who.names, match);
  }
  if (context.policy.maySubscribe(owner, match)) return { match, own: false };
  // A stranger is not told why.
  return owner.kind === 'anonymous' ? reason.unspecifiedError : reason.notAuthorized;
}

/** A thing's own topics and those of its children; wildcards in place of the name only for what comes to devices. */
async function ownPlace(
  identity: ClientIdentity,
  names: ThingNames,
  match: string,
): Promise<Place | number> {
  const split = splitThingFilter(match);
  const { binding } = identity;
  if (!split || !binding) return reason.notAuthorized;
  const { name, rest } = split;
  if (isOwnName(binding, name)) {
    return { match: `things/${binding.thing}/${rest}`, own: true };
  }
  const [section] = rest.split('/');
  if (name === '+' && (section === 'actions' || section === 'desired')) return { match, own: true };
  if (/[+#]/.test(name)) return reason.notAuthorized;
  const child = await names.resolve(identity, name);
  if (!child) return reason.notAuthorized;
  return { match: `things/${child.thing}/${rest}`, own: true };
}

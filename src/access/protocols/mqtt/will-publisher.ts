// SPDX-License-Identifier: Apache-2.0
import type { MqttContext } from './context.ts';
import { isThingTopic } from './policy.ts';
import { isOwnName, type ClientIdentity } from './thing-names.ts';
import { parseThingTopic } from './thing-topics.ts';
import type { PendingWill } from './will.ts';

/**
 * Publishes a due will as its owner would: what was allowed at CONNECT is asked again. Adds to the open generation.
 * False: the owner's thing is not in memory; it is being loaded, ask again.
 */
export function publishWill(context: MqttContext, pending: PendingWill): boolean {
  const { will, owner, tenant, clientId } = pending;
  const { publisher, bindings, ingest, logger } = context;
  const { topic, payload, qos, retain, properties } = will;
  const publication = { topic, payload, qos, retain, properties, now: ingest.now };
  if (!isThingTopic(topic)) {
    const identity = { tenant, owner, clientId, binding: undefined };
    publisher.message(identity, publication);
    return true;
  }
  const parsed = parseThingTopic(topic);
  if (!parsed || owner.kind !== 'thing') return true;
  const binding = bindings.peek(owner.id);
  if (!binding || binding.stale) {
    if (pending.asked) return true;
    pending.asked = true;
    bindings.load(owner.id).catch((error: unknown) => {
      logger.error({ error, thing: owner.id }, 'the thing of a will could not be loaded');
    });
    return false;
  }
  const identity: ClientIdentity = { tenant, owner, clientId, binding };
  const child = isOwnName(binding, parsed.name) ? binding : bindings.peek(Number(parsed.name));
  const permitted =
    child && (child === binding || child.parent === binding.thing) ? child : undefined;
  publisher.report(identity, publication, permitted);
  return true;
}

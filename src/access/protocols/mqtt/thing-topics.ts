// SPDX-License-Identifier: Apache-2.0

/** What a topic under `things/` is for. `name` is the thing's id or uri as it stands in the topic, decoded. */
export type ThingTopic =
  | { readonly kind: 'properties'; readonly name: string }
  | { readonly kind: 'event'; readonly name: string; readonly event: string }
  | { readonly kind: 'result'; readonly name: string; readonly action: string };

/**
 * `things/{name}/properties`, `things/{name}/events/{event}`, `things/{name}/actions/{action}/result`; undefined for
 * anything else. A uri is percent-encoded into its one level.
 */
export function parseThingTopic(topic: string): ThingTopic | undefined {
  const [first, encoded, section, item, last, ...more] = topic.split('/');
  if (first !== 'things' || encoded === undefined || more.length > 0) return undefined;
  const name = decoded(encoded);
  if (name === undefined) return undefined;
  if (section === 'properties' && item === undefined) return { kind: 'properties', name };
  if (section === 'events' && item !== undefined && item !== '' && last === undefined) {
    return { kind: 'event', name, event: item };
  }
  if (section === 'actions' && item !== undefined && item !== '' && last === 'result') {
    return { kind: 'result', name, action: item };
  }
  return undefined;
}

/** A filter under `things/` taken apart at its second level. */
export function splitThingFilter(match: string): { name: string; rest: string } | undefined {
  const [first, encoded, ...rest] = match.split('/');
  if (first !== 'things' || encoded === undefined) return undefined;
  const name = decoded(encoded);
  return name === undefined ? undefined : { name, rest: rest.join('/') };
}

/** The topic of a thing under which everyone knows it. */
export function canonicalTopic(thing: number, topic: string): string {
  return `things/${thing}/${topic.split('/').slice(2).join('/')}`;
}

/** Where a device receives: an action, or its desired values. */
export function downlinkTopic(kind: 'action' | 'desired', action: string): string {
  return kind === 'action' ? `actions/${action}` : 'desired';
}

function decoded(level: string): string | undefined {
  if (level === '') return undefined;
  if (!level.includes('%')) return level;
  try {
    return decodeURIComponent(level);
  } catch {
    return undefined;
  }
}

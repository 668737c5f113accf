// SPDX-License-Identifier: Apache-2.0
import type { ThingBinding } from '#model';
import type { ThingScope } from '#security';
import type { Owner } from './message.ts';
import { splitThingFilter } from './thing-topics.ts';
import type { TokenRights } from './token-rights.ts';
import { parseFilter, topicMatches } from './topic.ts';

/**
 * A permission on topics outside `things/`; what no rule permits is refused. `{thing}` stands for the client's id; a
 * filter after `!` is taken out of what the rules permit.
 */
export interface PolicyRule {
  readonly who: 'anyone' | 'anonymous' | 'thing' | 'token';
  readonly may: readonly ('publish' | 'subscribe')[];
  readonly topics: readonly string[];
}

/**
 * Without rules of their own: tokens use every broker topic that their permissions allow, anonymous clients every topic of
 * their tenant, things none but those under `things/`, which are not a matter of rules.
 */
const defaultRules: readonly PolicyRule[] = [
  { who: 'token', may: ['publish', 'subscribe'], topics: ['#'] },
  { who: 'anonymous', may: ['publish', 'subscribe'], topics: ['#'] },
];

/** Who may use which topics. Asked at publish, at subscribe, at delivery, and for wills at CONNECT and when they fire. */
export class Policy {
  readonly #byKind: Readonly<
    Record<`${Owner['kind']} ${'publish' | 'subscribe'}`, readonly string[]>
  >;

  readonly #tokens: TokenRights;
  readonly #peek: (thing: number) => ThingBinding | undefined;

  /** `peek` finds a thing in memory. */
  constructor(
    rules: readonly PolicyRule[],
    tokens: TokenRights,
    peek: (thing: number) => ThingBinding | undefined,
  ) {
    this.#tokens = tokens;
    this.#peek = peek;
    const named = new Set(rules.map((rule) => rule.who));
    const defaults = defaultRules.filter((rule) => !named.has(rule.who) && !named.has('anyone'));
    const all = [...rules, ...defaults];
    const filters = (kind: Owner['kind'], action: 'publish' | 'subscribe'): string[] =>
      all
        .filter(({ who, may }) => (who === 'anyone' || who === kind) && may.includes(action))
        .flatMap(({ topics }) => topics);
    this.#byKind = {
      'thing publish': filters('thing', 'publish'),
      'thing subscribe': filters('thing', 'subscribe'),
      'token publish': filters('token', 'publish'),
      'token subscribe': filters('token', 'subscribe'),
      'anonymous publish': filters('anonymous', 'publish'),
      'anonymous subscribe': filters('anonymous', 'subscribe'),
    };
  }

  /** Whether a broker topic may be published to. `$` topics are the server's, and `things/` is not a broker topic. */
  mayPublish(owner: Owner, topic: string): boolean {
    if (topic.startsWith('$') || isThingTopic(topic)) return false;
    if (owner.kind === 'token' && !this.#tokens.scope(owner, 'topics.publish')) return false;
    return permits(this.#filters(owner, 'publish'), (filter) => topicMatches(filter, topic));
  }

  /** Whether everything a filter (without `$share/{group}/`) matches may be received. */
  maySubscribe(owner: Owner, match: string): boolean {
    // What things publish is their tenant's; anonymous clients have a tenant without things. Of what a filter with
    // wildcards matches, a token receives what it may: see `mayReceive`.
    if (isThingTopic(match)) {
      if (owner.kind !== 'token' || splitThingFilter(match)?.name === 'me') return false;
      return this.#tokens.scope(owner, 'readings.read') !== undefined;
    }
    if (owner.kind === 'token' && !this.#tokens.scope(owner, 'topics.subscribe')) return false;
    return permits(this.#filters(owner, 'subscribe'), (filter) => covers(filter, match));
  }

  /** Whether a message may be delivered: the rules may have changed since the subscription was made. */
  mayReceive(owner: Owner, topic: string): boolean {
    if (isThingTopic(topic)) return owner.kind === 'token' && this.#mayRead(owner, topic);
    if (owner.kind === 'token' && !this.#tokens.scope(owner, 'topics.subscribe')) return false;
    return permits(this.#filters(owner, 'subscribe'), (filter) => topicMatches(filter, topic));
  }

  /** Whether a token may report for a thing of its tenant. */
  mayReport(owner: Owner, thing: ThingBinding): boolean {
    const scope = this.#tokens.scope(owner, 'readings.write');
    return scope !== undefined && reachesAll(scope, thing);
  }

  #mayRead(owner: Owner, topic: string): boolean {
    const scope = this.#tokens.scope(owner, 'readings.read');
    if (scope === undefined || scope.whole) return scope !== undefined;
    const thing = this.#peek(Number(splitThingFilter(topic)?.name));
    return thing !== undefined && reachesAll(scope, thing);
  }

  #filters(owner: Owner, action: 'publish' | 'subscribe'): readonly string[] {
    const { kind } = owner;
    const filters = this.#byKind[`${kind} ${action}`];
    return kind === 'thing'
      ? filters.map((each) => each.replaceAll('{thing}', `${owner.id}`))
      : filters;
  }
}

/** A message carries all properties of its thing, so a right to some of them is not enough. */
function reachesAll(scope: ThingScope, { labels }: ThingBinding): boolean {
  return scope.whole || (scope.admits(labels) && scope.propertiesOf(labels) === undefined);
}

/** Whether a filter applies and no exception does. */
function permits(filters: readonly string[], applies: (filter: string) => boolean): boolean {
  if (!filters.some((filter) => !filter.startsWith('!') && applies(filter))) return false;
  return !filters.some((filter) => filter.startsWith('!') && applies(filter.slice(1)));
}

/** Whether a topic or filter is about things: its first level is `things`. */
export function isThingTopic(topic: string): boolean {
  return topic === 'things' || topic.startsWith('things/');
}

/** Whether every topic that `inner` matches is matched by `outer` too. */
export function covers(outer: string, inner: string): boolean {
  if (parseFilter(outer) === undefined) return false;
  const outerLevels = outer.split('/');
  const innerLevels = inner.split('/');
  // A leading wildcard does not reach into $ topics, [MQTT-4.7.2-1].
  if (inner.startsWith('$') && outerLevels[0] !== innerLevels[0]) return false;
  for (let at = 0; at < outerLevels.length; at++) {
    const level = outerLevels[at];
    if (level === '#') return true;
    const other = innerLevels[at];
    if (other === undefined || other === '#') return false;
    if (level !== '+' && level !== other) return false;
  }
  return innerLevels.length === outerLevels.length;
}

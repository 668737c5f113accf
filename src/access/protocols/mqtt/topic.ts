// SPDX-License-Identifier: Apache-2.0

const slash = 0x2f;
const plus = 0x2b;
const hash = 0x23;
const dollar = 0x24;

/** A filter taken apart: `group` is set for `$share/{group}/{filter}` (§ 4.8.2). */
export interface ParsedFilter {
  readonly group?: string | undefined;
  readonly filter: string;
}

/** Whether a string is a topic name: not empty, no wildcards, no U+0000, at most 65,535 bytes (§ 4.7.3). */
export function isTopicName(name: string): boolean {
  if (name.length === 0) return false;
  for (let i = 0; i < name.length; i++) {
    const char = name.charCodeAt(i);
    if (char === plus || char === hash || char === 0) return false;
  }
  return fits(name);
}

/** Whether a string is a topic filter, `$share` forms included. */
export function isTopicFilter(filter: string): boolean {
  return parseFilter(filter) !== undefined;
}

/** Whether a filter asks for a shared subscription, well-formed or not. */
export function isShared(filter: string): boolean {
  return filter === '$share' || filter.startsWith('$share/');
}

/** The parts of a filter; undefined when it is not valid (§ 4.7.1, § 4.8.2). */
export function parseFilter(filter: string): ParsedFilter | undefined {
  if (!fits(filter)) return undefined;
  if (!isShared(filter)) return wildcardsInPlace(filter) ? { filter } : undefined;
  const end = filter.indexOf('/', 7);
  if (end <= 7) return undefined;
  const group = filter.slice(7, end);
  const rest = filter.slice(end + 1);
  // [MQTT-4.8.2-1] a share name has no wildcards; [MQTT-4.8.2-2] a filter follows it.
  if (group.includes('+') || group.includes('#')) return undefined;
  return wildcardsInPlace(rest) ? { group, filter: rest } : undefined;
}

/**
 * Whether a filter (without `$share/{group}/`) matches a topic name (§ 4.7).
 * One pass over both, without recursion or allocation; names that begin with `$` need the same first level
 * [MQTT-4.7.2-1].
 */
export function topicMatches(filter: string, name: string): boolean {
  let f = 0;
  let n = 0;
  if (name.charCodeAt(0) === dollar && filter.charCodeAt(0) !== dollar) return false;
  while (f < filter.length) {
    const char = filter.charCodeAt(f);
    if (char === hash) return true;
    if (char === plus) {
      f++;
      while (n < name.length && name.charCodeAt(n) !== slash) n++;
    } else {
      while (f < filter.length && filter.charCodeAt(f) !== slash) {
        if (n === name.length || filter.charCodeAt(f) !== name.charCodeAt(n)) return false;
        f++;
        n++;
      }
    }
    if (f === filter.length) return n === name.length;
    // "sport/#" also matches "sport", § 4.7.1.2.
    if (n === name.length) return f + 2 === filter.length && filter.charCodeAt(f + 1) === hash;
    if (name.charCodeAt(n) !== slash) return false;
    f++;
    n++;
  }
  return n === name.length;
}

/** Levels of a name or filter. */
export function topicLevels(topic: string): number {
  let levels = 1;
  for (let i = 0; i < topic.length; i++) if (topic.charCodeAt(i) === slash) levels++;
  return levels;
}

/** [MQTT-4.7.3-1], [MQTT-4.7.1-1], [MQTT-4.7.1-2]: not empty, each wildcard a level of its own, # the last. */
function wildcardsInPlace(filter: string): boolean {
  if (filter.length === 0) return false;
  for (let i = 0; i < filter.length; i++) {
    const char = filter.charCodeAt(i);
    if (char === 0) return false;
    if (char !== plus && char !== hash) continue;
    if (i > 0 && filter.charCodeAt(i - 1) !== slash) return false;
    if (i + 1 === filter.length) continue;
    if (char === hash || filter.charCodeAt(i + 1) !== slash) return false;
  }
  return true;
}

/** [MQTT-4.7.3-3] */
function fits(topic: string): boolean {
  return topic.length <= 21_845 || Buffer.byteLength(topic) <= 65_535;
}

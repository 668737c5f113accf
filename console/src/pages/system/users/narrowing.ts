// SPDX-License-Identifier: Apache-2.0
import type { Grant } from '../rows.ts';

/** `area=north, temperature`: what a grant is narrowed to; empty when to nothing. */
export function narrowingText({
  labels = {},
  properties = [],
}: Pick<Grant, 'labels' | 'properties'>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return [...pairs, ...properties].join(', ');
}

/** `area=north` lines as labels; undefined where one is no pair. */
export function labelsOf(texts: readonly string[]): Readonly<Record<string, string>> | undefined {
  const pairs = texts.map((text) => {
    const at = text.indexOf('=');
    return at < 1 ? undefined : ([text.slice(0, at).trim(), text.slice(at + 1).trim()] as const);
  });
  const whole = pairs.filter((pair) => pair !== undefined);
  return whole.length === pairs.length ? Object.fromEntries(whole) : undefined;
}

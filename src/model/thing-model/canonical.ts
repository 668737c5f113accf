// SPDX-License-Identifier: Apache-2.0
import { isObject } from './json.ts';

/** Members whose keys are names that the author chose and ordered; other objects hold keywords. */
const nameMaps: ReadonlySet<string> = new Set([
  'properties',
  'actions',
  'events',
  'uriVariables',
  'schemaDefinitions',
]);

/**
 * JSON of a Thing Model in one order: keywords alphabetically, affordances and fields as their author put them
 * (the console shows them so). The same document gives the same bytes.
 */
export function canonicalText(document: unknown): string {
  return JSON.stringify(ordered(document, false));
}

function ordered(value: unknown, isNameMap: boolean): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => ordered(item, false));
  if (!isObject(value)) return value;
  const entries = Object.entries(value);
  if (!isNameMap) entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    entries.map(([name, member]) => [name, ordered(member, !isNameMap && nameMaps.has(name))]),
  );
}

// SPDX-License-Identifier: Apache-2.0
import { configJsonSchema } from './schema.ts';

/** A path of keys from the root of the configuration. */
export type KeyPath = readonly string[];

/** The part of a JSON Schema that the configuration uses. */
export interface Node {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly additionalProperties?: boolean | Node;
  readonly anyOf?: readonly { readonly const?: unknown }[];
  readonly default?: unknown;
  readonly description?: string;
  readonly secret?: boolean;
  readonly path?: boolean;
}

export const rootNode: Node = JSON.parse(configJsonSchema());

export const keyText = (path: KeyPath): string => path.join('.');

/** Whether the node is a section with named keys. */
export function isSection(node: Node): boolean {
  return node.type === 'object' && node.properties !== undefined;
}

/** The node a key leads to. `protocols` are the sections of `access` besides the named ones. */
export function childOf(node: Node, key: string, protocols: readonly string[]): Node | undefined {
  const known = node.properties?.[key];
  if (known) return known;
  const open = node.additionalProperties;
  if (typeof open === 'object') return protocols.includes(key) ? open : undefined;
  return open === true ? {} : undefined;
}

/** Names that may follow in a section. */
export function namesIn(node: Node, protocols: readonly string[]): string[] {
  const open = typeof node.additionalProperties === 'object' ? protocols : [];
  return [...Object.keys(node.properties ?? {}), ...open];
}

/** Every leaf of the schema with its path. */
export function* leaves(node: Node = rootNode, path: KeyPath = []): Generator<[KeyPath, Node]> {
  for (const [name, child] of Object.entries(node.properties ?? {})) {
    if (isSection(child)) yield* leaves(child, [...path, name]);
    else yield [[...path, name], child];
  }
}

/**
 * Finds a key by its parts, whatever their case: names of limits contain dots, so parts are joined as needed.
 * Undefined when no key has this name.
 */
export function findKey(
  parts: readonly string[],
  protocols: readonly string[],
  node: Node = rootNode,
): KeyPath | undefined {
  if (parts.length === 0) return [];
  for (let count = 1; count <= parts.length; count++) {
    const wanted = parts.slice(0, count).join('.').toLowerCase();
    const name = namesIn(node, protocols).find((each) => each.toLowerCase() === wanted);
    const free = node.additionalProperties === true && count === parts.length;
    const key = name ?? (free ? parts.join('.') : undefined);
    const child = key === undefined ? undefined : childOf(node, key, protocols);
    if (key === undefined || child === undefined) continue;
    const rest = findKey(parts.slice(count), protocols, child);
    if (rest) return [key, ...rest];
  }
  return undefined;
}

/** The node of a path that `findKey` has found. */
export function nodeAt(path: KeyPath, protocols: readonly string[]): Node {
  return path.reduce<Node>((node, key) => childOf(node, key, protocols) ?? {}, rootNode);
}

/** Edits (insert, delete, change, swap of neighbours) from one word to the other. */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min(
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) best = Math.min(best, (before[j - 2] ?? 0) + 1);
      next.push(best);
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The name that was probably meant, when one is near enough. */
export function nearest(word: string, names: readonly string[]): string | undefined {
  const scored = names
    .map((name) => ({ name, distance: editDistance(word.toLowerCase(), name.toLowerCase()) }))
    .toSorted((x, y) => x.distance - y.distance);
  const [best] = scored;
  return best && best.distance <= Math.max(2, word.length / 3) ? best.name : undefined;
}

/** The full key that was probably meant by an unknown one. */
export function suggestKey(parts: KeyPath, protocols: readonly string[]): string | undefined {
  const sections = protocols.map((name) => `access.${name}.listen`);
  const all = [...[...leaves()].map(([path]) => keyText(path)), ...sections];
  const prefixes = all.flatMap((key) =>
    key.split('.').map((_, index, words) => words.slice(0, index + 1).join('.')),
  );
  return nearest(keyText(parts), [...new Set(prefixes)]);
}

// SPDX-License-Identifier: Apache-2.0
import { fault, type Fault } from '#core';
import { childOf, isSection, keyText, suggestKey, type KeyPath, type Node } from './keys.ts';
import { rootNode } from './keys.ts';

/** One value of one key, with the place it was given. */
export interface Setting {
  readonly path: KeyPath;
  readonly value: unknown;
  /** `fengsui.yaml:3:5`, `FENGSUI_SERVER__HTTP`, `--set server.http` or `default`. */
  readonly origin: string;
  /** Folder against which a relative path is resolved. */
  readonly base: string;
}

/** Settings and what is wrong among them: one source of configuration. */
export interface Layer {
  readonly settings: readonly Setting[];
  readonly faults: readonly Fault[];
}

/** Says that a key does not exist, with the one that was probably meant. */
export function unknownKey(
  parts: readonly string[],
  origin: string,
  protocols: readonly string[],
): Fault {
  const suggestion = suggestKey(parts, protocols);
  const detail = `${keyText(parts)}${suggestion ? `; did you mean ${suggestion}?` : ''}`;
  return fault('config.unknown-key', origin, detail);
}

export interface TreeOptions {
  readonly origin: (path: KeyPath) => string;
  readonly base: string;
  readonly protocols: readonly string[];
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Takes a tree of values apart into settings; sections that are no objects and unknown keys are faults. */
export function layerOfTree(tree: unknown, options: TreeOptions): Layer {
  const settings: Setting[] = [];
  const faults: Fault[] = [];
  const walk = (value: unknown, node: Node, path: KeyPath): void => {
    const origin = options.origin(path);
    if (!isSection(node)) {
      settings.push({ path, value, origin, base: options.base });
      return;
    }
    if (value === null || value === undefined) return;
    if (!isTree(value)) {
      const where = keyText(path) || 'the file';
      faults.push(fault('config.invalid-value', origin, `${where} is a section of keys`));
      return;
    }
    for (const [key, item] of Object.entries(value)) {
      const child = childOf(node, key, options.protocols);
      const next = [...path, key];
      if (child) walk(item, child, next);
      else if (path.join() === 'limits' && isTree(item)) walk(dotted(key, item), node, path);
      else faults.push(unknownKey(next, options.origin(next), options.protocols));
    }
  };
  walk(tree, rootNode, []);
  return { settings, faults };
}

/** Names of limits contain a dot; `limits: { mqtt: { packetBytesMax: … } }` says the same. */
function dotted(prefix: string, tree: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(tree).map(([key, item]) => [`${prefix}.${key}`, item]));
}

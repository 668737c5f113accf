// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { fault, type Fault } from '#core';
import { findKey, isSection, keyText, nodeAt, type KeyPath, type Node } from './keys.ts';
import { layerOfTree, unknownKey, type Layer, type Setting } from './layers.ts';

/** A value given as text outside a file. */
interface TextSource {
  readonly parts: readonly string[];
  readonly text: string;
  readonly origin: string;
  readonly base: string;
}

const isText = (node: Node): boolean => node.type === 'string' || node.anyOf !== undefined;

/** Reads text as the key's kind of value: strings as they are, the rest as YAML (`true`, `[1, 2]`). */
function valueOf(text: string, node: Node): unknown {
  if (isText(node)) return text;
  const value: unknown = parse(text);
  return value;
}

function layerOfTexts(sources: readonly TextSource[], protocols: readonly string[]): Layer {
  const settings: Setting[] = [];
  const faults: Fault[] = [];
  for (const { parts, text, origin, base } of sources) {
    const path = findKey(parts, protocols);
    if (path === undefined) {
      faults.push(unknownKey(parts, origin, protocols));
      continue;
    }
    const node = nodeAt(path, protocols);
    try {
      const value = valueOf(text, node);
      if (!isSection(node)) settings.push({ path, value, origin, base });
      else append({ settings, faults }, path, value, { origin, base, protocols });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      faults.push(fault('config.invalid-value', origin, `${keyText(path)}: ${reason}`));
    }
  }
  return { settings, faults };
}

/** A whole section as text: `--set 'access.mqtt.tls={listen: "[::]:8883", …}'`. */
function append(
  into: { readonly settings: Setting[]; readonly faults: Fault[] },
  path: KeyPath,
  value: unknown,
  options: {
    readonly origin: string;
    readonly base: string;
    readonly protocols: readonly string[];
  },
): void {
  const tree = path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
  const layer = layerOfTree(tree, { ...options, origin: () => options.origin });
  into.settings.push(...layer.settings);
  into.faults.push(...layer.faults);
}

const prefix = 'FENGSUI_';

export interface EnvironmentLayerOptions {
  readonly base: string;
  readonly protocols: readonly string[];
}

/**
 * Settings from `FENGSUI_SERVER__HTTP` and the like. A name without `__` is a setting only when it is a key of the
 * first level (`FENGSUI_DEMO`); a section has no value, and FENGSUI_SERVER is the command line's. `…_FILE` of a secret names a file that holds its value.
 */
export function layerOfEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  options: EnvironmentLayerOptions,
): Layer {
  const sources: TextSource[] = [];
  const faults: Fault[] = [];
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith(prefix) || text === undefined || text === '') continue;
    const parts = name.slice(prefix.length).split('__');
    const nested = parts.length > 1;
    const secret = secretOf(parts, options.protocols);
    if (secret) {
      const read = readSecret(text, name);
      if (typeof read === 'string') {
        sources.push({ parts: secret, text: read, origin: name, base: options.base });
      } else faults.push(read);
    } else if (nested || isValue(parts, options.protocols)) {
      sources.push({ parts: parts.map(lower), text, origin: name, base: options.base });
    }
  }
  const layer = layerOfTexts(sources, options.protocols);
  return { settings: layer.settings, faults: [...faults, ...layer.faults] };
}

function isValue(parts: readonly string[], protocols: readonly string[]): boolean {
  const path = findKey(parts, protocols);
  return path !== undefined && !isSection(nodeAt(path, protocols));
}

const lower = (part: string): string => part.toLowerCase();

/** The path of the secret that `<KEY>_FILE` is about. */
function secretOf(parts: readonly string[], protocols: readonly string[]): KeyPath | undefined {
  const last = parts.at(-1) ?? '';
  if (!last.endsWith('_FILE')) return undefined;
  const path = findKey([...parts.slice(0, -1), last.slice(0, -'_FILE'.length)], protocols);
  return path && nodeAt(path, protocols).secret ? path : undefined;
}

function readSecret(file: string, name: string): string | Fault {
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return fault('config.secret-file', name, reason);
  }
}

/** Settings from flags: `key=value` texts as given with `--set`, and flags that stand for a key. */
export function layerOfFlags(
  set: readonly string[],
  named: Readonly<Record<string, { readonly key: string; readonly text: string }>>,
  options: EnvironmentLayerOptions,
): Layer {
  const faults: Fault[] = [];
  const sources: TextSource[] = Object.entries(named).map(([flag, { key, text }]) => ({
    parts: key.split('.'),
    text,
    origin: flag,
    base: options.base,
  }));
  for (const each of set) {
    const equals = each.indexOf('=');
    if (equals > 0) {
      const key = each.slice(0, equals);
      const text = each.slice(equals + 1);
      sources.push({ parts: key.split('.'), text, origin: `--set ${key}`, base: options.base });
    } else {
      faults.push(fault('config.invalid-value', `--set ${each}`, 'give key=value'));
    }
  }
  const layer = layerOfTexts(sources, options.protocols);
  return { settings: layer.settings, faults: [...faults, ...layer.faults] };
}

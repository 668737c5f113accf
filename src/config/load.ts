// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import { fault, limitTable, limitsOf, type Fault, type LimitName } from '#core';
import { layerOfFile } from './file.ts';
import { isSection, keyText, leaves, nodeAt, rootNode, type KeyPath, type Node } from './keys.ts';
import type { Layer, Setting } from './layers.ts';
import { parseListen } from './listen.ts';
import type { Config } from './schema.ts';
import { configSchema } from './schema.ts';
import { layerOfEnvironment, layerOfFlags } from './text-sources.ts';

/** Where the configuration comes from. */
export interface ConfigSources {
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The file named with `--config`; otherwise FENGSUI_CONFIG, otherwise `fengsui.yaml` where there is one. */
  readonly file?: string | undefined;
  /** `key=value`, as given with `--set`. */
  readonly set?: readonly string[] | undefined;
  /** The value of `--data`. */
  readonly data?: string | undefined;
  /** The presence of `--demo`. */
  readonly demo?: boolean | undefined;
  /** Names of protocols with a section under `access` besides those in the schema. */
  readonly protocols?: readonly string[] | undefined;
}

/** A setting in force and where it came from. */
export interface Origin {
  readonly key: string;
  readonly value: unknown;
  readonly origin: string;
}

export type LoadedConfig =
  | {
      readonly ok: true;
      readonly config: Config;
      /** Every key in the order of the schema; secrets masked. */
      readonly origins: readonly Origin[];
      readonly file: string | undefined;
    }
  | { readonly ok: false; readonly faults: readonly Fault[]; readonly file: string | undefined };

/** Reads, merges (flags over environment over file over defaults) and checks the configuration. */
export function loadConfig(sources: ConfigSources): LoadedConfig {
  const protocols = sources.protocols ?? [];
  const base = sources.workingDirectory;
  const file = fileOf(sources);
  const nothing: Layer = { settings: [], faults: [] };
  const layers = [
    file === undefined ? nothing : layerOfFile(file, protocols),
    layerOfEnvironment(sources.environment, { base, protocols }),
    layerOfFlags(sources.set ?? [], namedFlags(sources), { base, protocols }),
  ];
  const given = new Map<string, Setting>();
  for (const { settings } of layers) {
    for (const setting of settings) given.set(JSON.stringify(setting.path), setting);
  }
  const faults = layers.flatMap((layer) => layer.faults);
  const settings = [...defaults(base), ...given.values()];
  const tree = treeOf(settings, protocols);
  faults.push(...check(tree, given));
  if (faults.length > 0) return { ok: false, faults, file };
  if (!isConfig(tree)) throw new Error('the checked configuration is not complete');
  freeze(tree);
  return { ok: true, config: tree, origins: originsOf(settings, protocols), file };
}

function fileOf(sources: ConfigSources): string | undefined {
  const named = sources.file ?? (sources.environment['FENGSUI_CONFIG'] || undefined);
  if (named !== undefined) return path.resolve(sources.workingDirectory, named);
  const usual = path.join(sources.workingDirectory, 'fengsui.yaml');
  return existsSync(usual) ? usual : undefined;
}

function namedFlags(sources: ConfigSources): Record<string, { key: string; text: string }> {
  return {
    ...(sources.data === undefined ? {} : { '--data': { key: 'store.dir', text: sources.data } }),
    ...(sources.demo ? { '--demo': { key: 'demo', text: 'true' } } : {}),
  };
}

function* defaults(base: string): Generator<Setting> {
  for (const [keys, node] of leaves()) {
    if (node.default !== undefined) {
      yield { path: keys, value: node.default, origin: 'default', base };
    }
  }
  for (const [name, spec] of Object.entries(limitTable)) {
    yield { path: ['limits', name], value: spec.default, origin: 'default', base };
  }
}

type Tree = Record<string, unknown>;

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The settings as one tree; every section is there, relative paths are resolved. */
function treeOf(settings: readonly Setting[], protocols: readonly string[]): Tree {
  const tree = emptySections(rootNode);
  for (const setting of settings) {
    let at = tree;
    for (const key of setting.path.slice(0, -1)) {
      const next = at[key];
      const section: Tree = isTree(next) ? next : {};
      at[key] = section;
      at = section;
    }
    const node = nodeAt(setting.path, protocols);
    const last = setting.path.at(-1) ?? '';
    at[last] = resolved(setting, node);
  }
  return tree;
}

function resolved(setting: Setting, node: Node): unknown {
  const { value, base } = setting;
  return node.path && typeof value === 'string'
    ? path.resolve(base, value)
    : structuredClone(value);
}

function emptySections(node: Node): Tree {
  const sections = Object.entries(node.properties ?? {}).filter(([, child]) => isSection(child));
  return Object.fromEntries(sections.map(([name, child]) => [name, emptySections(child)]));
}

const ajv = new Ajv2020({ allErrors: true, strict: false, verbose: true });
ajv.addFormat('listen', (text) => parseListen(text) !== undefined);
const validate = ajv.compile(configSchema);

function check(tree: Tree, given: ReadonlyMap<string, Setting>): Fault[] {
  validate(tree);
  const faults = new Map<string, Fault>();
  for (const error of validate.errors ?? []) {
    const keys = error.instancePath.split('/').slice(1).map(unescapePointer);
    const setting = settingOf(keys, given);
    const place = setting?.origin ?? keyText(keys);
    const text = `${keyText(keys)}: ${expectation(error)}`;
    // A union reports each of its branches and then itself; the last says it all.
    faults.set(keyText(keys), fault('config.invalid-value', place, text));
  }
  return faults.size > 0 ? [...faults.values()] : related(tree, given);
}

/** Checks that need more than one key. */
function related(tree: Tree, given: ReadonlyMap<string, Setting>): Fault[] {
  const faults: Fault[] = [];
  try {
    limitsOf(limitsIn(tree));
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace('assertion failed: ', '') : '';
    const named = [...given.values()].findLast((setting) => setting.path[0] === 'limits');
    faults.push(fault('config.invalid-value', named?.origin ?? 'limits', `limits: ${reason}`));
  }
  if (!isConfig(tree)) return faults;
  const { tls } = tree.access.mqtt;
  const need = (key: string): void => {
    const place = given.get(JSON.stringify(['access', 'mqtt', 'tls', 'listen']))?.origin;
    const text = `access.mqtt.tls.${key} is needed with access.mqtt.tls.listen`;
    faults.push(fault('config.invalid-value', place ?? 'access.mqtt.tls', text));
  };
  if (tls.listen === undefined) return faults;
  if (tls.cert === undefined) need('cert');
  if (tls.key === undefined) need('key');
  return faults;
}

function limitsIn(tree: Tree): Partial<Record<LimitName, number>> {
  return isTree(tree['limits']) ? tree['limits'] : {};
}

/** Called only on trees that the schema has passed. */
function isConfig(tree: unknown): tree is Config {
  return validate(tree);
}

const unescapePointer = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~');

/** The setting that holds the value at a path: itself or the list it is in. */
function settingOf(keys: KeyPath, given: ReadonlyMap<string, Setting>): Setting | undefined {
  for (let length = keys.length; length > 0; length--) {
    const found = given.get(JSON.stringify(keys.slice(0, length)));
    if (found) return found;
  }
  return undefined;
}

/** What was expected, and what is there, in words. */
function expectation(error: ErrorObject): string {
  const there = JSON.stringify(error.data);
  const { anyOf } = error.parentSchema ?? {};
  if (error.keyword === 'anyOf' && Array.isArray(anyOf)) {
    const choices = anyOf.map((each: { const?: unknown }) => String(each.const));
    return `one of ${choices.join(', ')}; it is ${there}`;
  }
  const isText = error.keyword === 'format' || error.keyword === 'pattern';
  if (isText && error.parentSchema?.['format'] === 'listen') {
    return `an address such as [::]:8080, 0.0.0.0:8080 or :0; it is ${there}`;
  }
  if (error.keyword === 'additionalProperties') {
    return `has no key ${String(error.params['additionalProperty'])}`;
  }
  return `${error.message ?? 'is not valid'}; it is ${there}`;
}

function originsOf(settings: readonly Setting[], protocols: readonly string[]): Origin[] {
  const last = new Map<string, Setting>();
  for (const setting of settings) last.set(keyText(setting.path), setting);
  return [...last].map(([key, setting]) => {
    const node = nodeAt(setting.path, protocols);
    return { key, value: masked(resolved(setting, node), node), origin: setting.origin };
  });
}

/** A value as it may be shown: also inside of lists no secret is left. */
function masked(value: unknown, node: Node): unknown {
  if (node.secret) return '********';
  const { items, properties = {} } = node;
  if (Array.isArray(value) && items !== undefined) return value.map((item) => masked(item, items));
  if (!isTree(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, masked(item, properties[key] ?? {})]),
  );
}

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  Object.values(value).forEach(freeze);
  Object.freeze(value);
}

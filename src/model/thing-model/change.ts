// SPDX-License-Identifier: Apache-2.0
import { isObject, pointerToken, type JsonObject } from './json.ts';
import { resultTypeOf } from './schema.ts';

export interface ModelDifference {
  /** JSON pointer of the member in the version where it exists. */
  readonly at: string;
  readonly kind: 'compatible' | 'breaking';
  readonly text: string;
}

export interface VersionChange {
  readonly differences: readonly ModelDifference[];
  /** Whether the next version's number says enough: higher, and with a higher major where something breaks. */
  readonly allowed: boolean;
}

/**
 * Compares two canonical documents of a model. Additions, wider ranges and texts are compatible (a minor version);
 * removals, another type or unit, narrower ranges and new duties break those who rely on the model (a major version).
 */
export function checkVersionChange(previous: string, next: string): VersionChange {
  const before = objectOf(JSON.parse(previous));
  const after = objectOf(JSON.parse(next));
  const comparison = new Comparison();
  comparison.models({ before, after, at: '' });
  const { differences } = comparison;
  const order = compareVersions(versionOf(after), versionOf(before));
  const breaks = differences.some((difference) => difference.kind === 'breaking');
  const enough = breaks ? order.major : order.any;
  return { differences, allowed: differences.length === 0 ? order.any >= 0 : enough > 0 };
}

/** The same object of both versions, and its place. */
interface Pair {
  readonly before: JsonObject;
  readonly after: JsonObject;
  readonly at: string;
}

/** Bounds: +1 where a higher number is wider, −1 where a lower one is. */
const bounds = {
  minimum: -1,
  exclusiveMinimum: -1,
  minLength: -1,
  minItems: -1,
  maximum: 1,
  exclusiveMaximum: 1,
  maxLength: 1,
  maxItems: 1,
} as const;

/** Keywords of which any other value may be narrower. */
const rules = [
  'const',
  'pattern',
  'format',
  'multipleOf',
  'oneOf',
  'additionalProperties',
] as const;

/** Flag, and whether turning it on takes something away. */
const flags = {
  readOnly: true,
  writeOnly: true,
  observable: false,
  safe: false,
  idempotent: false,
} as const;

const seenInSchema = [
  'type',
  'unit',
  'enum',
  'required',
  'properties',
  'items',
  ...rules,
  ...Object.keys(bounds),
  ...Object.keys(flags),
];

class Comparison {
  readonly differences: ModelDifference[] = [];

  models(pair: Pair): void {
    this.#named(pair, 'properties', (property) => this.#schema(property));
    this.#named(pair, 'actions', (action) => {
      this.#part(action, 'input', 'breaking');
      this.#part(action, 'output', 'compatible');
      this.#flags(action);
    });
    this.#named(pair, 'events', (event) => {
      this.#part(event, 'data', 'compatible');
      this.#part(event, 'subscription', 'breaking');
    });
    this.#rest(pair, ['properties', 'actions', 'events', 'version', 'id']);
  }

  #note(at: string, isCompatible: boolean, text: string): void {
    this.differences.push({ at, kind: isCompatible ? 'compatible' : 'breaking', text });
  }

  #became(pair: Pair, name: string, isCompatible: boolean): void {
    const text = `${show(pair.before[name])} became ${show(pair.after[name])}`;
    this.#note(`${pair.at}/${name}`, isCompatible, text);
  }

  /** Objects by name: affordances of a kind, fields of an object. */
  #named(pair: Pair, kind: string, compare: (pair: Pair) => void): void {
    const before = objectOf(pair.before[kind]);
    const after = objectOf(pair.after[kind]);
    const place = (name: string): string => `${pair.at}/${kind}/${pointerToken(name)}`;
    for (const [name, old] of Object.entries(before)) {
      if (Object.hasOwn(after, name)) {
        compare({ before: objectOf(old), after: objectOf(after[name]), at: place(name) });
      } else this.#note(place(name), false, 'removed');
    }
    for (const name of Object.keys(after)) {
      if (!Object.hasOwn(before, name)) this.#note(place(name), true, 'added');
    }
  }

  #schema(pair: Pair): void {
    const { before, after, at } = pair;
    const [oldType, type] = [resultTypeOf(before), resultTypeOf(after)];
    if (oldType !== type) this.#note(`${at}/type`, false, `${oldType} became ${type}`);
    if (before['unit'] !== after['unit']) this.#became(pair, 'unit', before['unit'] === undefined);
    for (const [name, direction] of Object.entries(bounds)) this.#bound(pair, name, direction);
    for (const name of rules) {
      if (same(before[name], after[name])) continue;
      const isOpened = name === 'additionalProperties' && after[name] !== false;
      this.#became(pair, name, isOpened || after[name] === undefined);
    }
    this.#enumeration(pair);
    this.#required(pair);
    this.#flags(pair);
    this.#named(pair, 'properties', (field) => this.#schema(field));
    this.#items(pair);
    this.#rest(pair, seenInSchema);
  }

  #bound(pair: Pair, name: string, direction: number): void {
    if (pair.before[name] === pair.after[name]) return;
    const open = direction * Number.POSITIVE_INFINITY;
    const [old, now] = [pair.before[name], pair.after[name]].map((bound) =>
      typeof bound === 'number' ? bound : open,
    );
    this.#became(pair, name, ((now ?? open) - (old ?? open)) * direction > 0);
  }

  #enumeration(pair: Pair): void {
    const { enum: old } = pair.before;
    const { enum: now } = pair.after;
    if (same(old, now)) return;
    this.#became(pair, 'enum', now === undefined || (old !== undefined && contains(now, old)));
  }

  #required(pair: Pair): void {
    const { required: old } = pair.before;
    const { required: now } = pair.after;
    if (!same(old, now)) this.#became(pair, 'required', contains(old, now));
  }

  #items(pair: Pair): void {
    const [before, after] = [pair.before['items'], pair.after['items']];
    if (same(before, after)) return;
    const at = `${pair.at}/items`;
    if (isObject(before) && isObject(after)) this.#schema({ before, after, at });
    else this.#note(at, after === undefined, 'changed');
  }

  #flags({ before, after, at }: Pair): void {
    for (const [name, onTakes] of Object.entries(flags)) {
      const now = after[name] === true;
      if ((before[name] === true) !== now)
        this.#note(`${at}/${name}`, now !== onTakes, `became ${now}`);
    }
  }

  #part(pair: Pair, name: string, added: ModelDifference['kind']): void {
    const at = `${pair.at}/${name}`;
    const [before, after] = [pair.before[name], pair.after[name]];
    if (isObject(before) && isObject(after)) this.#schema({ before, after, at });
    else if (isObject(after)) this.#note(at, added === 'compatible', 'added');
    else if (isObject(before)) this.#note(at, false, 'removed');
  }

  /** Texts, forms and what else has no bearing on values. */
  #rest({ before, after, at }: Pair, seen: readonly string[]): void {
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
      if (seen.includes(name) || same(before[name], after[name])) continue;
      this.#note(`${at}/${pointerToken(name)}`, true, 'changed');
    }
  }
}

function compareVersions(a: string, b: string): { readonly major: number; readonly any: number } {
  const [left = '', right = ''] = [a, b].map((text) => text.replace(/\+.*$/, ''));
  const numbers = (text: string): readonly number[] =>
    text.split('-', 1)[0]?.split('.').map(Number) ?? [];
  const [x, y] = [numbers(left), numbers(right)];
  const differing = [0, 1, 2].find((index) => x[index] !== y[index]);
  const major = (x[0] ?? 0) - (y[0] ?? 0);
  if (differing !== undefined) return { major, any: (x[differing] ?? 0) - (y[differing] ?? 0) };
  if (left === right) return { major, any: 0 };
  // A version without a suffix comes after all its pre-releases.
  if (!left.includes('-') || !right.includes('-'))
    return { major, any: left.includes('-') ? -1 : 1 };
  return { major, any: left < right ? -1 : 1 };
}

function versionOf(document: JsonObject): string {
  const model = objectOf(document['version'])['model'];
  return typeof model === 'string' ? model : '0.0.0';
}

function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

function contains(list: unknown, items: unknown): boolean {
  const texts = new Set(Array.isArray(list) ? list.map((item) => JSON.stringify(item)) : []);
  return !Array.isArray(items) || items.every((item) => texts.has(JSON.stringify(item)));
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 100);
}

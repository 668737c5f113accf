// SPDX-License-Identifier: Apache-2.0
import { isObject, type Document } from './api.ts';
import { namesOf } from './json-places.ts';

export const kinds = ['properties', 'actions', 'events'] as const;
export type Kind = (typeof kinds)[number];

export const types = [
  'number',
  'integer',
  'boolean',
  'string',
  'object',
  'array',
  'position',
] as const;
export type Type = (typeof types)[number];

/** Of a position the type is said by its vocabulary. */
const positionType = 'geo:Point';

export function textOf(document: unknown): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** The members of an object by name; none where it is no object. */
export function membersOf(value: unknown, name: string): readonly (readonly [string, Document])[] {
  const members = isObject(value) ? value[name] : undefined;
  if (!isObject(members)) return [];
  return Object.entries(members).map(([key, member]) => [key, isObject(member) ? member : {}]);
}

export function valueAt(document: unknown, pointer: string): unknown {
  let value: unknown = document;
  for (const name of namesOf(pointer)) {
    if (Array.isArray(value)) value = value[Number(name)];
    else if (isObject(value) && Object.hasOwn(value, name)) value = value[name];
    else return undefined;
  }
  return value;
}

/** A copy with another value at a path of names; undefined takes the member away, and objects that it leaves empty. */
export function withValue(value: unknown, path: readonly string[], next: unknown): Document {
  const object = isObject(value) ? value : {};
  const [name, ...rest] = path;
  if (name === undefined) return object;
  const inner = rest.length === 0 ? next : emptied(withValue(object[name], rest, next), next);
  if (inner !== undefined) return { ...object, [name]: inner };
  return Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));
}

function emptied(inner: Document, next: unknown): Document | undefined {
  return next === undefined && Object.keys(inner).length === 0 ? undefined : inner;
}

/** A copy with an affordance under another name, in its place; the same where the name is taken. */
export function renamed(
  document: Document,
  kind: Kind,
  names: { from: string; to: string },
): Document {
  const members = document[kind];
  if (!isObject(members) || Object.hasOwn(members, names.to)) return document;
  const entries = Object.entries(members).map(([name, member]) => [
    name === names.from ? names.to : name,
    member,
  ]);
  return { ...document, [kind]: Object.fromEntries(entries) };
}

/** A copy with a new affordance, and the name that it got. */
export function added(document: Document, kind: Kind): { document: Document; name: string } {
  const members = isObject(document[kind]) ? document[kind] : {};
  const base = { properties: 'property', actions: 'action', events: 'event' }[kind];
  let name = base;
  for (let count = 2; Object.hasOwn(members, name); count++) name = `${base}${count}`;
  const member = kind === 'properties' ? { type: 'number', readOnly: true, observable: true } : {};
  return { document: { ...document, [kind]: { ...members, [name]: member } }, name };
}

export function typeOf(schema: Document): Type | undefined {
  const type = schema['@type'];
  if (type === positionType || (Array.isArray(type) && type.includes(positionType)))
    return 'position';
  return types.find((known) => known === schema['type']);
}

/** A copy of another type, without what has no meaning for it. */
export function withType(schema: Document, type: Type): Document {
  const numeric = type === 'number' || type === 'integer';
  const gone = new Set(['@type', 'type', ...(numeric ? [] : ['unit', 'minimum', 'maximum'])]);
  if (type === 'position') for (const name of ['enum', 'properties', 'items']) gone.add(name);
  const rest = Object.fromEntries(Object.entries(schema).filter(([name]) => !gone.has(name)));
  return type === 'position' ? { '@type': positionType, ...rest } : { type, ...rest };
}

export function versionOf(document: unknown): string {
  const version = valueAt(document, '/version/model');
  return typeof version === 'string' ? version : '1.0.0';
}

/** The number that a change asks for: another major where something breaks, else the next minor. */
export function nextVersion(before: string, breaks: boolean): string {
  const [major = 0, minor = 0] = before.split(/[.+-]/).map(Number);
  return breaks ? `${major + 1}.0.0` : `${major}.${minor + 1}.0`;
}

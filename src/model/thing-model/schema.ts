// SPDX-License-Identifier: Apache-2.0
import type { Limits } from '#core';
import type { ResultType } from '../compiled.ts';
import { unitCode } from '../units/index.ts';
import { Members, type FaultList } from './faults.ts';
import { isObject, pointerToken, without, type JsonObject } from './json.ts';
import { compilePattern } from './pattern.ts';

/**
 * `@type` that makes a property a geographic position: the Point of the W3C Basic Geo vocabulary.
 * Its `type` may be left out; a value is written as `[longitude, latitude, altitude?]`, as
 * `{lat, lon, alt?}` or as a GeoJSON point, WGS-84, and kept as the array.
 */
const positionTypes: readonly unknown[] = [
  'geo:Point',
  'http://www.w3.org/2003/01/geo/wgs84_pos#Point',
];

const jsonTypes = ['boolean', 'integer', 'number', 'string', 'object', 'array', 'null'] as const;

type JsonType = (typeof jsonTypes)[number];

export function isPosition(schema: JsonObject): boolean {
  const type = schema['@type'];
  return (
    positionTypes.includes(type) ||
    (Array.isArray(type) && type.some((t) => positionTypes.includes(t)))
  );
}

/** What schemas are checked with. */
export interface SchemaContext {
  readonly faults: FaultList;
  readonly limits: Limits;
}

/**
 * Checks a data schema (WoT TD 1.1 § 5.3.2) and gives it back with its units as UCUM codes and positions written out.
 */
export function checkSchema(schema: unknown, at: string, context: SchemaContext): JsonObject {
  const { faults } = context;
  if (!isObject(schema)) {
    faults.bad(at, schema, 'a data schema (an object)');
    return {};
  }
  const members = new Members(schema, at, faults);
  checkTexts(members);
  members.boolean('readOnly');
  members.boolean('writeOnly');
  members.definite('format');
  const type = members.definite('type');
  if (type !== undefined && jsonTypes.find((known) => known === type) === undefined) {
    faults.bad(`${at}/type`, type, `one of ${jsonTypes.join(', ')}`);
  }
  checkNumbers(members);
  checkStrings(members, context);
  checkEnumeration(members);
  const nested = checkNested(members, context);
  const unit = checkUnit(members);
  const checked = { ...schema, ...nested, ...(unit === undefined ? {} : { unit }) };
  return isPosition(schema) ? writtenOut(checked, members) : checked;
}

/** Titles and descriptions in one or several languages: placeholders may stand in them. */
export function checkTexts(members: Members): void {
  for (const name of ['title', 'description']) {
    members.string(name);
    const languages = members.objectOf(`${name}s`) ?? {};
    for (const [language, text] of Object.entries(languages)) {
      const place = `${members.place(`${name}s`)}/${pointerToken(language)}`;
      // BCP 47 in its outline: subtags of letters and digits.
      if (!/^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*$/.test(language)) {
        members.faults.bad(place, language, 'a language tag such as en or zh-Hans');
      } else if (typeof text !== 'string') members.faults.bad(place, text, 'a string');
    }
  }
}

function checkNumbers(members: Members): void {
  for (const name of ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum']) {
    members.number(name);
  }
  members.ordered('minimum', 'maximum');
  members.ordered('exclusiveMinimum', 'exclusiveMaximum');
  const multiple = members.number('multipleOf');
  if (multiple !== undefined && multiple <= 0) {
    members.faults.bad(members.place('multipleOf'), multiple, 'a number above 0');
  }
  for (const [low, high] of [
    ['minLength', 'maxLength'],
    ['minItems', 'maxItems'],
  ] as const) {
    members.count(low);
    members.count(high);
    members.ordered(low, high);
  }
}

function checkStrings(members: Members, { faults, limits }: SchemaContext): void {
  members.string('contentEncoding');
  members.string('contentMediaType');
  const pattern = members.definite('pattern');
  if (pattern === undefined) return;
  const compiled = compilePattern(pattern, limits['model.patternStatesMax']);
  if (compiled.ok) return;
  const { code, at, detail } = compiled.fault;
  faults.add(code, members.place('pattern'), [at, detail].filter(Boolean).join(': '));
}

function checkEnumeration(members: Members): void {
  const values = members.array('enum');
  if (values?.length === 0) members.faults.bad(members.place('enum'), values, 'at least one value');
  for (const [index, value] of (values ?? []).entries()) {
    if (typeof value === 'string' && value.includes('{{')) {
      members.faults.bad(`${members.place('enum')}/${index}`, value, 'a definite value');
    }
  }
  if (typeof members.object['const'] === 'string') members.definite('const');
}

function checkNested(members: Members, context: SchemaContext): JsonObject {
  const { object } = members;
  const nested = new Map<string, unknown>();
  const schemas = (name: string, list: readonly unknown[]): readonly JsonObject[] =>
    list.map((item, index) => checkSchema(item, `${members.place(name)}/${index}`, context));
  const oneOf = members.array('oneOf');
  if (oneOf !== undefined) {
    if (oneOf.length === 0)
      context.faults.bad(members.place('oneOf'), oneOf, 'at least one schema');
    nested.set('oneOf', schemas('oneOf', oneOf));
  }
  const items = object['items'];
  if (Array.isArray(items)) nested.set('items', schemas('items', items));
  else if (items !== undefined)
    nested.set('items', checkSchema(items, members.place('items'), context));
  const properties = members.objectOf('properties');
  if (properties !== undefined) {
    const entries = Object.entries(properties).map(([name, schema]) => {
      const place = `${members.place('properties')}/${pointerToken(name)}`;
      return [name, checkSchema(schema, place, context)] as const;
    });
    nested.set('properties', Object.fromEntries(entries));
  }
  for (const [index, name] of (members.array('required') ?? []).entries()) {
    if (typeof name !== 'string') {
      context.faults.bad(`${members.place('required')}/${index}`, name, 'the name of a property');
    }
  }
  return Object.fromEntries(nested);
}

function checkUnit(members: Members): string | undefined {
  const unit = members.definite('unit');
  if (unit === undefined) return undefined;
  const code = unitCode(unit);
  if (code.ok) return code.value;
  members.faults.add(code.fault.code, members.place('unit'), code.fault.detail ?? unit);
  return undefined;
}

function writtenOut(schema: JsonObject, members: Members): JsonObject {
  const type = schema['type'];
  if (type !== undefined && type !== 'array' && type !== 'object') {
    members.faults.bad(members.place('type'), type, 'array, object or nothing (a position)');
  }
  return {
    ...without(schema, 'properties', 'required', 'oneOf', 'unit'),
    type: 'array',
    items: { type: 'number' },
    minItems: 2,
    maxItems: 3,
  };
}

/** How the values of a checked schema are stored; undefined when the schema does not say. */
export function resultTypeOf(schema: JsonObject): ResultType | undefined {
  if (isPosition(schema)) return 'position';
  const type = jsonTypes.find((known) => known === schema['type']) ?? impliedType(schema);
  return type === 'null' ? undefined : type;
}

function impliedType(schema: JsonObject): JsonType | undefined {
  if (isObject(schema['properties'])) return 'object';
  if (schema['items'] !== undefined) return 'array';
  const { enum: listed, const: single, oneOf } = schema;
  const values: readonly unknown[] = Array.isArray(listed)
    ? listed
    : single === undefined
      ? []
      : [single];
  const types = new Set<JsonType | undefined>(
    Array.isArray(oneOf) && values.length === 0
      ? oneOf.map((item: unknown) => (isObject(item) ? resultTypeOfJson(item) : undefined))
      : values.map(typeOfValue),
  );
  const [only] = types;
  if (types.size === 1) return only;
  const numeric = [...types].every((type) => type === 'integer' || type === 'number');
  return numeric && types.size === 2 ? 'number' : undefined;
}

function resultTypeOfJson(schema: JsonObject): JsonType | undefined {
  const type = resultTypeOf(schema);
  return type === 'position' ? 'array' : type;
}

function typeOfValue(value: unknown): JsonType {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'integer' : 'number';
  return typeof value === 'string' ? 'string' : typeof value === 'boolean' ? 'boolean' : 'object';
}

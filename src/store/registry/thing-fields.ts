// SPDX-License-Identifier: Apache-2.0
import { pathSegments, type FieldGetter, type FieldType, type FilterValue } from '#model';
import { isObject } from './columns.ts';
import type { Thing } from './rows.ts';

const fields = {
  id: 'number',
  uri: 'string',
  name: 'string',
  description: 'string',
  kind: 'string',
  types: 'string',
  model: 'string',
  modelVersion: 'string',
  parent: 'number',
  lifecycle: 'string',
  created: 'time',
  updated: 'time',
  seen: 'time',
  online: 'boolean',
  revision: 'number',
} as const satisfies Record<string, FieldType>;

export type ThingField = keyof typeof fields;

export function isThingField(name: string): name is ThingField {
  return Object.hasOwn(fields, name);
}

/** Types of what a filter over things may name: columns, `labels.<label>`, `properties.<name>.…`. */
export function thingFieldType(path: string): FieldType | undefined {
  const [first = '', ...rest] = pathSegments(path);
  if (first === 'labels') return rest.length === 1 ? 'any' : undefined;
  // SQLite's JSON paths cannot hold a name with a quote or a backslash in it.
  if (first === 'properties') {
    return rest.length > 0 && !rest.some((name) => /["\\]/.test(name)) ? 'any' : undefined;
  }
  return rest.length === 0 && isThingField(first) ? fields[first] : undefined;
}

/** A thing's fields for `evaluateFilter`: the meaning that the push-down to SQL must have. */
export function thingGetter(thing: Thing): FieldGetter {
  return (path) => {
    const [first = '', ...rest] = pathSegments(path);
    if (first === 'labels') return thing.labels[rest[0] ?? ''];
    if (first === 'properties') return propertyAt(thing.properties, rest);
    return isThingField(first) ? columnOf(thing, first) : undefined;
  };
}

function columnOf(
  thing: Thing,
  field: ThingField,
): FilterValue | readonly FilterValue[] | undefined {
  switch (field) {
    case 'model':
      return thing.model?.uri;
    case 'modelVersion':
      return thing.model?.version;
    default:
      return thing[field];
  }
}

function propertyAt(
  properties: unknown,
  names: readonly string[],
): FilterValue | readonly FilterValue[] | undefined {
  let value = properties;
  for (const name of names) {
    value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  }
  if (Array.isArray(value)) return value.filter((item) => isFilterValue(item));
  return isFilterValue(value) ? value : undefined;
}

function isFilterValue(value: unknown): value is FilterValue {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

// SPDX-License-Identifier: Apache-2.0
import type { Limits } from '#core';
import type { ResultType } from '../compiled.ts';
import { positionOf } from '../position.ts';
import { firstVersion } from './check.ts';
import { isObject, type JsonObject } from './json.ts';

export interface InferredModel {
  /** A Thing Model document, ready for `compileModel`. */
  readonly document: JsonObject;
  /** Properties left out because their values had types that contradict each other. */
  readonly conflicts: readonly string[];
}

export interface InferOptions {
  readonly uri: string;
  readonly title: string;
  readonly limits: Limits;
}

/**
 * Makes a Thing Model from what a thing has sent: samples of property values by name. Numbers become `number` even where
 * all were whole, because the next one may not be. Nulls say nothing. Objects with latitude and longitude become positions.
 */
export function inferModel(
  samples: Iterable<Readonly<Record<string, unknown>>>,
  options: InferOptions,
): InferredModel {
  const { limits } = options;
  const types = new Map<string, ResultType | 'conflict'>();
  for (const sample of samples) {
    for (const [name, value] of Object.entries(sample)) {
      const type = typeOf(value);
      const fits =
        name !== '' && name !== '__proto__' && name.isWellFormed() && !name.includes('{{');
      if (type === undefined || !fits) continue;
      if (Buffer.byteLength(name) > limits['model.nameBytesMax']) continue;
      const known = types.get(name);
      if (known === undefined && types.size >= limits['model.affordancesMax']) continue;
      types.set(name, known === undefined || known === type ? type : 'conflict');
    }
  }
  const properties: [string, JsonObject][] = [];
  const conflicts: string[] = [];
  for (const [name, type] of types) {
    if (type === 'conflict') conflicts.push(name);
    else properties.push([name, schemaOf(type)]);
  }
  const document = {
    '@context': 'https://www.w3.org/2022/wot/td/v1.1',
    '@type': 'tm:ThingModel',
    id: options.uri,
    title: options.title,
    version: { model: firstVersion },
    properties: Object.fromEntries(properties),
  };
  return { document, conflicts };
}

function schemaOf(type: ResultType): JsonObject {
  const observable = { readOnly: true, observable: true };
  return type === 'position' ? { '@type': 'geo:Point', ...observable } : { type, ...observable };
}

/** The type that a value alone suggests; undefined for null. */
export function typeOf(value: unknown): ResultType | undefined {
  if (value === null) return undefined;
  if (Array.isArray(value)) return 'array';
  if (isObject(value)) return positionOf(value) === undefined ? 'object' : 'position';
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? 'number' : undefined;
    case 'boolean':
      return 'boolean';
    case 'string':
      return 'string';
    default:
      return undefined;
  }
}

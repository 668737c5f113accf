// SPDX-License-Identifier: Apache-2.0
import { assert, fault, type Fault, type Limits } from '#core';
import { Ajv, type ErrorObject } from 'ajv';
import formats, { type FormatName } from 'ajv-formats';
import { isObject, type JsonObject } from './json.ts';
import { compilePattern } from './pattern.ts';

/** Checks a value; the fault's `at` is the JSON pointer within the value. */
export type ValueCheck = (value: unknown) => Fault | undefined;

interface PatternTest {
  readonly test: (text: string) => boolean;
  readonly toString: () => string;
}

/** Keywords of a data schema that constrain; nothing else reaches the schema compiler. */
const scalarKeywords = [
  'enum',
  'const',
  'format',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'pattern',
  'minItems',
  'maxItems',
  'required',
] as const;

/** Formats whose checks take linear time. */
const knownFormats: FormatName[] = [
  'date',
  'time',
  'date-time',
  'duration',
  'uri',
  'uri-reference',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'uuid',
  'json-pointer',
];

/** Compiles data schemas, each at its first use: a model of which one event is used costs one compilation. */
export class Validators {
  readonly #ajv: Ajv;

  constructor(limits: Limits) {
    const regExp = (source: string): PatternTest => {
      const pattern = compilePattern(source, limits['model.patternStatesMax']);
      assert(pattern.ok, 'patterns are checked before schemas are compiled');
      const charactersMax = limits['model.patternTextMax'];
      return {
        test: (text) => text.length <= charactersMax && pattern.value.test(text),
        // The schema compiler tells patterns apart by their text.
        toString: () => source,
      };
    };
    this.#ajv = new Ajv({
      strict: false,
      meta: false,
      validateSchema: false,
      addUsedSchema: false,
      logger: false,
      // 0.3 is a multiple of 0.1, whatever the binary fractions say.
      multipleOfPrecision: 9,
      code: { regExp: Object.assign(regExp, { code: 'linearRegExp' }) },
    });
    formats.default(this.#ajv, { mode: 'fast', formats: knownFormats });
  }

  of(schema: JsonObject): ValueCheck {
    const plain = constraintsOf(schema);
    let validate: ReturnType<Ajv['compile']> | undefined;
    return (value) => {
      validate ??= this.#ajv.compile(plain);
      return validate(value) ? undefined : faultOf(validate.errors?.[0]);
    };
  }
}

function faultOf(error: ErrorObject | undefined): Fault {
  const allowed: unknown = error?.params['allowedValues'] ?? error?.params['allowedValue'];
  const list = allowed === undefined ? '' : `: ${JSON.stringify(allowed).slice(0, 200)}`;
  return fault('model.schema-mismatch', error?.instancePath ?? '', `${error?.message}${list}`);
}

function constraintsOf(schema: JsonObject): Record<string, unknown> {
  const plain = new Map<string, unknown>();
  const { type, additionalProperties, oneOf, items, properties } = schema;
  if (typeof type === 'string') plain.set('type', type);
  if (typeof additionalProperties === 'boolean') {
    plain.set('additionalProperties', additionalProperties);
  }
  for (const name of scalarKeywords) {
    if (schema[name] !== undefined) plain.set(name, schema[name]);
  }
  if (Array.isArray(oneOf)) plain.set('oneOf', oneOf.filter(isObject).map(constraintsOf));
  if (Array.isArray(items)) plain.set('items', items.filter(isObject).map(constraintsOf));
  else if (isObject(items)) plain.set('items', constraintsOf(items));
  if (isObject(properties)) {
    const entries = Object.entries(properties).map(([name, inner]) => [
      name,
      isObject(inner) ? constraintsOf(inner) : {},
    ]);
    plain.set('properties', Object.fromEntries(entries));
  }
  return Object.fromEntries(plain);
}

// SPDX-License-Identifier: Apache-2.0
import { FaultError, fault, type Fault, type Limits } from '#core';
import type { ActionSlot, CompiledModel, EventSlot, PropertySlot } from '../compiled.ts';
import { canonicalText } from './canonical.ts';
import { checkModel, type CheckedModel } from './check.ts';
import { FaultList } from './faults.ts';
import { isObject, type JsonObject } from './json.ts';
import { resolveReferences, type ModelLookup, type ModelRef } from './resolve.ts';
import { resultTypeOf } from './schema.ts';
import { Validators, type ValueCheck } from './validators.ts';

export interface CompileOptions {
  readonly limits: Limits;
  /** IRI of the model; takes the place of the document's `id`, which may then be missing or have placeholders. */
  readonly uri?: string | undefined;
}

export type CompileResult =
  | {
      readonly ok: true;
      readonly model: CompiledModel;
      /** Canonical JSON: references resolved, units as UCUM codes, keywords in order. This is what is stored. */
      readonly document: string;
      /** Models that went into it. */
      readonly references: readonly ModelRef[];
    }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/**
 * Checks and compiles a W3C WoT Thing Model. All faults are named, each with the JSON pointer of its place (as many
 * as `model.faultsMax`); codes: `model.bad-thing-model`, `model.bad-reference`, `model.bad-unit`, `model.placeholder`,
 * `model.too-complex`. A canonical document compiles to the same model again.
 */
export function compileModel(
  document: unknown,
  lookup: ModelLookup,
  options: CompileOptions,
): CompileResult {
  const { limits } = options;
  const faults = new FaultList(limits['model.faultsMax']);
  try {
    const resolved = resolveReferences(document, lookup, limits);
    const checked = checkModel(resolved.document, { faults, limits }, options.uri);
    const text = canonicalText(checked.document);
    const bytesMax = limits['model.documentBytesMax'];
    if (Buffer.byteLength(text) > bytesMax) {
      faults.add('model.too-complex', '', `limit model.documentBytesMax ${bytesMax}`);
    }
    if (faults.list.length > 0) return { ok: false, faults: faults.list };
    const model = compiled(checked, new Validators(limits));
    return { ok: true, model, document: text, references: resolved.references };
  } catch (error) {
    if (error instanceof FaultError) return { ok: false, faults: [error.fault] };
    throw error;
  }
}

function compiled(checked: CheckedModel, validators: Validators): CompiledModel {
  const { document, uri, version, title } = checked;
  const properties = affordances(document, 'properties').map(([name, schema], index) =>
    propertySlot(name, index, schema, validators),
  );
  const slots = new Map(properties.map((slot) => [slot.name, slot]));
  const actions = affordances(document, 'actions').map(([name, action]): [string, ActionSlot] => [
    name,
    { name, checkInput: optionalCheck(action['input'], validators) },
  ]);
  const events = affordances(document, 'events').map(([name, event]): [string, EventSlot] => [
    name,
    { name, checkData: optionalCheck(event['data'], validators) },
  ]);
  return Object.freeze({
    uri,
    version,
    title,
    properties: Object.freeze(properties),
    property: (name: string) => slots.get(name),
    actions: new Map(actions),
    events: new Map(events),
  });
}

function affordances(
  document: JsonObject,
  kind: string,
): readonly (readonly [string, JsonObject])[] {
  const map = document[kind];
  return isObject(map)
    ? Object.entries(map).map(([name, value]) => [name, isObject(value) ? value : {}])
    : [];
}

/** Keywords that type, minimum and maximum of a slot do not cover. */
const furtherKeywords = [
  'enum',
  'const',
  'oneOf',
  'format',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'pattern',
  'items',
  'minItems',
  'maxItems',
  'properties',
  'required',
];

function propertySlot(
  name: string,
  index: number,
  schema: JsonObject,
  validators: Validators,
): PropertySlot {
  const type = resultTypeOf(schema) ?? 'object';
  const { unit, minimum, maximum, readOnly, writeOnly } = schema;
  const further = type !== 'position' && furtherKeywords.some((word) => schema[word] !== undefined);
  return Object.freeze({
    index,
    name,
    type,
    unit: typeof unit === 'string' ? unit : undefined,
    minimum: typeof minimum === 'number' ? minimum : Number.NEGATIVE_INFINITY,
    maximum: typeof maximum === 'number' ? maximum : Number.POSITIVE_INFINITY,
    readOnly: readOnly === true,
    writeOnly: writeOnly === true,
    check: further ? validators.of(schema) : undefined,
  });
}

/** Without a schema there is nothing to send: absent, null and {} all say so. */
function optionalCheck(schema: unknown, validators: Validators): ValueCheck {
  if (isObject(schema)) return validators.of(schema);
  return (value) => {
    const nothing =
      value === undefined || value === null || (isObject(value) && Object.keys(value).length === 0);
    return nothing ? undefined : fault('model.schema-mismatch', '', 'the model takes no data here');
  };
}

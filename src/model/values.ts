// SPDX-License-Identifier: Apache-2.0
import { fail, ok, type Result } from '#core';
import { VarKind, type VarKindCode } from './batch.ts';
import type { PropertySlot, ResultType } from './compiled.ts';
import { positionOf } from './position.ts';

/** A value as a batch keeps it: a number (0 and 1 for boolean), or text. */
export type StoredValue =
  | { readonly kind: 'number'; readonly number: number }
  | { readonly kind: 'text'; readonly text: string; readonly textKind: VarKindCode };

/**
 * Checks one value against the type, range and schema of a property, and gives it in the form in which it is stored.
 * Faults: `model.wrong-type`, `model.out-of-range`, `model.schema-mismatch`; `at` is the JSON pointer within the value.
 */
export function checkValue(slot: PropertySlot, value: unknown): Result<StoredValue> {
  const stored = typed(slot, value);
  if (!stored.ok || slot.check === undefined) return stored;
  const fault = slot.check(value);
  return fault === undefined ? stored : { ok: false, fault };
}

function typed(slot: PropertySlot, value: unknown): Result<StoredValue> {
  switch (slot.type) {
    case 'number':
    case 'integer':
      return number(slot, value);
    case 'boolean':
      if (typeof value !== 'boolean') return wrongType(slot.type, value);
      return ok({ kind: 'number', number: value ? 1 : 0 });
    case 'string':
      if (typeof value !== 'string') return wrongType(slot.type, value);
      if (!value.isWellFormed()) return fail('model.wrong-type', '', 'not well-formed Unicode');
      return ok({ kind: 'text', text: value, textKind: VarKind.string });
    case 'position': {
      const position = positionOf(value);
      if (position === undefined) {
        return fail(
          'model.wrong-type',
          '',
          'a position [longitude, latitude, altitude?] is expected',
        );
      }
      return json(position);
    }
    case 'array':
      return Array.isArray(value) ? json(value) : wrongType(slot.type, value);
    case 'object':
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        return wrongType(slot.type, value);
      }
      return json(value);
  }
}

function number(slot: PropertySlot, value: unknown): Result<StoredValue> {
  if (typeof value !== 'number') return wrongType(slot.type, value);
  if (!Number.isFinite(value)) return fail('model.out-of-range', '', 'a finite number is expected');
  if (slot.type === 'integer' && !Number.isSafeInteger(value)) {
    return Number.isInteger(value)
      ? fail('model.out-of-range', '', 'integers are exact up to 2^53 − 1')
      : wrongType(slot.type, value);
  }
  if (value < slot.minimum)
    return fail('model.out-of-range', '', `${value} < minimum ${slot.minimum}`);
  if (value > slot.maximum)
    return fail('model.out-of-range', '', `${value} > maximum ${slot.maximum}`);
  return ok({ kind: 'number', number: value });
}

/** The form of a value for which no model says a type; a fault for null and for what cannot be stored. */
export function storedAsSeen(value: unknown): Result<StoredValue> {
  switch (typeof value) {
    case 'number':
      if (!Number.isFinite(value)) break;
      return ok({ kind: 'number', number: value });
    case 'boolean':
      return ok({ kind: 'number', number: value ? 1 : 0 });
    case 'string':
      if (!value.isWellFormed()) break;
      return ok({ kind: 'text', text: value, textKind: VarKind.string });
    case 'object':
      if (value === null) break;
      return json(value);
    default:
  }
  return fail('model.wrong-type', '', `a value that can be kept is expected, not ${kindOf(value)}`);
}

/** The value that a device or a client is sent for a stored one; the other direction of `checkValue`. */
export function valueOf(type: ResultType, stored: StoredValue): unknown {
  if (stored.kind === 'number') return type === 'boolean' ? stored.number !== 0 : stored.number;
  if (stored.textKind === VarKind.string) return stored.text;
  const value: unknown = JSON.parse(stored.text);
  return value;
}

/** CBOR has numbers that JSON has not; written as JSON they would silently become null. */
function json(value: object): Result<StoredValue> {
  let finite = true;
  const text = JSON.stringify(value, (_, member: unknown) => {
    if (typeof member === 'number' && !Number.isFinite(member)) finite = false;
    return member;
  });
  if (!finite) return fail('model.out-of-range', '', 'finite numbers are expected');
  return ok({ kind: 'text', text, textKind: VarKind.json });
}

const articles: Readonly<Record<ResultType, string>> = {
  number: 'a number',
  integer: 'an integer',
  boolean: 'true or false',
  string: 'a string',
  object: 'an object',
  array: 'an array',
  position: 'a position',
};

function wrongType(type: ResultType, value: unknown): Result<never> {
  return fail('model.wrong-type', '', `${articles[type]} is expected, not ${kindOf(value)}`);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

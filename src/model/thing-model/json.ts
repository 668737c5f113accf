// SPDX-License-Identifier: Apache-2.0
import { FaultError, fault, type Fault, type Limits } from '#core';

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One reference token of a JSON pointer, RFC 6901 § 3. */
export function pointerToken(name: string | number): string {
  return String(name).replaceAll('~', '~0').replaceAll('/', '~1');
}

/** The value that a JSON pointer names, or undefined. */
export function valueAt(document: unknown, pointer: string): unknown {
  if (pointer === '') return document;
  if (!pointer.startsWith('/')) return undefined;
  let value = document;
  for (const token of pointer.slice(1).split('/')) {
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(value))
      value = /^(?:0|[1-9]\d*)$/.test(name) ? value[Number(name)] : undefined;
    else if (isObject(value)) value = Object.hasOwn(value, name) ? value[name] : undefined;
    else return undefined;
  }
  return value;
}

/** JSON Merge Patch, RFC 7396 § 2: null removes. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name);
    else merged.set(name, mergePatch(merged.get(name), value));
  }
  return Object.fromEntries(merged);
}

/** An object without some of its members. */
export function without(object: JsonObject, ...names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}

/** Counts what a document costs; throws a fault when it is more than allowed. */
export class Budget {
  readonly #limits: Limits;
  #nodes = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  node(depth: number, at: string): void {
    if (depth > this.#limits['model.depthMax']) {
      throw new FaultError(fault('model.too-complex', at, 'limit model.depthMax'));
    }
    if (++this.#nodes > this.#limits['model.nodesMax']) {
      throw new FaultError(fault('model.too-complex', at, 'limit model.nodesMax'));
    }
  }
}

/** Throws a fault unless the value is JSON of bounded size with no member that could reach a prototype. */
export function checkJson(value: unknown, budget: Budget, at = '', depth = 1): void {
  budget.node(depth, at);
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries())
      checkJson(item, budget, `${at}/${index}`, depth + 1);
  } else if (isObject(value)) {
    for (const [name, member] of Object.entries(value)) {
      const place = `${at}/${pointerToken(name)}`;
      if (name === '__proto__') throw new FaultError(bad(place, 'the name is reserved'));
      if (!name.isWellFormed()) throw new FaultError(bad(place, 'not well-formed Unicode'));
      checkJson(member, budget, place, depth + 1);
    }
  } else if (!isJsonScalar(value)) {
    throw new FaultError(bad(at, 'not a JSON value'));
  }
}

function isJsonScalar(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value === 'string') return value.isWellFormed();
  return typeof value === 'boolean' || value === null;
}

function bad(at: string, detail: string): Fault {
  return fault('model.bad-thing-model', at, detail);
}

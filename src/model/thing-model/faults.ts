// SPDX-License-Identifier: Apache-2.0
import { fault, type ErrorCode, type Fault } from '#core';
import { isObject, pointerToken, type JsonObject } from './json.ts';

/** A placeholder of a Thing Model, WoT TD 1.1 § 10.3.3. */
export const placeholder = /\{\{[^{}]+\}\}/;

/** The faults of a document, as many as are worth naming. */
export class FaultList {
  readonly list: Fault[] = [];
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  add(code: ErrorCode, at: string, detail: string): void {
    if (this.list.length < this.#max) this.list.push(fault(code, at, detail));
  }

  /** A member has the wrong value; a placeholder there gets its own code. */
  bad(at: string, value: unknown, wanted: string): void {
    if (typeof value === 'string' && placeholder.test(value)) {
      this.add('model.placeholder', at, `${wanted} is expected`);
    } else {
      this.add('model.bad-thing-model', at, `${wanted} is expected`);
    }
  }
}

/** Reads members of one object and names the faults of each at its pointer; what is absent is undefined. */
export class Members {
  readonly object: JsonObject;
  readonly at: string;
  readonly faults: FaultList;

  constructor(object: JsonObject, at: string, faults: FaultList) {
    this.object = object;
    this.at = at;
    this.faults = faults;
  }

  place(name: string): string {
    return `${this.at}/${pointerToken(name)}`;
  }

  string(name: string): string | undefined {
    const value = this.object[name];
    if (value === undefined || typeof value === 'string') return value;
    this.faults.bad(this.place(name), value, 'a string');
    return undefined;
  }

  /** A string that is used, not only shown: no placeholder may stand in it. */
  definite(name: string): string | undefined {
    const value = this.string(name);
    if (value === undefined || !placeholder.test(value)) return value;
    this.faults.bad(this.place(name), value, 'a definite string');
    return undefined;
  }

  number(name: string): number | undefined {
    const value = this.object[name];
    if (value === undefined || typeof value === 'number') return value;
    this.faults.bad(this.place(name), value, 'a number');
    return undefined;
  }

  count(name: string): number | undefined {
    const value = this.number(name);
    if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) return value;
    this.faults.bad(this.place(name), value, 'an integer from 0');
    return undefined;
  }

  boolean(name: string): boolean | undefined {
    const value = this.object[name];
    if (value === undefined || typeof value === 'boolean') return value;
    this.faults.bad(this.place(name), value, 'true or false');
    return undefined;
  }

  array(name: string): readonly unknown[] | undefined {
    const value = this.object[name];
    if (value === undefined) return undefined;
    if (Array.isArray(value)) return value;
    this.faults.bad(this.place(name), value, 'an array');
    return undefined;
  }

  objectOf(name: string): JsonObject | undefined {
    const value = this.object[name];
    if (value === undefined || isObject(value)) return value;
    this.faults.bad(this.place(name), value, 'an object');
    return undefined;
  }

  /** The minimum of a pair may not be above its maximum. */
  ordered(low: string, high: string): void {
    const lowest = this.object[low];
    const highest = this.object[high];
    if (typeof lowest === 'number' && typeof highest === 'number' && lowest > highest) {
      this.faults.bad(this.place(low), lowest, `at most ${high} (${highest})`);
    }
  }
}

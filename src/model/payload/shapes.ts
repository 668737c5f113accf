// SPDX-License-Identifier: Apache-2.0
import { fault, type Fault, type TimeMs } from '#core';
import { measuredTime } from './time.ts';
import { below, type ReadingWriter } from './writer.ts';

/**
 * Writes what the shapes of DESIGN § 7 carry: `{"temperature": 21.5}`, `{"time": …, "values": {…}}`, or an array of
 * these. `time` and `values` are the envelope only where `values` is an object; otherwise they are names of
 * properties, as any others. A bad time refuses the readings of its envelope and no others.
 */
export class ShapeReader {
  readonly #writer: ReadingWriter;

  constructor(writer: ReadingWriter) {
    this.#writer = writer;
  }

  /** Returns the fault of a payload that is none of the shapes. */
  read(payload: unknown): Fault | undefined {
    if (Array.isArray(payload)) {
      for (const [index, item] of payload.entries()) this.#item(item, `/${index}`);
      return undefined;
    }
    if (!isMembers(payload))
      return fault('model.bad-payload', '', 'an object or array is expected');
    this.#item(payload, '');
    return undefined;
  }

  #item(item: unknown, at: string): void {
    if (!isMembers(item)) {
      this.#writer.refuse(at, fault('model.bad-payload', '', 'an object is expected'));
      return;
    }
    const values = Object.hasOwn(item, 'values') ? item['values'] : undefined;
    if (isMembers(values)) this.#envelope(item, values, at);
    else this.#members(item, at, undefined);
  }

  #envelope(item: Members, values: Members, at: string): void {
    for (const name of Object.keys(item)) {
      if (name === 'time' || name === 'values') continue;
      const why = fault('model.unknown-property', '', 'beside time and values nothing else');
      this.#writer.refuse(below(at, name), why);
    }
    const time = Object.hasOwn(item, 'time') ? measuredTime(item['time']) : undefined;
    if (Number.isNaN(time)) this.#writer.refuse(`${at}/time`, fault('model.bad-time', ''));
    else this.#members(values, `${at}/values`, time);
  }

  #members(members: Members, at: string, time: TimeMs | undefined): void {
    const entries = Object.entries(members);
    if (entries.length === 0) return;
    const moment = this.#writer.moment(time);
    for (const [name, value] of entries) {
      this.#writer.write(name, value, moment, below(at, name));
    }
  }
}

type Members = Readonly<Record<string, unknown>>;

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// oxlint-disable no-non-null-assertion -- reads are bounds-checked by the surrounding loop
// SPDX-License-Identifier: Apache-2.0
import type { CompiledModel, PropertySlot } from '../compiled.ts';

/** What the fast path can take as the value of a slot. */
export const FastKind = { none: 0, number: 1, integer: 2, boolean: 3, string: 4 } as const;

const quote = 0x22;

/**
 * A model as the fast path needs it: names as bytes with their closing quote, found by the order of the last
 * message first and by a hash table over the bytes otherwise. Two entries beyond the slots stand for the members of the
 * envelope. Names that need escapes, or that JSON.parse would put in another order (array indices), or that
 * the envelope uses are left out: their messages go the general way.
 */
export class FastPlan {
  readonly slotCount: number;
  readonly timeSlot: number;
  readonly valuesSlot: number;
  readonly kind: Uint8Array;
  readonly minimum: Float64Array;
  readonly maximum: Float64Array;
  readonly check: readonly PropertySlot['check'][];
  readonly keyBytes: Uint8Array;
  readonly keyStart: Uint32Array;
  readonly keyEnd: Uint32Array;
  /** The slot that came after a slot in the last message; the last entry is the first of a message. */
  readonly follower: Uint16Array;
  /** The values object in which a slot was last seen, to notice duplicates. */
  readonly seen: Uint32Array;
  stamp = 0;
  readonly #table: Uint16Array;
  readonly #mask: number;
  readonly #keyBytesMax: number;

  constructor(model: CompiledModel) {
    const { properties } = model;
    const count = properties.length;
    this.slotCount = count;
    this.timeSlot = count;
    this.valuesSlot = count + 1;
    const usable = properties.map(
      ({ name }) =>
        !/^(?:time|values|0|[1-9]\d*)$/.test(name) && JSON.stringify(name) === `"${name}"`,
    );
    this.kind = Uint8Array.from(properties, kindOf);
    this.minimum = Float64Array.from(properties, (slot) => slot.minimum);
    this.maximum = Float64Array.from(properties, (slot) => slot.maximum);
    this.check = properties.map((slot) => slot.check);
    const keys = [...properties.map((slot) => slot.name), 'time', 'values'].map((name) =>
      Buffer.from(`${name}"`),
    );
    this.keyBytes = Uint8Array.from(Buffer.concat(keys));
    this.keyEnd = new Uint32Array(keys.length);
    let end = 0;
    for (const [index, key] of keys.entries()) this.keyEnd[index] = end += key.length;
    this.keyStart = Uint32Array.from(keys, (key, index) => (this.keyEnd[index] ?? 0) - key.length);
    this.#keyBytesMax = keys.reduce((most, key) => Math.max(most, key.length), 0);
    this.follower = Uint16Array.from(
      { length: count + 3 },
      (_, index) => (index + 1) % (count + 2),
    );
    this.follower[count + 2] = count === 0 ? this.timeSlot : 0;
    this.seen = new Uint32Array(count + 2);
    const size = 1 << (33 - Math.clz32(keys.length));
    this.#mask = size - 1;
    this.#table = new Uint16Array(size);
    for (const [index, key] of keys.entries()) {
      if (usable[index] ?? true) this.#put(hash(key, 0, key.length - 1), index);
      else this.keyEnd[index] = this.keyStart[index] ?? 0;
    }
  }

  /** The slot whose name begins at a place and ends before a quote; −1 when there is none or it has escapes. */
  find(bytes: Buffer, at: number): number {
    const most = Math.min(at + this.#keyBytesMax, bytes.length);
    let end = at;
    while (end < most && bytes[end] !== quote) end++;
    if (end === most) return -1;
    for (let i = hash(bytes, at, end) & this.#mask; ; i = (i + 1) & this.#mask) {
      const entry = this.#table[i]!;
      if (entry === 0) return -1;
      if (this.matches(bytes, at, entry - 1)) return entry - 1;
    }
  }

  /** Whether the name of a slot and its closing quote stand at a place. */
  matches(bytes: Buffer, at: number, slot: number): boolean {
    const { keyBytes } = this;
    const end = this.keyEnd[slot]!;
    let i = this.keyStart[slot]!;
    if (i === end) return false;
    for (; i < end; i++, at++) {
      if (bytes[at] !== keyBytes[i]) return false;
    }
    return true;
  }

  #put(hashed: number, slot: number): void {
    let i = hashed & this.#mask;
    while (this.#table[i] !== 0) i = (i + 1) & this.#mask;
    this.#table[i] = slot + 1;
  }
}

function kindOf(slot: PropertySlot): number {
  switch (slot.type) {
    case 'number':
      return FastKind.number;
    case 'integer':
      return FastKind.integer;
    case 'boolean':
      return FastKind.boolean;
    case 'string':
      return FastKind.string;
    default:
      return FastKind.none;
  }
}

/** FNV-1a; names are the model's, so that nobody outside chooses collisions. */
function hash(bytes: Uint8Array, start: number, end: number): number {
  let h = 0x811c9dc5;
  for (let i = start; i < end; i++) h = Math.imul(h ^ bytes[i]!, 0x01000193);
  return h ^ (h >>> 15);
}

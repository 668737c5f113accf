// SPDX-License-Identifier: Apache-2.0
import { isUtf8 } from 'node:buffer';
import { fail, ok, type Result } from '#core';

export type CborMap = ReadonlyMap<number | string, CborValue>;
export type CborValue = number | string | boolean | null | Buffer | readonly CborValue[] | CborMap;

/** WebAuthn nests its maps four deep at most (CTAP 2.1 § 8, message encoding). */
const depthMax = 4;
const membersMax = 256;

/**
 * Reads one CBOR item in the canonical form that authenticators must send (CTAP 2.1 § 8: definite lengths, integers,
 * strings, arrays, maps, simple values), and says where it ends: what follows is the caller's. Unlike the reader of
 * payloads in `#model` it keeps byte strings apart from text. Lengths are checked before anything is allocated.
 */
export function readCbor(
  bytes: Buffer,
  start: number,
): Result<{ readonly value: CborValue; readonly end: number }> {
  const reader = new Reader(bytes, start);
  const value = reader.item(0);
  return value === undefined
    ? fail('security.passkey-refused', `byte ${reader.at}`, 'not CBOR of an authenticator')
    : ok({ value, end: reader.at });
}

class Reader {
  at: number;
  readonly #bytes: Buffer;
  #membersLeft = membersMax;

  constructor(bytes: Buffer, start: number) {
    this.#bytes = bytes;
    this.at = start;
  }

  /** Undefined for whatever is not taken. */
  item(depth: number): CborValue | undefined {
    if (depth > depthMax || this.at >= this.#bytes.length) return undefined;
    const head = this.#bytes.readUInt8(this.at++);
    const major = head >> 5;
    if (major === 7) return simple.get(head & 31);
    const argument = this.#argument(head & 31);
    if (argument === undefined) return undefined;
    if (major === 0) return argument;
    if (major === 1) return -1 - argument;
    if (major === 2) return this.#take(argument);
    if (major === 3) {
      const text = this.#take(argument);
      return text !== undefined && isUtf8(text) ? text.toString() : undefined;
    }
    if (major === 4) return this.#array(argument, depth);
    return major === 5 ? this.#map(argument, depth) : undefined;
  }

  #argument(info: number): number | undefined {
    if (info < 24) return info;
    const width = { 24: 1, 25: 2, 26: 4 }[info];
    const bytes = width === undefined ? undefined : this.#take(width);
    return bytes?.readUIntBE(0, bytes.length);
  }

  #take(length: number): Buffer | undefined {
    if (length > this.#bytes.length - this.at) return undefined;
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }

  #array(length: number, depth: number): readonly CborValue[] | undefined {
    const items: CborValue[] = [];
    for (let i = 0; i < length; i++) {
      const item = this.#membersLeft-- > 0 ? this.item(depth + 1) : undefined;
      if (item === undefined) return undefined;
      items.push(item);
    }
    return items;
  }

  #map(length: number, depth: number): CborMap | undefined {
    const members = new Map<number | string, CborValue>();
    for (let i = 0; i < length; i++) {
      const key = this.#membersLeft-- > 0 ? this.item(depth + 1) : undefined;
      if (typeof key !== 'number' && typeof key !== 'string') return undefined;
      const value = this.item(depth + 1);
      if (value === undefined || members.has(key)) return undefined;
      members.set(key, value);
    }
    return members;
  }
}

const simple: ReadonlyMap<number, boolean | null> = new Map([
  [20, false],
  [21, true],
  [22, null],
]);

export function isCborMap(value: CborValue | undefined): value is CborMap {
  return value instanceof Map;
}

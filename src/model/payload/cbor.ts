// oxlint-disable no-non-null-assertion -- reads are bounds-checked by the surrounding loop
// SPDX-License-Identifier: Apache-2.0
import { isUtf8 } from 'node:buffer';
import { FaultError, fault, ok, type Limits, type Result } from '#core';
import { formatTime } from '../time.ts';

/**
 * Decodes one CBOR item (RFC 8949) between two places of a buffer into the values that JSON has:
 * - integers and floats become numbers (inexact beyond 2^53, as in JSON), NaN and infinities stay what they are;
 * - byte strings become base64url text (§ 6.1), undefined becomes null, map keys are text or integers;
 * - tag 1 (epoch) becomes ISO text, tags 2 to 5 become numbers, other tags leave their content as it is.
 * The last of several equal keys counts. Lengths are checked against what is there before anything is allocated.
 * Faults: `model.bad-cbor` at `byte n`, `model.payload-too-large`.
 */
export function decodeCbor(
  bytes: Buffer,
  start: number,
  end: number,
  limits: Limits,
): Result<unknown> {
  const decoder = new CborDecoder(bytes, start, end, limits);
  try {
    return ok(decoder.whole());
  } catch (error) {
    if (error instanceof FaultError) return { ok: false, fault: error.fault };
    throw error;
  }
}

/** Ends an item of indefinite length, § 3.2.1. */
const stop = Symbol('break');

class CborDecoder {
  readonly #bytes: Buffer;
  readonly #start: number;
  readonly #end: number;
  readonly #depthMax: number;
  #membersLeft: number;
  #at: number;

  constructor(bytes: Buffer, start: number, end: number, limits: Limits) {
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    this.#at = start;
    this.#depthMax = limits['payload.depthMax'];
    this.#membersLeft = limits['payload.keysMax'];
  }

  whole(): unknown {
    const value = this.#item(1);
    if (value === stop) throw this.#bad('a break outside of an item of indefinite length');
    if (this.#at < this.#end) throw this.#bad('bytes after the end');
    return value;
  }

  #item(depth: number): unknown {
    const head = this.#byte();
    const major = head >> 5;
    const info = head & 31;
    if (info > 27 && info < 31) throw this.#bad('reserved additional information', -1);
    switch (major) {
      case 0:
        return this.#argument(info, false);
      case 1:
        return -1 - this.#argument(info, false);
      case 2:
        return Buffer.concat(this.#chunks(2, info)).toString('base64url');
      case 3:
        return this.#chunks(3, info).map(text).join('');
      case 4:
        return this.#array(info, this.#deeper(depth));
      case 5:
        return this.#map(info, this.#deeper(depth));
      case 6:
        return this.#tagged(this.#argument(info, false), this.#deeper(depth));
      default:
        return this.#simple(info);
    }
  }

  #byte(): number {
    if (this.#at >= this.#end) throw this.#bad('the item ends too early');
    return this.#bytes[this.#at++]!;
  }

  #advance(count: number): number {
    if (count > this.#end - this.#at) throw this.#bad('the item ends too early');
    const at = this.#at;
    this.#at += count;
    return at;
  }

  /** The argument of a head, § 3; −1 for indefinite length. */
  #argument(info: number, indefinite: boolean): number {
    if (info < 24) return info;
    if (info === 24) return this.#byte();
    if (info === 25) return this.#bytes.readUInt16BE(this.#advance(2));
    if (info === 26) return this.#bytes.readUInt32BE(this.#advance(4));
    if (info === 27) return Number(this.#bytes.readBigUInt64BE(this.#advance(8)));
    if (!indefinite) throw this.#bad('no indefinite length here', -1);
    return -1;
  }

  #deeper(depth: number): number {
    if (depth >= this.#depthMax) {
      throw new FaultError(fault('model.payload-too-large', '', 'limit payload.depthMax'));
    }
    return depth + 1;
  }

  #member(): void {
    if (--this.#membersLeft < 0) {
      throw new FaultError(fault('model.payload-too-large', '', 'limit payload.keysMax'));
    }
  }

  /** The parts of a string: one, or those of an indefinite length, which must be definite and of the same type. */
  #chunks(major: number, info: number): readonly Buffer[] {
    const length = this.#argument(info, true);
    if (length !== -1) return [this.#chunk(major, length)];
    const chunks: Buffer[] = [];
    for (;;) {
      const head = this.#byte();
      if (head === 0xff) return chunks;
      if (head >> 5 !== major || (head & 31) > 27) throw this.#bad('not a chunk of the string', -1);
      this.#member();
      chunks.push(this.#chunk(major, this.#argument(head & 31, false)));
    }
  }

  #chunk(major: number, length: number): Buffer {
    const at = this.#advance(length);
    const chunk = this.#bytes.subarray(at, at + length);
    if (major === 3 && !isUtf8(chunk)) throw this.#bad('text is not UTF-8', -length);
    return chunk;
  }

  #array(info: number, depth: number): readonly unknown[] {
    const length = this.#argument(info, true);
    const items: unknown[] = [];
    for (let i = 0; i !== length; i++) {
      const item = this.#item(depth);
      if (item === stop) {
        if (length === -1) return items;
        throw this.#bad('a break within a definite length', -1);
      }
      this.#member();
      items.push(item);
    }
    return items;
  }

  #map(info: number, depth: number): object {
    const length = this.#argument(info, true);
    const members = new Map<string, unknown>();
    for (let i = 0; i !== length; i++) {
      const at = this.#at;
      const key = this.#item(depth);
      if (key === stop && length === -1) return plainObject(members);
      if (typeof key !== 'string' && !Number.isSafeInteger(key)) {
        throw this.#bad('a key is text or an integer', at - this.#at);
      }
      this.#member();
      const value = this.#item(depth);
      if (value === stop) throw this.#bad('a break in place of a value', -1);
      members.set(String(key), value);
    }
    return plainObject(members);
  }

  #simple(info: number): unknown {
    switch (info) {
      case 20:
        return false;
      case 21:
        return true;
      case 22:
      case 23:
        return null;
      case 25:
        return half(this.#bytes.readUInt16BE(this.#advance(2)));
      case 26:
        return this.#bytes.readFloatBE(this.#advance(4));
      case 27:
        return this.#bytes.readDoubleBE(this.#advance(8));
      case 31:
        return stop;
      default:
        throw this.#bad('a simple value without a meaning', -1);
    }
  }

  #tagged(tag: number, depth: number): unknown {
    const at = this.#at;
    const head = (this.#bytes[at] ?? 0) >> 5;
    const content = this.#item(depth);
    if (content === stop) throw this.#bad('a break in place of a value', -1);
    switch (tag) {
      case 1: {
        const time = typeof content === 'number' ? Math.floor(content * 1_000) : Number.NaN;
        // Years 0 to 9999, § 3.4.2 with RFC 3339.
        if (time >= -62_167_219_200_000 && time < 253_402_300_800_000) return formatTime(time);
        throw this.#bad('not an epoch-based time', at - this.#at);
      }
      case 2:
      case 3: {
        if (head !== 2 || typeof content !== 'string')
          throw this.#bad('not a bignum', at - this.#at);
        const number = bignum(Buffer.from(content, 'base64url'));
        return tag === 2 ? number : -1 - number;
      }
      case 4:
      case 5: {
        const [exponent, mantissa] = Array.isArray(content) ? content : [];
        if (typeof exponent !== 'number' || typeof mantissa !== 'number') {
          throw this.#bad('not a fraction', at - this.#at);
        }
        return tag === 4 ? Number(`${mantissa}e${exponent}`) : mantissa * 2 ** exponent;
      }
      default:
        return content;
    }
  }

  #bad(detail: string, offset = 0): FaultError {
    return new FaultError(
      fault('model.bad-cbor', `byte ${this.#at + offset - this.#start}`, detail),
    );
  }
}

function text(chunk: Buffer): string {
  return chunk.toString('utf8');
}

/** `fromEntries` defines members, so that a key `__proto__` is one like any other. */
function plainObject(members: ReadonlyMap<string, unknown>): object {
  return Object.fromEntries(members);
}

/** IEEE 754 half precision, § 3.3 and appendix D. */
function half(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const mantissa = bits & 1_023;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1_024 + mantissa) * 2 ** (exponent - 25);
}

/** Beyond about 1024 bits a double is infinite anyway; a long bignum costs no more than its bytes. */
function bignum(bytes: Buffer): number {
  return bytes.length > 200
    ? Number.POSITIVE_INFINITY
    : Number(`0x${bytes.toString('hex') || '0'}`);
}

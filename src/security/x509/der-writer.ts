// SPDX-License-Identifier: Apache-2.0
import { assert } from '#core';
import { contextTag, tag } from './der-reader.ts';

/** A value: tag, shortest length, content. */
export function derValue(valueTag: number, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(valueTag), lengthOf(content.length), content]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  const count = length < 0x100 ? 1 : length < 0x10000 ? 2 : 3;
  const bytes = Buffer.alloc(count + 1);
  bytes[0] = 0x80 | count;
  bytes.writeUIntBE(length, 1, count);
  return bytes;
}

export function derSequence(...items: readonly Uint8Array[]): Buffer {
  return derValue(tag.sequence, Buffer.concat(items));
}

export function derSet(...items: readonly Uint8Array[]): Buffer {
  // SET OF is in the order of its encodings (X.690 § 11.6).
  return derValue(tag.set, Buffer.concat(items.toSorted((a, b) => Buffer.compare(a, b))));
}

/** `[number] EXPLICIT`. */
export function derExplicit(number: number, ...items: readonly Uint8Array[]): Buffer {
  return derValue(contextTag(number, 'explicit'), Buffer.concat(items));
}

/** `[number] IMPLICIT` of a primitive. */
export function derImplicit(number: number, content: Uint8Array): Buffer {
  return derValue(contextTag(number, 'primitive'), content);
}

/** A non-negative INTEGER from big-endian bytes. */
export function derInteger(bytes: Uint8Array): Buffer {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const digits = bytes.subarray(start);
  const [first = 0] = digits;
  const content =
    digits.length === 0 || first >= 0x80 ? Buffer.concat([Buffer.of(0), digits]) : digits;
  return derValue(tag.integer, content);
}

export function derBoolean(value: boolean): Buffer {
  return derValue(tag.boolean, Buffer.of(value ? 0xff : 0));
}

export const derNull: Buffer = derValue(tag.null, Buffer.alloc(0));

/** An OBJECT IDENTIFIER from its dotted form. */
export function derOid(dotted: string): Buffer {
  const [root = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return derValue(tag.oid, Buffer.from([root * 40 + second, ...rest].flatMap(base128)));
}

function base128(arc: number): number[] {
  const digits = [arc % 128];
  for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) {
    digits.unshift((left % 128) | 0x80);
  }
  return digits;
}

/** A BIT STRING of whole bytes. */
export function derBits(bytes: Uint8Array): Buffer {
  return derValue(tag.bitString, Buffer.concat([Buffer.of(0), bytes]));
}

/** A BIT STRING of named bits, without trailing zeros (X.690 § 11.2.2); at most 8 bits. */
export function derFlags(...bits: readonly number[]): Buffer {
  const last = Math.max(...bits);
  assert(last < 8, 'named bits fit a byte');
  const byte = bits.reduce((all, bit) => all | (0x80 >> bit), 0);
  return derValue(tag.bitString, Buffer.of(7 - last, byte));
}

export function derOctets(bytes: Uint8Array): Buffer {
  return derValue(tag.octetString, bytes);
}

export function derUtf8(text: string): Buffer {
  return derValue(tag.utf8String, Buffer.from(text));
}

/** UTCTime to 2049, GeneralizedTime afterwards (RFC 5280 § 4.1.2.5); milliseconds are cut off. */
export function derTime(time: number): Buffer {
  const digits = new Date(time).toISOString().replaceAll(/[-:T]|\..*$/g, '');
  const short = digits >= '1950' && digits < '2050';
  return derValue(
    short ? tag.utcTime : tag.generalizedTime,
    Buffer.from(`${short ? digits.slice(2) : digits}Z`),
  );
}

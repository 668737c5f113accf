// SPDX-License-Identifier: Apache-2.0

/** Tags of ITU-T X.690 that certificates use; the class and the constructed bit are part of them. */
export const tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Tag of `[number]` in a structure; `explicit` ones contain another value. */
export function contextTag(number: number, form: 'primitive' | 'explicit'): number {
  return (form === 'explicit' ? 0xa0 : 0x80) | number;
}

/** One value: all of its bytes, those after tag and length, and, when constructed, the values in it. */
export interface Der {
  readonly tag: number;
  readonly bytes: Buffer;
  readonly content: Buffer;
  readonly children: readonly Der[];
}

/** Bounds of what is read: a certificate with many names has some hundred values, nested a dozen deep. */
const bounds = { bytesMax: 65_536, depthMax: 24, nodesMax: 4_096 } as const;

interface Reading {
  nodes: number;
}

/**
 * Reads one value that fills the bytes. Undefined unless they are DER (X.690 § 10.1): shortest definite lengths, low
 * tag numbers, nothing behind.
 */
export function readDer(bytes: Buffer): Der | undefined {
  if (bytes.length > bounds.bytesMax) return undefined;
  const value = readValue(bytes, 0, { nodes: 0 }, bounds.depthMax);
  return value !== undefined && value.bytes.length === bytes.length ? value : undefined;
}

function readValue(bytes: Buffer, at: number, reading: Reading, depth: number): Der | undefined {
  if (depth === 0 || ++reading.nodes > bounds.nodesMax) return undefined;
  const header = readHeader(bytes, at);
  if (header === undefined) return undefined;
  const { start, end, found } = header;
  const children = (found & 0x20) === 0 ? [] : readAll(bytes.subarray(start, end), reading, depth);
  if (children === undefined) return undefined;
  return {
    tag: found,
    bytes: bytes.subarray(at, end),
    content: bytes.subarray(start, end),
    children,
  };
}

function readAll(content: Buffer, reading: Reading, depth: number): Der[] | undefined {
  const children: Der[] = [];
  for (let at = 0; at < content.length;) {
    const child = readValue(content, at, reading, depth - 1);
    if (child === undefined) return undefined;
    children.push(child);
    at += child.bytes.length;
  }
  return children;
}

function readHeader(
  bytes: Buffer,
  at: number,
): { readonly found: number; readonly start: number; readonly end: number } | undefined {
  const found = bytes[at];
  const first = bytes[at + 1];
  if (found === undefined || first === undefined) return undefined;
  // Tag numbers above 30 are in nothing that is read here; 0 marks the end of an indefinite length, which is BER.
  if ((found & 0x1f) === 0x1f || found === 0) return undefined;
  let length = first;
  let start = at + 2;
  if (first >= 0x80) {
    const count = first & 0x7f;
    if (count === 0 || count > 3) return undefined;
    start += count;
    if (start > bytes.length) return undefined;
    length = bytes.readUIntBE(at + 2, count);
    if (length < 0x80 || length < 2 ** (8 * (count - 1))) return undefined;
  }
  const end = start + length;
  return end <= bytes.length ? { found, start, end } : undefined;
}

/** The values in a SEQUENCE or SET, when it is one. */
export function childrenOf(value: Der | undefined, wanted: number): readonly Der[] | undefined {
  return value?.tag === wanted ? value.children : undefined;
}

/** A non-negative INTEGER as its shortest bytes, without the sign byte. */
export function readInteger(value: Der | undefined): Buffer | undefined {
  if (value?.tag !== tag.integer) return undefined;
  const { content } = value;
  const [first = 0x80, second = 0x80] = content;
  if (content.length === 0 || first >= 0x80) return undefined;
  if (first !== 0 || content.length === 1) return content;
  return second >= 0x80 ? content.subarray(1) : undefined;
}

/** A small non-negative INTEGER. */
export function readSmall(value: Der | undefined): number | undefined {
  const bytes = readInteger(value);
  return bytes === undefined || bytes.length > 4 ? undefined : bytes.readUIntBE(0, bytes.length);
}

/** BOOLEAN: DER has 0xff and 0x00 only (X.690 § 11.1). */
export function readBoolean(value: Der | undefined): boolean | undefined {
  if (value?.tag !== tag.boolean || value.content.length !== 1) return undefined;
  if (value.content[0] === 0xff) return true;
  return value.content[0] === 0 ? false : undefined;
}

/** An OBJECT IDENTIFIER in dotted form. */
export function readOid(value: Der | undefined): string | undefined {
  if (value?.tag !== tag.oid) return undefined;
  const { content } = value;
  const arcs: number[] = [];
  for (let at = 0, arc = 0; at < content.length; at++) {
    const byte = content[at] ?? 0;
    if (arc === 0 && byte === 0x80) return undefined;
    arc = arc * 128 + (byte & 0x7f);
    if (arc > 2 ** 40) return undefined;
    if (byte >= 0x80) {
      if (at === content.length - 1) return undefined;
      continue;
    }
    arcs.push(arc);
    arc = 0;
  }
  const [first] = arcs;
  if (first === undefined) return undefined;
  const root = Math.min(2, Math.floor(first / 40));
  return [root, first - root * 40, ...arcs.slice(1)].join('.');
}

/** The bytes of a BIT STRING of whole bytes. */
export function readBits(value: Der | undefined): Buffer | undefined {
  if (value?.tag !== tag.bitString || value.content[0] !== 0) return undefined;
  return value.content.subarray(1);
}

/** The bits that are set in a BIT STRING of named bits, the first 16 of them. */
export function readFlags(value: Der | undefined): ReadonlySet<number> | undefined {
  if (value?.tag !== tag.bitString) return undefined;
  const [unused = 8, ...bytes] = value.content.subarray(0, 3);
  if (unused > 7) return undefined;
  const flags = new Set<number>();
  for (const [i, byte] of bytes.entries()) {
    for (let bit = 0; bit < 8; bit++) if ((byte & (0x80 >> bit)) !== 0) flags.add(i * 8 + bit);
  }
  return flags;
}

/** A string of a name; undefined for a type or bytes that are no text. */
export function readText(value: Der | undefined): string | undefined {
  if (value === undefined) return undefined;
  const { content } = value;
  switch (value.tag) {
    case tag.utf8String:
      return utf8(content);
    case tag.printableString:
    case tag.ia5String:
      return content.every((byte) => byte < 0x80) ? content.toString('latin1') : undefined;
    case tag.teletexString:
      return content.toString('latin1');
    case tag.bmpString:
      return content.length % 2 === 0
        ? Buffer.from(content).swap16().toString('utf16le')
        : undefined;
    default:
      return undefined;
  }
}

function utf8(bytes: Buffer): string | undefined {
  const text = bytes.toString();
  return text.includes('\ufffd') ? undefined : text;
}

/**
 * UTCTime or GeneralizedTime as RFC 5280 § 4.1.2.5 has them: in UTC, with seconds, without fractions. In milliseconds
 * since 1970.
 */
export function readTime(value: Der | undefined): number | undefined {
  if (value?.tag !== tag.utcTime && value?.tag !== tag.generalizedTime) return undefined;
  const text = value.content.toString('latin1');
  const short = value.tag === tag.utcTime;
  const match = (short ? /^(\d{2})(\d{10})Z$/ : /^(\d{4})(\d{10})Z$/).exec(text);
  const [, yearText = '', rest = ''] = match ?? [];
  if (match === null) return undefined;
  const year = short ? centuryOf(Number(yearText)) : Number(yearText);
  const [month, day, hour, minute, second] = (rest.match(/\d{2}/g) ?? []).join(' ').split(' ');
  const iso = `${String(year).padStart(4, '0')}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const time = Date.parse(iso);
  // The 30th of February is parsed as a day of March.
  return Number.isFinite(time) && new Date(time).toISOString() === iso ? time : undefined;
}

function centuryOf(year: number): number {
  return year < 50 ? 2_000 + year : 1_900 + year;
}

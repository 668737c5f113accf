// SPDX-License-Identifier: Apache-2.0
import { isUtf8 } from 'node:buffer';
import { fail, ok, type Limits, type Result } from '#core';
import { jsonFault } from './json-fault.ts';

/**
 * Parses JSON between two places of a buffer, with bounded depth and number of members. The last of several equal keys
 * counts. Faults: `model.bad-json` at `byte n` of the text, `model.payload-too-large`.
 */
export function parseJson(
  bytes: Buffer,
  start: number,
  end: number,
  limits: Limits,
): Result<unknown> {
  const part = bytes.subarray(start, end);
  const text = part.toString('utf8');
  if (!isUtf8(part)) return badJson(firstBadByte(part, text), 'not UTF-8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const { at, expected } = jsonFault(text);
    const found = text[at] === undefined ? 'the end' : JSON.stringify(text[at]);
    return badJson(Buffer.byteLength(text.slice(0, at)), `${found} in place of ${expected}`);
  }
  const excess = new SizeCheck(limits).excess(value, 1);
  return excess === undefined ? ok(value) : fail('model.payload-too-large', '', excess);
}

function badJson(byte: number, detail: string): Result<never> {
  return fail('model.bad-json', `byte ${byte}`, detail);
}

/** Decoding puts U+FFFD where the bytes are bad, and only there unless the text has one itself. */
function firstBadByte(bytes: Buffer, text: string): number {
  let byte = 0;
  let from = 0;
  for (;;) {
    const at = text.indexOf('\uFFFD', from);
    if (at === -1) return bytes.length;
    byte += Buffer.byteLength(text.slice(from, at));
    const written = bytes[byte] === 0xef && bytes[byte + 1] === 0xbf && bytes[byte + 2] === 0xbd;
    if (!written) return byte;
    byte += 3;
    from = at + 1;
  }
}

/** Names the limit that a value breaks. */
class SizeCheck {
  readonly #depthMax: number;
  #left: number;

  constructor(limits: Limits) {
    this.#depthMax = limits['payload.depthMax'];
    this.#left = limits['payload.keysMax'];
  }

  excess(value: unknown, depth: number): string | undefined {
    if (typeof value !== 'object' || value === null) return undefined;
    if (depth > this.#depthMax) return 'limit payload.depthMax';
    const members: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
    this.#left -= members.length;
    if (this.#left < 0) return 'limit payload.keysMax';
    for (const member of members) {
      const excess = this.excess(member, depth + 1);
      if (excess !== undefined) return excess;
    }
    return undefined;
  }
}

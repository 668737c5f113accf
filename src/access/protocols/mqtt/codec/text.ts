// oxlint-disable no-non-null-assertion -- reads are bounds-checked by the surrounding loop
// SPDX-License-Identifier: Apache-2.0

/**
 * Offset of the first byte of what a UTF-8 Encoded String may not hold, or -1 (§ 1.5.4).
 *
 * Refused: ill-formed UTF-8, surrogates [MQTT-1.5.4-1], U+0000 [MQTT-1.5.4-2], and what § 1.5.4 lets a receiver
 * refuse: control characters U+0001..U+001F and U+007F..U+009F, and non-characters. U+FEFF stays [MQTT-1.5.4-3].
 */
export function textFaultAt(buffer: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end) {
    const byte = buffer[at]!;
    if (byte >= 0x20 && byte < 0x7f) {
      at++;
      continue;
    }
    const length = sequenceLength(buffer, at, end);
    if (length === 0) return at;
    at += length;
  }
  return -1;
}

/** Length of the well-formed and permitted sequence of two to four bytes at `at`; 0 when there is none. */
function sequenceLength(buffer: Uint8Array, at: number, end: number): number {
  const lead = buffer[at]!;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || at + length > end) return 0;
  let point = lead & (0x7f >> length);
  for (let i = 1; i < length; i++) {
    const byte = buffer[at + i]!;
    if ((byte & 0xc0) !== 0x80) return 0;
    point = (point << 6) | (byte & 0x3f);
  }
  return permitted(point, length) ? length : 0;
}

function permitted(point: number, length: number): boolean {
  if (length === 3 && point < 0x800) return false;
  if (length === 4 && (point < 0x10000 || point > 0x10ffff)) return false;
  if (point < 0xa0) return false;
  if (point >= 0xd800 && point <= 0xdfff) return false;
  if (point >= 0xfdd0 && point <= 0xfdef) return false;
  return (point & 0xfffe) !== 0xfffe;
}

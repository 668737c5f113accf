// SPDX-License-Identifier: Apache-2.0
import { createHmac } from 'node:crypto';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** What a code generator shows (RFC 6238) for a secret in base 32, written apart from the code that checks it. */
export function codeShown(secret: string, nowMs: number): string {
  const bits = Array.from(secret, (letter) =>
    alphabet.indexOf(letter).toString(2).padStart(5, '0'),
  ).join('');
  const key = (bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2));
  const step = Math.floor(nowMs / 30_000).toString(16);
  const mac = createHmac('sha1', Buffer.from(key)).update(step.padStart(16, '0'), 'hex').digest();
  const at = Number.parseInt(mac.toString('hex').slice(-1), 16);
  return String(mac.readInt32BE(at) & 0x7f_ff_ff_ff)
    .slice(-6)
    .padStart(6, '0');
}

// SPDX-License-Identifier: Apache-2.0
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Seconds, type TimeMs } from '#core';
import { encodeBase32 } from './base32.ts';

/** RFC 6238 § 4: time steps of 30 s from 1970; RFC 4226 § 5.3: six digits. */
const stepMs = Seconds(30);
const digitsDefault = 6;
/** Steps before and after the present one whose codes are taken (RFC 6238 § 5.2). */
const drift = 1;

/** A new secret of 160 bits, the length of the hash (RFC 4226 § 4). */
export function newTotpSecret(): Buffer {
  return randomBytes(20);
}

export function totpStep(now: TimeMs): number {
  return Math.floor(now / stepMs);
}

/** The code of a time step (RFC 6238 with HMAC-SHA-1). */
export function totpCode(secret: Uint8Array, step: number, digits: number = digitsDefault): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', secret).update(counter).digest();
  const offset = mac.readUInt8(mac.length - 1) & 15;
  const number = mac.readUInt32BE(offset) & 0x7f_ff_ff_ff;
  return String(number % 10 ** digits).padStart(digits, '0');
}

/**
 * The time step that a code belongs to, if it is one of those around now and later than `last`: a code is good once
 * (RFC 6238 § 5.2). Undefined for a wrong code.
 */
export function matchTotp(
  secret: Uint8Array,
  code: string,
  { now, last }: { readonly now: TimeMs; readonly last: number },
): number | undefined {
  const shown = Buffer.from(code.replaceAll(/\s/g, ''));
  if (shown.length !== digitsDefault) return undefined;
  const present = totpStep(now);
  let found: number | undefined;
  for (let step = present - drift; step <= present + drift; step++) {
    const matches = timingSafeEqual(Buffer.from(totpCode(secret, step)), shown);
    if (matches && step > last) found ??= step;
  }
  return found;
}

/** The URI that authenticator apps read from a QR code. */
export function totpUri(secret: Uint8Array, account: string, issuer: string): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`;
  const parameters = new URLSearchParams({ secret: encodeBase32(secret), issuer });
  return `otpauth://totp/${label}?${parameters.toString().replaceAll('+', '%20')}`;
}

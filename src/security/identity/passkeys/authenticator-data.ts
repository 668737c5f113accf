// SPDX-License-Identifier: Apache-2.0
import { fail, ok, type Result } from '#core';
import { isCborMap, readCbor } from './cbor.ts';
import { keyOfCose, type PasskeyKey } from './cose-key.ts';

/** WebAuthn § 6.1. */
const flag = {
  userPresent: 0x01,
  userVerified: 0x04,
  backupEligible: 0x08,
  backedUp: 0x10,
  attested: 0x40,
  extensions: 0x80,
} as const;
const headBytes = 37;
const aaguidBytes = 16;
/** WebAuthn § 5.8.4: at most 1023 bytes. */
const credentialBytesMax = 1_023;

export interface AuthenticatorData {
  readonly rpIdHash: Buffer;
  readonly userPresent: boolean;
  readonly userVerified: boolean;
  readonly counter: number;
  /** Only in a registration. */
  readonly attested: { readonly credential: Buffer; readonly key: PasskeyKey } | undefined;
}

/** Takes authenticator data apart, to its last byte. */
export function parseAuthenticatorData(bytes: Buffer): Result<AuthenticatorData> {
  if (bytes.length < headBytes) return refused('too short');
  const flags = bytes.readUInt8(32);
  const has = (bit: number): boolean => (flags & bit) !== 0;
  if (has(flag.backedUp) && !has(flag.backupEligible)) return refused('backed up, not eligible');
  let end = headBytes;
  let attested: AuthenticatorData['attested'];
  if (has(flag.attested)) {
    const found = attestedAt(bytes, headBytes);
    if (!found.ok) return found;
    ({ end, ...attested } = found.value);
  }
  if (has(flag.extensions)) {
    const extensions = readCbor(bytes, end);
    if (!extensions.ok) return extensions;
    if (!isCborMap(extensions.value.value)) return refused('extensions are a map');
    ({ end } = extensions.value);
  }
  if (end !== bytes.length) return refused('bytes after the end');
  return ok({
    rpIdHash: bytes.subarray(0, 32),
    userPresent: has(flag.userPresent),
    userVerified: has(flag.userVerified),
    counter: bytes.readUInt32BE(33),
    attested,
  });
}

function attestedAt(
  bytes: Buffer,
  start: number,
): Result<{ readonly credential: Buffer; readonly key: PasskeyKey; readonly end: number }> {
  const lengthAt = start + aaguidBytes;
  if (lengthAt + 2 > bytes.length) return refused('too short');
  const length = bytes.readUInt16BE(lengthAt);
  const keyAt = lengthAt + 2 + length;
  if (length === 0 || length > credentialBytesMax || keyAt > bytes.length)
    return refused('length of the credential id');
  const item = readCbor(bytes, keyAt);
  if (!item.ok) return item;
  const key = keyOfCose(item.value.value);
  if (!key.ok) return key;
  const credential = bytes.subarray(lengthAt + 2, keyAt);
  return ok({ credential, key: key.value, end: item.value.end });
}

function refused(detail: string): Result<never> {
  return fail('security.passkey-refused', 'authenticatorData', detail);
}

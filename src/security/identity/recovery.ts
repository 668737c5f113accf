// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from 'node:crypto';
import { hashToken } from '../secret.ts';
import { encodeBase32 } from './base32.ts';

const codes = 10;
/** 80 bits: too many to try out, so that a plain hash keeps them. */
const codeBytes = 10;

/** Codes that stand for a lost second factor, once each: to be shown once, and their hashes to be stored. */
export function newRecoveryCodes(): {
  readonly codes: readonly string[];
  readonly hashes: readonly string[];
} {
  const made = Array.from({ length: codes }, () => {
    const text = encodeBase32(randomBytes(codeBytes)).toLowerCase();
    return text.replaceAll(/(.{4})(?=.)/g, '$1-');
  });
  return { codes: made, hashes: made.map(hashRecoveryCode) };
}

/** As a code is stored; how it is grouped and whether it is in capitals does not count. */
export function hashRecoveryCode(code: string): string {
  return hashToken(code.toLowerCase().replaceAll(/[^a-z2-7]/g, ''));
}

/** The hashes that are left when the code is used; undefined when it is none of them. */
export function useRecoveryCode(
  hashes: readonly string[],
  code: string,
): readonly string[] | undefined {
  const hash = hashRecoveryCode(code);
  return hashes.includes(hash) ? hashes.filter((each) => each !== hash) : undefined;
}

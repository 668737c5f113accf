// SPDX-License-Identifier: Apache-2.0
import { createHash, randomBytes } from 'node:crypto';

/** What a token opens, told by how it begins, so that a leaked one is recognised. */
const tokenPrefix = { device: 'fsd_', api: 'fsa_' } as const;

/** A new secret: shown once, stored only as its hash. 256 bits of randomness need no slow hash. */
interface NewSecret {
  readonly token: string;
  readonly hash: string;
}

export function newToken(use: keyof typeof tokenPrefix): NewSecret {
  const token = tokenPrefix[use] + randomBytes(32).toString('base64url');
  return { token, hash: hashToken(token) };
}

/**
 * SHA-256 of a token, hex, as it is stored. Looking it up by the hash gives timing no hold on the
 * token.
 */
export function hashToken(token: string | Uint8Array): string {
  return createHash('sha256').update(token).digest('hex');
}

// SPDX-License-Identifier: Apache-2.0
import { createHash, randomBytes } from 'node:crypto';

/** What a token opens, told by how it begins, so that a leaked one is recognised. */
const tokenPrefix = { device: 'fsd_', api: 'fsa_', provisioning: 'fsp_' } as const;

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

/**
 * What stands for a user name together with a secret that the device has chosen: marked, so that it never equals the hash
 * of a token.
 */
export function pairHash(username: string, secret: string | Uint8Array): string {
  const name = Buffer.from(username);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(name.length);
  const hash = createHash('sha256').update(length).update(name).update(secret);
  return `pair:${hash.digest('hex')}`;
}

/** What is kept of a secret that was shown and refused, so that its client can be let in later. */
export interface ShownSecret {
  readonly username: string | undefined;
  /** As a credential stores it; empty for a secret that is too weak to be one. */
  readonly hash: string;
  readonly weak: boolean;
}

const secretBytesMin = 8;
const usernameLengthMax = 256;

/** Undefined when there is nothing that a claim could take: no secret, or a name that is too long. */
export function shownSecret(
  username: string | undefined,
  secret: Uint8Array | undefined,
): ShownSecret | undefined {
  if (secret === undefined || secret.length === 0) return undefined;
  if (username !== undefined && username.length > usernameLengthMax) return undefined;
  const weak = secret.length < secretBytesMin;
  const hash = username === undefined ? hashToken(secret) : pairHash(username, secret);
  return { username, hash: weak ? '' : hash, weak };
}

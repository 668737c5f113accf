// SPDX-License-Identifier: Apache-2.0
import { createPublicKey, verify, type KeyObject, type webcrypto } from 'node:crypto';
import { fail, ok, type Result } from '#core';
import { isCborMap, type CborMap, type CborValue } from './cbor.ts';

/** COSE algorithms (RFC 9053, RFC 8812) in the order in which they are asked for. */
export const coseAlgorithm = { es256: -7, eddsa: -8, rs256: -257 } as const;
export const coseAlgorithms: readonly number[] = Object.values(coseAlgorithm);

/** A public key of an authenticator. */
export interface PasskeyKey {
  readonly algorithm: number;
  readonly jwk: webcrypto.JsonWebKey;
}

/** Labels of COSE_Key (RFC 9052 § 7.1, RFC 9053 § 7, RFC 8230 § 4). */
const label = { kty: 1, alg: 3, crv: -1, x: -2, y: -3, n: -1, e: -2 } as const;
const modulusBytesMin = 256;
const modulusBytesMax = 1_024;

/** The key in a COSE_Key map; a point that is not on its curve is refused. */
export function keyOfCose(value: CborValue): Result<PasskeyKey> {
  if (!isCborMap(value)) return refused('not a map');
  const jwk = jwkOf(value);
  const algorithm = value.get(label.alg);
  if (jwk === undefined || typeof algorithm !== 'number') return refused('not of a known kind');
  try {
    createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    return refused('not a valid key');
  }
  return ok({ algorithm, jwk });
}

function jwkOf(map: CborMap): webcrypto.JsonWebKey | undefined {
  const kty = map.get(label.kty);
  const crv = map.get(label.crv);
  switch (map.get(label.alg)) {
    case coseAlgorithm.es256: {
      const x = bytesOf(map, label.x, 32);
      const y = bytesOf(map, label.y, 32);
      if (kty !== 2 || crv !== 1 || x === undefined || y === undefined) return undefined;
      return { kty: 'EC', crv: 'P-256', x, y };
    }
    case coseAlgorithm.eddsa: {
      const x = bytesOf(map, label.x, 32);
      return kty === 1 && crv === 6 && x !== undefined
        ? { kty: 'OKP', crv: 'Ed25519', x }
        : undefined;
    }
    case coseAlgorithm.rs256: {
      const n = bytesOf(map, label.n, modulusBytesMin, modulusBytesMax);
      const e = bytesOf(map, label.e, 3, 4);
      return kty === 3 && n !== undefined && e !== undefined ? { kty: 'RSA', n, e } : undefined;
    }
    default:
      return undefined;
  }
}

function bytesOf(map: CborMap, at: number, min: number, max: number = min): string | undefined {
  const value = map.get(at);
  if (!Buffer.isBuffer(value) || value.length < min || value.length > max) return undefined;
  return value.toString('base64url');
}

/** Whether a signature is the key's (WebAuthn § 6.5.5: ECDSA as DER, RSA with PKCS #1 v1.5). */
export function verifySignature(key: PasskeyKey, signed: Buffer, signature: Buffer): boolean {
  const hash = key.algorithm === coseAlgorithm.eddsa ? null : 'sha256';
  try {
    const publicKey: KeyObject = createPublicKey({ key: key.jwk, format: 'jwk' });
    return verify(hash, signed, publicKey, signature);
  } catch {
    return false;
  }
}

function refused(detail: string): Result<never> {
  return fail('security.passkey-refused', 'credentialPublicKey', detail);
}

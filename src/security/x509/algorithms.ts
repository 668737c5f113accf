// SPDX-License-Identifier: Apache-2.0
import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { childrenOf, readOid, tag, type Der } from './der-reader.ts';
import { derOid, derSequence } from './der-writer.ts';
import { isSm2Signature, sm2WithSm3 } from './sm2.ts';

interface SignatureAlgorithm {
  /** `asymmetricKeyType` of keys that sign so. */
  readonly key: 'ec' | 'rsa' | 'ed25519';
  readonly digest: string | undefined;
}

/** What certificates and requests may be signed with. MD5 and SHA-1 are not in it. */
const signatureAlgorithms: Readonly<Record<string, SignatureAlgorithm>> = {
  '1.2.840.10045.4.3.2': { key: 'ec', digest: 'sha256' },
  '1.2.840.10045.4.3.3': { key: 'ec', digest: 'sha384' },
  '1.2.840.10045.4.3.4': { key: 'ec', digest: 'sha512' },
  '1.2.840.113549.1.1.11': { key: 'rsa', digest: 'sha256' },
  '1.2.840.113549.1.1.12': { key: 'rsa', digest: 'sha384' },
  '1.2.840.113549.1.1.13': { key: 'rsa', digest: 'sha512' },
  '1.3.101.112': { key: 'ed25519', digest: undefined },
};

/** AlgorithmIdentifier of what our authorities sign with: P-256 and SHA-256, without parameters (RFC 5758 § 3.2). */
export const ownAlgorithm: Buffer = derSequence(derOid('1.2.840.10045.4.3.2'));

/** The object identifier of an AlgorithmIdentifier; parameters are NULL or absent in all that we know. */
export function algorithmOf(value: Der | undefined): string | undefined {
  const [oid, parameters, ...more] = childrenOf(value, tag.sequence) ?? [];
  if (more.length > 0) return undefined;
  if (parameters !== undefined && (parameters.tag !== tag.null || parameters.content.length > 0))
    return undefined;
  return readOid(oid);
}

/** Whether a signature over the bytes was made with the private half of a SubjectPublicKeyInfo. */
export function isSignature(
  algorithm: string,
  signed: { readonly by: Buffer; readonly bytes: Buffer; readonly signature: Buffer },
): boolean {
  const { by, bytes, signature } = signed;
  if (algorithm === sm2WithSm3) return isSm2Signature(by, bytes, signature);
  const spec = Object.hasOwn(signatureAlgorithms, algorithm)
    ? signatureAlgorithms[algorithm]
    : undefined;
  const key = publicKeyOf(by);
  if (spec === undefined || key === undefined || key.asymmetricKeyType !== spec.key) return false;
  try {
    return verify(spec.digest, bytes, key, signature);
  } catch {
    return false;
  }
}

const rsaBits = { min: 2_048, max: 8_192 } as const;

/**
 * The key of a SubjectPublicKeyInfo when it is one that is good enough: EC P-256 or P-384, Ed25519, RSA of 2,048 bits or
 * more.
 */
export function publicKeyOf(spki: Buffer): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    return isGoodKey(key) ? key : undefined;
  } catch {
    return undefined;
  }
}

function isGoodKey({ asymmetricKeyType, asymmetricKeyDetails = {} }: KeyObject): boolean {
  const { namedCurve, modulusLength = 0, publicExponent = 0n } = asymmetricKeyDetails;
  switch (asymmetricKeyType) {
    case 'ed25519':
      return true;
    case 'ec':
      return namedCurve === 'prime256v1' || namedCurve === 'secp384r1';
    case 'rsa':
      return (
        modulusLength >= rsaBits.min &&
        modulusLength <= rsaBits.max &&
        publicExponent > 2n &&
        publicExponent < 2n ** 33n
      );
    default:
      return false;
  }
}

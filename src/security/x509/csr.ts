// SPDX-License-Identifier: Apache-2.0
import { fail, ok, type Result } from '#core';
import { algorithmOf, isSignature, publicKeyOf } from './algorithms.ts';
import { childrenOf, readBits, readDer, readSmall, tag, type Der } from './der-reader.ts';
import { fromPem } from './pem.ts';

/**
 * The public key (SubjectPublicKeyInfo, DER) of a PKCS#10 request (RFC 2986) whose signature proves that the sender has
 * the private key. What else it asks for is for the authority to decide. Fault: `security.bad-csr`.
 */
export function readCsr(pem: string): Result<Buffer> {
  const [der, ...more] = ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST'].flatMap((label) =>
    fromPem(label, pem),
  );
  if (der === undefined || more.length > 0)
    return fail('security.bad-csr', 'csr', 'one PEM block CERTIFICATE REQUEST expected');
  const [info, algorithmId, bits, ...rest] = childrenOf(readDer(der), tag.sequence) ?? [];
  const key = keyOf(info);
  const algorithm = algorithmOf(algorithmId);
  const signature = readBits(bits);
  if (info === undefined || key === undefined || algorithm === undefined)
    return fail('security.bad-csr', 'csr', 'not a request of PKCS#10');
  if (signature === undefined || rest.length > 0)
    return fail('security.bad-csr', 'csr', 'not a request of PKCS#10');
  const publicKey = publicKeyOf(key);
  if (publicKey === undefined)
    return fail(
      'security.bad-csr',
      'csr',
      'EC P-256 or P-384, Ed25519 or RSA from 2,048 bits expected',
    );
  if (!isSignature(algorithm, { by: key, bytes: info.bytes, signature }))
    return fail('security.bad-csr', 'csr', 'the signature does not prove the key');
  return ok(publicKey.export({ format: 'der', type: 'spki' }));
}

/** CertificationRequestInfo: version 0, a name, the key, attributes. */
function keyOf(info: Der | undefined): Buffer | undefined {
  const [version, subject, publicKey] = childrenOf(info, tag.sequence) ?? [];
  if (readSmall(version) !== 0 || subject?.tag !== tag.sequence) return undefined;
  return publicKey?.tag === tag.sequence ? publicKey.bytes : undefined;
}

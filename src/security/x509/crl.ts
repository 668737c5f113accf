// SPDX-License-Identifier: Apache-2.0
import { ownAlgorithm } from './algorithms.ts';
import { derExplicit, derInteger, derSequence, derTime } from './der-writer.ts';
import { extensionOid } from './extensions.ts';
import { authorityKeyId, extension, signed, type Signer } from './issue.ts';

/** A certificate that is not good any more. */
export interface RevokedCertificate {
  readonly serial: Buffer;
  readonly revoked: number;
}

/** A certificate revocation list (RFC 5280 § 5) in DER; its number is the time in milliseconds. */
export function makeCrl(
  { certificate, key }: Signer,
  content: {
    readonly revoked: readonly RevokedCertificate[];
    readonly now: number;
    readonly nextUpdate: number;
  },
): Buffer {
  const { revoked, now, nextUpdate } = content;
  const entries = revoked.map((one) => derSequence(derInteger(one.serial), derTime(one.revoked)));
  const number = Buffer.alloc(8);
  number.writeBigUInt64BE(BigInt(now));
  const { subjectKeyId } = certificate;
  const extensions = [
    ...(subjectKeyId === undefined ? [] : [authorityKeyId(subjectKeyId)]),
    extension(extensionOid.crlNumber, derInteger(number)),
  ];
  const tbs = derSequence(
    derInteger(Buffer.of(1)),
    ownAlgorithm,
    certificate.subject,
    derTime(now),
    derTime(nextUpdate),
    // An empty list is left out (RFC 5280 § 5.1.2.6).
    ...(entries.length === 0 ? [] : [derSequence(...entries)]),
    derExplicit(0, derSequence(...extensions)),
  );
  return signed(tbs, key);
}

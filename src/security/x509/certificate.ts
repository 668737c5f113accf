// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { algorithmOf, isSignature } from './algorithms.ts';
import {
  childrenOf,
  contextTag,
  readBits,
  readDer,
  readInteger,
  readSmall,
  readTime,
  tag,
  type Der,
} from './der-reader.ts';
import { readExtensions, type Extensions } from './extensions.ts';
import { commonNameOf } from './name.ts';

/** What matters of an X.509 certificate. */
export interface Certificate extends Extensions {
  readonly der: Buffer;
  readonly tbs: Buffer;
  /** Big-endian, without sign byte. */
  readonly serial: Buffer;
  readonly algorithm: string;
  readonly signature: Buffer;
  /** Distinguished names in DER, compared byte by byte. */
  readonly issuer: Buffer;
  readonly subject: Buffer;
  readonly commonName: string | undefined;
  readonly notBefore: number;
  readonly notAfter: number;
  /** SubjectPublicKeyInfo. */
  readonly publicKey: Buffer;
}

const noExtensions: Extensions = {
  isAuthority: false,
  pathLength: undefined,
  keyUsage: undefined,
  forClients: true,
  uris: [],
  subjectKeyId: undefined,
  authorityKeyId: undefined,
  understood: true,
};

/** Reads a certificate of RFC 5280; undefined for anything else. Nothing is verified. */
export function readCertificate(der: Buffer): Certificate | undefined {
  const [tbs, algorithmId, bits, ...more] = childrenOf(readDer(der), tag.sequence) ?? [];
  const algorithm = algorithmOf(algorithmId);
  const signature = readBits(bits);
  if (tbs?.tag !== tag.sequence || more.length > 0) return undefined;
  if (algorithm === undefined || signature === undefined) return undefined;
  const fields = readTbs(tbs);
  // The two must be the same (RFC 5280 § 4.1.1.2), or what was signed is not what is checked.
  if (fields === undefined || algorithmOf(fields.inner) !== algorithm) return undefined;
  const { inner: _inner, ...rest } = fields;
  return { der, tbs: tbs.bytes, algorithm, signature, ...rest };
}

type Fields = Omit<Certificate, 'der' | 'tbs' | 'algorithm' | 'signature'> & {
  readonly inner: Der;
};

function readTbs(tbs: Der): Fields | undefined {
  const items = [...tbs.children];
  const version = versionOf(items);
  const [serialValue, inner, issuer, validity, subject, publicKey, ...rest] = items;
  const serial = readInteger(serialValue);
  const times = childrenOf(validity, tag.sequence);
  const [notBefore, notAfter] = times?.map(readTime) ?? [];
  if (version === undefined || serial === undefined || inner === undefined) return undefined;
  if (issuer?.tag !== tag.sequence || subject?.tag !== tag.sequence) return undefined;
  if (publicKey?.tag !== tag.sequence || times?.length !== 2) return undefined;
  if (notBefore === undefined || notAfter === undefined) return undefined;
  const extensions = extensionsOf(rest, version);
  if (extensions === undefined) return undefined;
  return {
    ...{ inner, serial, notBefore, notAfter, ...extensions },
    ...{ issuer: issuer.bytes, subject: subject.bytes, publicKey: publicKey.bytes },
    commonName: commonNameOf(subject),
  };
}

/** Takes the version off; certificates of version 1 do not carry one. */
function versionOf(items: Der[]): 1 | 3 | undefined {
  if (items[0]?.tag !== contextTag(0, 'explicit')) return 1;
  const number = readSmall(items.shift()?.children[0]);
  return number === 2 ? 3 : undefined;
}

/** Behind the key may be two identifiers that nobody uses, and the extensions. */
function extensionsOf(rest: readonly Der[], version: 1 | 3): Extensions | undefined {
  const ids = [1, 2].map((number) => contextTag(number, 'primitive'));
  const last = rest.filter((item) => !ids.includes(item.tag));
  if (rest.length === 0) return noExtensions;
  const [wrapped, ...more] = last;
  if (version !== 3 || more.length > 0) return undefined;
  if (wrapped === undefined) return noExtensions;
  if (wrapped.tag !== contextTag(3, 'explicit') || wrapped.children.length !== 1) return undefined;
  return readExtensions(wrapped.children[0]);
}

/** SHA-256 of a certificate, hex: how it is registered. */
export function fingerprintOf(der: Uint8Array): string {
  return createHash('sha256').update(der).digest('hex');
}

/** Whether the certificate names the issuer and its signature is made with the issuer's key. */
export function isIssuedBy(certificate: Certificate, issuer: Certificate): boolean {
  if (!certificate.issuer.equals(issuer.subject)) return false;
  const { authorityKeyId, algorithm, tbs, signature } = certificate;
  const named = authorityKeyId !== undefined && issuer.subjectKeyId !== undefined;
  if (named && !authorityKeyId.equals(issuer.subjectKeyId)) return false;
  return isSignature(algorithm, { by: issuer.publicKey, bytes: tbs, signature });
}

export function isValidAt({ notBefore, notAfter }: Certificate, now: number): boolean {
  // notAfter is the last second of it (RFC 5280 § 4.1.2.5).
  return now >= notBefore && now < notAfter + 1_000;
}

// SPDX-License-Identifier: Apache-2.0
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { assert } from '#core';
import { ownAlgorithm } from './algorithms.ts';
import { readCertificate, type Certificate } from './certificate.ts';
import { childrenOf, readBits, readDer, tag } from './der-reader.ts';
import {
  derBits,
  derBoolean,
  derExplicit,
  derFlags,
  derImplicit,
  derInteger,
  derOctets,
  derOid,
  derSequence,
  derTime,
} from './der-writer.ts';
import { clientAuthentication, extensionOid, keyUsage } from './extensions.ts';
import { commonNameLengthMax, nameOf } from './name.ts';

/** An authority of ours, ready to sign. Its key is on P-256. */
export interface Signer {
  readonly certificate: Certificate;
  readonly key: KeyObject;
}

interface Content {
  readonly issuer: Buffer;
  readonly subject: Buffer;
  readonly publicKey: Buffer;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly extensions: readonly Buffer[];
}

/** Makes the key and the self-signed certificate of an authority that signs devices, and no other authority. */
export function makeAuthority(request: {
  readonly name: string;
  readonly notBefore: number;
  readonly notAfter: number;
}): { readonly certificate: Buffer; readonly key: KeyObject } {
  const { notBefore, notAfter } = request;
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  const commonName = request.name.slice(0, commonNameLengthMax);
  // Two authorities of one name are told apart by their names too: some clients look no further.
  const organization = `Fengsui ${keyIdOf(spki).toString('hex').slice(0, 12)}`;
  const subject = nameOf({ commonName, organization });
  const extensions = [
    extension(
      extensionOid.basicConstraints,
      derSequence(derBoolean(true), derInteger(Buffer.of(0))),
      true,
    ),
    extension(extensionOid.keyUsage, derFlags(keyUsage.certificateSign, keyUsage.crlSign), true),
    extension(extensionOid.subjectKeyId, derOctets(keyIdOf(spki))),
  ];
  const content = { issuer: subject, subject, publicKey: spki, notBefore, notAfter, extensions };
  return { certificate: signedCertificate(content, privateKey), key: privateKey };
}

/** What a device's certificate says. */
export interface DeviceSubject {
  /** Of the thing; goes into the alternative names, and, where it is short enough, into the common name. */
  readonly uri: string;
  /** Common name of a thing of which the uri is too long. */
  readonly fallbackName: string;
}

/** Issues a certificate for TLS clients. `publicKey` is a SubjectPublicKeyInfo that was checked. */
export function issueCertificate(
  { certificate, key }: Signer,
  request: DeviceSubject & Pick<Content, 'publicKey' | 'notBefore' | 'notAfter'>,
): Buffer {
  const { publicKey, notBefore, uri, fallbackName } = request;
  const notAfter = Math.min(request.notAfter, certificate.notAfter);
  const commonName = uri.length <= commonNameLengthMax ? uri : fallbackName;
  const { subjectKeyId } = certificate;
  const extensions = [
    extension(extensionOid.basicConstraints, derSequence(), true),
    extension(extensionOid.keyUsage, derFlags(keyUsage.digitalSignature), true),
    extension(extensionOid.extendedKeyUsage, derSequence(derOid(clientAuthentication))),
    extension(
      extensionOid.alternativeNames,
      derSequence(derImplicit(6, Buffer.from(asciiUri(uri)))),
    ),
    extension(extensionOid.subjectKeyId, derOctets(keyIdOf(publicKey))),
    ...(subjectKeyId === undefined ? [] : [authorityKeyId(subjectKeyId)]),
  ];
  const subject = nameOf({ commonName });
  const issuer = certificate.subject;
  return signedCertificate({ issuer, subject, publicKey, notBefore, notAfter, extensions }, key);
}

/** An IRI as a URI (RFC 3987 § 3.1): an IA5String has no other characters. */
export function asciiUri(iri: string): string {
  return iri.replaceAll(/[^\u0021-\u007e]+/g, (text) => encodeURIComponent(text));
}

export function extension(oid: string, value: Buffer, critical = false): Buffer {
  return derSequence(derOid(oid), ...(critical ? [derBoolean(true)] : []), derOctets(value));
}

export function authorityKeyId(keyId: Buffer): Buffer {
  return extension(extensionOid.authorityKeyId, derSequence(derImplicit(0, keyId)));
}

function signedCertificate(content: Content, key: KeyObject): Buffer {
  const { issuer, subject, publicKey, notBefore, notAfter, extensions } = content;
  const tbs = derSequence(
    derExplicit(0, derInteger(Buffer.of(2))),
    derInteger(newSerial()),
    ownAlgorithm,
    issuer,
    derSequence(derTime(notBefore), derTime(notAfter)),
    subject,
    publicKey,
    derExplicit(3, derSequence(...extensions)),
  );
  const der = signed(tbs, key);
  assert(readCertificate(der) !== undefined, 'we can read what we issue');
  return der;
}

/** SIGNED{…} of X.509: the bytes, the algorithm, the signature. */
export function signed(tbs: Buffer, key: KeyObject): Buffer {
  return derSequence(tbs, ownAlgorithm, derBits(sign('sha256', tbs, key)));
}

/** 128 random bits; never zero, and of the same length always. */
function newSerial(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0] ?? 0) | 0x40;
  return bytes;
}

/** The key identifier of RFC 7093 § 2 method 1: 160 bits of SHA-256 over the key. */
function keyIdOf(spki: Buffer): Buffer {
  const bits = readBits(childrenOf(readDer(spki), tag.sequence)?.[1]);
  assert(bits !== undefined, 'a public key has bits');
  return createHash('sha256').update(bits).digest().subarray(0, 20);
}

// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  X509Certificate,
} from 'node:crypto';
import type { SeededRandom } from '#core';
import type { Fuzz } from '../../../tools/fuzz/port.ts';
import { readCertificate } from './certificate.ts';
import { readCsr } from './csr.ts';
import { readDer } from './der-reader.ts';
import { issueCertificate, makeAuthority, type Signer } from './issue.ts';
import { findTrusted } from './path.ts';
import { toPem } from './pem.ts';
import { isSm2Signature } from './sm2.ts';

const year = 31_536_000_000;
const now = Date.now();
const made = makeAuthority({ name: 'fuzz', notBefore: now - year, notAfter: now + year });
const authority = readCertificate(made.certificate);
assert(authority !== undefined);
const signer: Signer = {
  certificate: authority,
  key: createPrivateKey(made.key.export({ format: 'pem', type: 'pkcs8' })),
};
const { publicKey } = generateKeyPairSync('ed25519');
const spki = createPublicKey(publicKey.export({ format: 'pem', type: 'spki' })).export({
  ...({ format: 'der', type: 'spki' } as const),
});
const device = issueCertificate(signer, {
  ...{ publicKey: spki, uri: 'urn:fuzz:1', fallbackName: 'x' },
  ...{ notBefore: now - year, notAfter: now + year },
});

/** A damaged certificate is read as a whole or not at all, and never counts as signed. */
export const fuzz: Fuzz = {
  name: 'x509',
  run(random: SeededRandom) {
    const bytes = damaged(random, random.next() < 0.5 ? device : made.certificate);
    const value = readDer(bytes);
    if (value !== undefined) assert(value.bytes.equals(bytes));
    const certificate = readCertificate(bytes);
    readCsr(toPem('CERTIFICATE REQUEST', bytes));
    assert.equal(isSm2Signature(bytes, bytes, bytes), false);
    if (certificate === undefined) return;
    const anchors = [{ certificate: signer.certificate }];
    const found = findTrusted(certificate, [], { trusted: () => anchors, now });
    if (found === undefined) return;
    // An ECDSA signature covers every byte but its own; another signature of the same bytes is not made by damage.
    assert(certificate.tbs.equals(readCertificate(device)?.tbs ?? Buffer.alloc(0)));
    assert(new X509Certificate(bytes).verify(new X509Certificate(made.certificate).publicKey));
  },
};

function damaged(random: SeededRandom, from: Buffer): Buffer {
  const bytes = Buffer.from(from);
  const changes = random.int(5);
  for (let i = 0; i < changes; i++) {
    bytes[random.int(bytes.length)] = random.int(256);
  }
  if (random.next() < 0.2) return bytes.subarray(0, random.int(bytes.length + 1));
  if (random.next() < 0.1) return Buffer.concat([bytes, from.subarray(0, random.int(21))]);
  return bytes;
}

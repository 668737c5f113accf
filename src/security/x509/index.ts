// SPDX-License-Identifier: Apache-2.0
export {
  fingerprintOf,
  isIssuedBy,
  isValidAt,
  readCertificate,
  type Certificate,
} from './certificate.ts';
export { publicKeyOf } from './algorithms.ts';
export { makeCrl, type RevokedCertificate } from './crl.ts';
export { readCsr } from './csr.ts';
export { asciiUri, issueCertificate, makeAuthority, type Signer } from './issue.ts';
export { findTrusted, maySign, type TrustedPath } from './path.ts';
export { fromPem, toPem } from './pem.ts';
export { isSm2Signature } from './sm2.ts';
export { TrustedAuthorities, type TrustedAuthority } from './trust.ts';

// SPDX-License-Identifier: Apache-2.0
import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { SignedCertificate } from '#security';

/** A certificate that a TLS client has shown; that it has the key was proved in the handshake. */
export interface ShownCertificate {
  /** SHA-256, hex in lower case. */
  readonly fingerprint: string;
  readonly signed: SignedCertificate | undefined;
  /** Why nobody vouches for it; undefined when the configured file or an authority in use does. */
  readonly fault: string | undefined;
}

/** Finds the authority in use that certificates in DER, the client's first, lead to. */
export type SignerOf = (shown: readonly Buffer[]) => number | undefined;

/** Certificates looked at of what a client shows. */
const chainMax = 8;

/** The client's certificate, if it has shown one. */
export function shownCertificate(
  socket: TLSSocket,
  signerOf: SignerOf | undefined,
): ShownCertificate | undefined {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return undefined;
  const { raw, fingerprint256 } = certificate;
  const fingerprint = fingerprint256.replaceAll(':', '').toLowerCase();
  const authority = signerOf?.(chainOf(certificate));
  const signed = authority === undefined ? undefined : { authority, certificate: raw };
  if (socket.authorized || signed !== undefined) return { fingerprint, signed, fault: undefined };
  return { fingerprint, signed, fault: String(socket.authorizationError) };
}

function chainOf(certificate: X509Certificate): Buffer[] {
  const chain: Buffer[] = [];
  let next: X509Certificate | undefined = certificate;
  for (let i = 0; i < chainMax && next !== undefined; i++) {
    chain.push(next.raw);
    next = next.issuerCertificate;
  }
  return chain;
}

// SPDX-License-Identifier: Apache-2.0
import { isIssuedBy, isValidAt, type Certificate } from './certificate.ts';
import { keyUsage } from './extensions.ts';

/** Authorities between a device's certificate and one that is trusted. */
const betweenMax = 4;
/** Authorities of one name that are tried for one certificate. */
const triedMax = 16;

/** A trusted authority, and the authorities between it and a device. */
export interface TrustedPath<T> {
  readonly anchor: T;
  readonly between: readonly Certificate[];
}

/**
 * The trusted authority that a device's certificate leads to (RFC 5280 § 6.1, without policies and name constraints):
 * every signature, every validity, what authorities may sign. `others` may be on the way, in any order; the caller
 * bounds them. `trusted` gives the authorities of a distinguished name.
 */
export function findTrusted<T extends { readonly certificate: Certificate }>(
  device: Certificate,
  others: readonly Certificate[],
  search: { readonly trusted: (subject: Buffer) => readonly T[]; readonly now: number },
): TrustedPath<T> | undefined {
  const { trusted, now } = search;
  if (!mayConnect(device, now)) return undefined;
  const between: Certificate[] = [];
  for (let current = device; ;) {
    const signs = (candidate: Certificate): boolean =>
      maySign(candidate, between.length, now) && isIssuedBy(current, candidate);
    const anchors = trusted(current.issuer).slice(0, triedMax);
    const anchor = anchors.find(({ certificate }) => signs(certificate));
    if (anchor !== undefined) return { anchor, between };
    if (between.length === betweenMax) return undefined;
    const next = others.find((other) => !between.includes(other) && signs(other));
    if (next === undefined) return undefined;
    between.push(next);
    current = next;
  }
}

function mayConnect(certificate: Certificate, now: number): boolean {
  const { forClients, understood, keyUsage: usage } = certificate;
  const signs = usage === undefined || usage.has(keyUsage.digitalSignature);
  return isValidAt(certificate, now) && forClients && understood && signs;
}

/** Whether an authority may sign what has so many authorities below it. */
export function maySign(certificate: Certificate, below: number, now: number): boolean {
  const {
    isAuthority,
    pathLength = Infinity,
    keyUsage: usage,
    forClients,
    understood,
  } = certificate;
  const signs = usage === undefined || usage.has(keyUsage.certificateSign);
  const fits = isAuthority && signs && understood && forClients && pathLength >= below;
  return fits && isValidAt(certificate, now);
}

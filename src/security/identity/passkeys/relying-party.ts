// SPDX-License-Identifier: Apache-2.0
import { isIP } from 'node:net';
import { fail, ok, type Result } from '#core';

/** The site as authenticators know it. */
export interface RelyingParty {
  /** A domain. */
  readonly id: string;
  /** Host and port of pages that may ask. */
  readonly host: string;
  /** Exact origin, where it is configured. */
  readonly origin: string | undefined;
}

/**
 * The relying party behind a configured public address, or behind the host that the browser has asked. Fault
 * `security.passkey-host`: authenticators take names of domains only, no IP addresses (WebAuthn § 5.1.2).
 */
export function relyingPartyOf(
  publicUrl: string | undefined,
  host: string | undefined,
): Result<RelyingParty> {
  const url = publicUrl ?? `https://${host ?? ''}`;
  if (!URL.canParse(url)) return fail('security.passkey-host', 'host', host);
  const { hostname, host: withPort, origin } = new URL(url);
  if (isIP(hostname.replaceAll(/^\[|\]$/g, '')) !== 0)
    return fail('security.passkey-host', 'host', hostname);
  const id = hostname;
  return ok({ id, host: withPort, origin: publicUrl === undefined ? undefined : origin });
}

/** Whether a page of this origin may ask: the configured one, or one of the host, encrypted or on this machine. */
export function isOwnOrigin(party: RelyingParty, origin: string): boolean {
  if (party.origin !== undefined) return origin === party.origin;
  if (!URL.canParse(origin)) return false;
  const { protocol, hostname, host } = new URL(origin);
  const local = hostname === 'localhost' || hostname.endsWith('.localhost');
  return hostAlone(host) === hostAlone(party.host) && (protocol === 'https:' || local);
}

/** Without the port that `https` implies, which one side may leave out. */
function hostAlone(host: string): string {
  return host.replace(/:443$/, '');
}

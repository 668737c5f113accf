// SPDX-License-Identifier: Apache-2.0
import type { FastifyRequest } from 'fastify';
import { FaultError, fault, unwrap } from '#core';
import { relyingPartyOf, type RelyingParty, type UserPrincipal } from '#security';

/** The public address of this server as a browser sees it. */
export interface Site {
  readonly protocol: 'http' | 'https';
  readonly origin: string;
}

/** Where the browser of a request thinks it is: at the configured address, or at the host that it has asked. */
export function siteOf(
  request: Pick<FastifyRequest, 'protocol' | 'headers'>,
  publicUrl: string | undefined,
): Site {
  const host = request.headers.host ?? 'localhost';
  const { protocol, origin } = new URL(publicUrl ?? `${request.protocol}://${host}`);
  return { protocol: protocol === 'https:' ? 'https' : 'http', origin };
}

/** The site as passkeys know it. Throws `security.passkey-host`. */
export function partyOf(
  { headers }: Pick<FastifyRequest, 'headers'>,
  publicUrl: string | undefined,
): RelyingParty {
  return unwrap(relyingPartyOf(publicUrl, headers.host));
}

/** The person who asks; a program has no account of its own to look after. Throws `security.forbidden`. */
export function personOf({ principal }: Pick<FastifyRequest, 'principal'>): UserPrincipal {
  if (principal.kind === 'user') return principal;
  throw new FaultError(fault('security.forbidden', 'self', 'for people who have signed in'));
}

/** The name of the browser, for the list of sessions. */
export function agentOf({ headers }: Pick<FastifyRequest, 'headers'>): string {
  return headers['user-agent'] ?? '';
}

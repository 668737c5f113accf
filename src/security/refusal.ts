// SPDX-License-Identifier: Apache-2.0
import type { TimeMs } from '#core';
import type { ApiToken, CredentialMatch } from '#store';
import type { Refusal } from './port.ts';

/** What keeps a credential that the registry has from letting its owner in. */
export function refusalOf(
  proof: { readonly credential: CredentialMatch } | { readonly token: ApiToken },
  username: string | undefined,
  now: TimeMs,
): Refusal {
  if ('token' in proof) return { why: 'expired', tenant: proof.token.tenant, thing: undefined };
  const { tenant, thing, thingUri, expires, lifecycle, username: own } = proof.credential;
  const named = username === undefined || [String(thing), thingUri, own].includes(username);
  // Whoever names another thing is told nothing of this one.
  if (!named) return { why: 'other-identity', tenant, thing };
  const over = expires !== undefined && expires <= now;
  const disabled = lifecycle === 'disabled' || lifecycle === 'retired';
  return {
    why: disabled && !over ? 'disabled' : over ? 'expired' : 'other-identity',
    tenant,
    thing,
  };
}

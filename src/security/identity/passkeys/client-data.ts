// SPDX-License-Identifier: Apache-2.0
import { fail, ok, type Result } from '#core';

const bytesMax = 8_192;

export interface ClientData {
  readonly type: string;
  /** Base64url. */
  readonly challenge: string;
  readonly origin: string;
  readonly crossOrigin: boolean;
}

/** What the browser says it has signed for (WebAuthn § 5.8.1); members that are not known are let pass. */
export function parseClientData(bytes: Buffer): Result<ClientData> {
  if (bytes.length > bytesMax) return refused('too long');
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString());
  } catch {
    return refused('not JSON');
  }
  if (typeof value !== 'object' || value === null) return refused('not an object');
  const { type, challenge, origin, crossOrigin, topOrigin } = members(value);
  if (typeof type !== 'string' || typeof challenge !== 'string' || typeof origin !== 'string')
    return refused('a member is missing');
  return ok({ type, challenge, origin, crossOrigin: crossOrigin === true || !!topOrigin });
}

type Members = Readonly<
  Record<'type' | 'challenge' | 'origin' | 'crossOrigin' | 'topOrigin', unknown>
>;

function members(value: object): Members {
  const found = new Map<string, unknown>(Object.entries(value));
  return {
    type: found.get('type'),
    challenge: found.get('challenge'),
    origin: found.get('origin'),
    crossOrigin: found.get('crossOrigin'),
    topOrigin: found.get('topOrigin'),
  };
}

function refused(detail: string): Result<never> {
  return fail('security.passkey-refused', 'clientDataJSON', detail);
}

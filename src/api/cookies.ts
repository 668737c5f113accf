// SPDX-License-Identifier: Apache-2.0
import type { IncomingHttpHeaders } from 'node:http';
import type { DurationMs } from '#core';

/** Cookies that bring a login under way back to its browser. */
export const loginCookie = {
  /** The password was right, the second factor is missing. */
  halfOpen: { name: 'fengsui_login', path: '/api/v1/session', sameSite: 'Strict' },
  /** Lax, since the browser comes back from the site of the provider. */
  oidc: { name: 'fengsui_oidc', path: '/api/v1/session/oidc', sameSite: 'Lax' },
} as const;
export type LoginCookie = (typeof loginCookie)[keyof typeof loginCookie];

/** The value of a cookie of a request. */
export function cookieOf(
  { cookie }: IncomingHttpHeaders,
  { name }: LoginCookie,
): string | undefined {
  for (const part of cookie?.split(';') ?? []) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return undefined;
}

/** The header that sets a cookie out of the reach of scripts; an empty value removes it. */
export function setCookieOf(
  { name, path, sameSite }: LoginCookie,
  value: string,
  { life, protocol }: { readonly life: DurationMs; readonly protocol: string },
): string {
  const secure = protocol === 'https' ? '; Secure' : '';
  const age = value === '' ? 0 : Math.ceil(life / 1_000);
  const rules = `HttpOnly; SameSite=${sameSite}; Path=${path}; Max-Age=${age}`;
  return `${name}=${value}; ${rules}${secure}`;
}

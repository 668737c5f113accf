// SPDX-License-Identifier: Apache-2.0
import { FaultError, fault } from '#core';
import { builtInRole, customRoleId } from '../policy/roles.ts';

/** One identity provider as configured. */
export interface OidcProviderConfig {
  readonly id: string;
  readonly title: string | { readonly en: string; readonly zh: string };
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret?: string | undefined;
  readonly scopes?: readonly string[] | undefined;
  /** The claim that names a new account. */
  readonly account?: { readonly claim: string } | undefined;
  /** Whether somebody who was never here gets an account. */
  readonly create?: boolean | undefined;
  /** Home of new accounts. */
  readonly tenant?: number | undefined;
  /** Roles of new accounts, by a value of a claim. */
  readonly roles?:
    | { readonly claim: string; readonly map: Readonly<Record<string, string>> }
    | undefined;
  /** Values of `acr` or `amr` that say the provider has checked two factors. */
  readonly strong?:
    | { readonly acr?: readonly string[] | undefined; readonly amr?: readonly string[] | undefined }
    | undefined;
}

/** The claim that names a new account. */
export function accountClaim({ account }: OidcProviderConfig): string {
  return account?.claim ?? 'preferred_username';
}

/** Whether the provider says that it has checked two factors. */
export function isStrong(
  { strong }: OidcProviderConfig,
  { acr, amr }: { readonly [claim: string]: unknown },
): boolean {
  const methods: readonly unknown[] = Array.isArray(amr) ? amr : [];
  const byMethod = (strong?.amr ?? []).some((each) => methods.includes(each));
  return byMethod || (typeof acr === 'string' && (strong?.acr ?? []).includes(acr));
}

/** Throws `config.invalid-value` for what no provider can be like. */
export function checkProviders(providers: readonly OidcProviderConfig[]): void {
  const ids = new Set<string>();
  for (const { id, issuer, roles } of providers) {
    if (ids.has(id)) throw wrong(`${id}: there are two of that id`);
    ids.add(id);
    if (!isEncrypted(issuer))
      throw wrong(`${id}.issuer: an https URL, or http on this machine; it is ${issuer}`);
    for (const role of Object.values(roles?.map ?? {})) {
      const known = builtInRole(role) !== undefined || customRoleId(role) !== undefined;
      if (!known) throw wrong(`${id}.roles.map: there is no role ${role}`);
    }
  }
}

function isEncrypted(issuer: string): boolean {
  if (!URL.canParse(issuer)) return false;
  const { protocol, hostname } = new URL(issuer);
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  return protocol === 'https:' || (protocol === 'http:' && local);
}

function wrong(detail: string): FaultError {
  return new FaultError(fault('config.invalid-value', 'auth.oidc', detail));
}

// SPDX-License-Identifier: Apache-2.0
import type { IncomingHttpHeaders } from 'node:http';
import type { Static } from 'typebox';
import { FaultError } from '#core';
import type { Permission, Principal, UserPrincipal } from '#security';
import type { Account } from '#store';
import { actingIn, tenantHeader } from './access.ts';
import type { SessionBody } from './schemas/session.ts';
import type { ApiServices } from './services.ts';

type Body = Static<typeof SessionBody>;
export type OpenSession = Extract<Body, { open: true }>;
type Need = OpenSession['needs'][number];

/** What the console has to know of who has signed in, in the tenant that the request acts in. */
export async function openSessionOf(
  services: ApiServices,
  signedIn: Principal & { readonly kind: 'user' | 'token' },
  headers: IncomingHttpHeaders,
): Promise<OpenSession | undefined> {
  const { policy, identity } = services;
  const principal = await inChosenTenant(services, signedIn, headers);
  const [rights, tenant, home] = await Promise.all([
    policy.rightsOf(principal),
    namedTenant(services, principal.tenant),
    namedTenant(services, principal.home),
  ]);
  const common = { open: true, demo: services.demo.present(), tenant, home } as const;
  const permissions = [...rights.permissions];
  if (principal.kind === 'token') {
    const { token: id, name } = principal;
    const user = { id, name, title: name, kind: 'token' } as const;
    return { ...common, user, permissions, strong: true, needs: [] };
  }
  const account = await identity.own.find(principal);
  if (account === undefined) return undefined;
  const { id, name, title, language } = account;
  const needs = await needsOf(services, principal, account);
  const user = { id, name, title: title === '' ? name : title, kind: 'user' } as const;
  const { strong } = principal;
  const spoken = language === undefined ? {} : { language };
  const start = landingOf(new Set(permissions));
  const landing = start === undefined ? {} : { landing: start };
  return { ...common, user, permissions, strong, needs, ...spoken, ...landing };
}

/** Where somebody begins who does little else; undefined: at the overview. */
function landingOf(permissions: ReadonlySet<Permission>): string | undefined {
  if (!permissions.has('things.read')) return '/system';
  if (permissions.has('users.manage')) return undefined;
  if (permissions.has('audit.read')) return '/system';
  if (permissions.has('diagnosis.manage')) return '/access';
  return permissions.has('tokens.create') && permissions.has('readings.write')
    ? '/developer'
    : undefined;
}

/** As the request asks to act; at home where that has become impossible, so that a page can still say so. */
async function inChosenTenant<P extends Principal & { readonly kind: 'user' | 'token' }>(
  { policy }: ApiServices,
  principal: P,
  headers: IncomingHttpHeaders,
): Promise<P> {
  try {
    const { tenant } = await actingIn(policy, principal, headers[tenantHeader]);
    return { ...principal, tenant };
  } catch (error) {
    if (error instanceof FaultError) return principal;
    throw error;
  }
}

/** What the person still has to set up: a password, and a second factor where rights wait for one. */
async function needsOf(
  { identity, administrator, policy }: ApiServices,
  principal: UserPrincipal,
  account: Account,
): Promise<Need[]> {
  const needs: Need[] = [];
  const methods = await identity.factors.methodsOf(account);
  const first =
    account.password === undefined && (await administrator.account())?.id === account.id;
  if (account.passwordTemporary || (first && !methods.includes('passkey'))) needs.push('password');
  if (methods.length > 0) return needs;
  const [weak, strong] = await Promise.all(
    [false, true].map((each) => policy.rightsOf({ ...principal, strong: each })),
  );
  if ((weak?.permissions.length ?? 0) < (strong?.permissions.length ?? 0))
    needs.push('second-factor');
  return needs;
}

async function namedTenant(
  { tenants }: ApiServices,
  id: number,
): Promise<{ id: number; name: string }> {
  return { id, name: (await tenants.get(id))?.name ?? String(id) };
}

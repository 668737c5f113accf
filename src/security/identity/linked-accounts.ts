// SPDX-License-Identifier: Apache-2.0
import { fail, FaultError, ok, type Result } from '#core';
import type { Clock } from '#runtime';
import type { Registry } from '#store';
import { rootTenant } from '../port.ts';
import { accountNamePattern } from './account-name.ts';
import type { IdentityListener } from './events.ts';
import { accountClaim, type OidcProviderConfig } from './oidc-config.ts';

export interface LinkedAccountsOptions {
  readonly registry: Pick<Registry, 'read' | 'write'>;
  readonly clock: Clock;
  readonly tell: IdentityListener;
}

/** Claims of somebody whom a provider has proved. */
interface Claims {
  readonly sub: string;
  readonly [claim: string]: unknown;
}

const titleLengthMax = 128;

/**
 * Accounts of people whom identity providers prove, found by provider and subject only: a name that a provider gives
 * is nobody's property, so it opens no account that is there already.
 */
export class LinkedAccounts {
  readonly #options: LinkedAccountsOptions;

  constructor(options: LinkedAccountsOptions) {
    this.#options = options;
  }

  /** The linked account, or a new one where that is allowed. Faults: `security.provider-no-account`. */
  async accountOf(provider: OidcProviderConfig, claims: Claims): Promise<Result<number>> {
    const { registry } = this.#options;
    const linked = await registry.read.federated.find(provider.id, claims.sub);
    if (linked !== undefined) return ok(linked.account);
    if (provider.create !== true) return fail('security.provider-no-account', provider.id);
    const name = claims[accountClaim(provider)];
    if (typeof name !== 'string' || !accountNamePattern.test(name))
      return fail('security.provider-no-account', accountClaim(provider), 'no usable name');
    const roles = rolesOf(provider, claims);
    // Who is in none of the groups that may is nobody here.
    if (provider.roles !== undefined && roles.length === 0)
      return fail('security.provider-no-account', provider.roles.claim, 'no role');
    const { id, tenant = rootTenant } = provider;
    if ((await registry.read.tenants.get(tenant)) === undefined)
      return fail('security.provider-no-account', id, `no tenant ${tenant}`);
    try {
      return ok(await this.#create(provider, claims, { name, roles }));
    } catch (error) {
      if (!(error instanceof FaultError) || error.fault.code !== 'common.conflict') throw error;
      return fail('security.provider-no-account', accountClaim(provider), `${name} is taken`);
    }
  }

  async #create(
    { id: provider, tenant = rootTenant }: OidcProviderConfig,
    claims: Claims,
    { name, roles }: { readonly name: string; readonly roles: readonly string[] },
  ): Promise<number> {
    const { registry, clock, tell } = this.#options;
    const created = clock.now();
    const title = typeof claims['name'] === 'string' ? claims['name'] : name;
    const account = await registry.write(async (tables) => {
      const id = await tables.accounts.insert({
        ...{ tenant, kind: 'user', name, created },
        title: title.replaceAll(/\p{Cc}/gu, '').slice(0, titleLengthMax),
        ...{ password: undefined, passwordTemporary: false, language: undefined },
      });
      const whole = { group: undefined, labels: undefined, properties: undefined };
      for (const role of roles)
        await tables.grants.insert({ ...whole, account: id, role, tenant, created });
      await tables.federated.put({ provider, subject: claims.sub, account: id, created });
      return id;
    });
    const detail = [`oidc ${provider}`, ...roles].join(', ');
    tell({ act: 'account.created', account, name, tenant, source: '', detail });
    return account;
  }
}

/** Roles that the provider's groups stand for. */
function rolesOf({ roles }: OidcProviderConfig, claims: Claims): readonly string[] {
  if (roles === undefined) return [];
  const claim = claims[roles.claim];
  const values: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  const found = values.flatMap((value) => {
    const known = typeof value === 'string' && Object.hasOwn(roles.map, value);
    return known ? (roles.map[value] ?? []) : [];
  });
  return [...new Set(found)];
}

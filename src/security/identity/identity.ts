// SPDX-License-Identifier: Apache-2.0
import type { DurationMs, LimitName, Limits } from '#core';
import type { Clock, Logger } from '#runtime';
import type { Registry } from '#store';
import type { RegistryAuthenticator } from '../authenticator.ts';
import { rootTenant } from '../port.ts';
import type { IdentityListener } from './events.ts';
import { LinkedAccounts } from './linked-accounts.ts';
import { Logins } from './logins.ts';
import type { OidcProviderConfig } from './oidc-config.ts';
import { OidcLogins } from './oidc.ts';
import { OwnAccount } from './own-account.ts';
import { Passwords, type ScryptCost } from './password.ts';
import { PasskeyCeremonies } from './passkeys/ceremonies.ts';
import { SecondFactors } from './second-factors.ts';
import type { SecretBox } from './secret-box.ts';
import { Sessions } from './sessions.ts';

export interface IdentityOptions {
  readonly registry: Registry;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly authenticator: RegistryAuthenticator;
  readonly box: SecretBox;
  /** Told each time a limit is reached. */
  readonly hit: (limit: LimitName) => void;
  /** Told what happened, for the audit log. */
  readonly tell: IdentityListener;
  /** Told when rights were worked out from something that is no more. */
  readonly rightsChanged: () => Promise<void>;
  readonly session: { readonly idleMs: DurationMs; readonly lifeMs: DurationMs };
  readonly providers: readonly OidcProviderConfig[];
  /** The address that browsers use, where it is not the host that they ask. */
  readonly publicUrl?: string | undefined;
  /** Lower in tests only. */
  readonly passwordCost?: ScryptCost | undefined;
}

const administratorRoles = [
  ...['administrator', 'tenant-administrator'],
  ...['system-administrator', 'security-administrator', 'audit-administrator'],
];

/** People: how they sign in, their sessions, and what they do with their own accounts. */
export class Identity implements AsyncDisposable {
  readonly publicUrl: string | undefined;
  readonly passwords: Passwords;
  readonly ceremonies: PasskeyCeremonies;
  readonly factors: SecondFactors;
  readonly logins: Logins;
  readonly sessions: Sessions;
  readonly own: OwnAccount;
  readonly linked: LinkedAccounts;
  readonly oidc: OidcLogins;
  readonly tell: IdentityListener;
  readonly #registry: Registry;

  constructor(options: IdentityOptions) {
    const { authenticator, session, passwordCost: cost, tell } = options;
    this.#registry = options.registry;
    this.publicUrl = options.publicUrl?.replace(/\/$/, '');
    this.tell = tell;
    this.passwords = new Passwords({ ...options, cost });
    this.ceremonies = new PasskeyCeremonies(options);
    this.factors = new SecondFactors({ ...options, ceremonies: this.ceremonies });
    const { guard } = authenticator;
    this.logins = new Logins({ ...options, ...this.#parts(), guard });
    this.sessions = new Sessions({
      ...{ ...options, ...session },
      revoke: (revocation) => authenticator.revoke(revocation),
    });
    authenticator.onRevoked((revocation) => this.sessions.revoked(revocation));
    this.own = new OwnAccount({ ...options, ...this.#parts(), ...this.#doors() });
    this.linked = new LinkedAccounts(options);
    this.oidc = new OidcLogins({ ...options, accounts: this.linked });
  }

  /** Names of people with a role of an administrator and no second factor. */
  async singleFactor(): Promise<readonly string[]> {
    const { accounts, grants } = this.#registry.read;
    const ids = await Promise.all(
      administratorRoles.map((role) => grants.accountsWith(role, rootTenant)),
    );
    const names: string[] = [];
    for (const id of new Set(ids.flat())) {
      const account = await accounts.byId(id);
      if (account === undefined || account.disabled || account.kind !== 'user') continue;
      if ((await this.factors.methodsOf(account)).length === 0) names.push(account.name);
    }
    return names;
  }

  start(): void {
    this.sessions.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sessions[Symbol.asyncDispose]();
  }

  #parts(): Pick<Identity, 'passwords' | 'ceremonies' | 'factors'> {
    const { passwords, ceremonies, factors } = this;
    return { passwords, ceremonies, factors };
  }

  #doors(): Pick<Identity, 'logins' | 'sessions'> {
    const { logins, sessions } = this;
    return { logins, sessions };
  }
}

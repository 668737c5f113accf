// SPDX-License-Identifier: Apache-2.0
import type { ApiTokens } from '../api-tokens.ts';
import { Accounts, type AccountDoors } from './accounts.ts';
import { Desk, type DeskOptions } from './desk.ts';
import { Grants } from './grants.ts';
import { Groups } from './groups.ts';
import { Roles } from './roles.ts';
import { Tenants } from './tenants.ts';
import { Tokens } from './tokens.ts';

export interface AdministrationOptions extends DeskOptions {
  /** How people sign in. */
  readonly identity: AccountDoors;
  readonly tokens: ApiTokens;
  /** Told of tenants of which the settings are others now. */
  readonly tenantChanged: (tenant: number) => void;
}

/** The administration of people: who there is, and what they may do. */
export class Administration {
  readonly accounts: Accounts;
  readonly groups: Groups;
  readonly roles: Roles;
  readonly grants: Grants;
  readonly tenants: Tenants;
  readonly tokens: Tokens;

  constructor(options: AdministrationOptions) {
    const desk = new Desk(options);
    this.accounts = new Accounts(desk, options.identity);
    this.groups = new Groups(desk);
    this.roles = new Roles(desk);
    this.grants = new Grants(desk);
    this.tenants = new Tenants(desk, options.tenantChanged);
    this.tokens = new Tokens(desk, options.tokens);
  }
}

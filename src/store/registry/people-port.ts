// SPDX-License-Identifier: Apache-2.0
import type { TimeMs } from '#core';
import type {
  Account,
  AccountChanges,
  AccountKind,
  CertificateAuthority,
  CustomRole,
  FederatedIdentity,
  Grant,
  Group,
  JustInTime,
  NewAccount,
  NewCertificateAuthority,
  NewGrant,
  NewPasskey,
  NewProvisioningKey,
  Passkey,
  ProvisionedDevice,
  ProvisioningKey,
  SessionRow,
} from './people-rows.ts';
import type { Page, PageRequest } from './page.ts';

export interface AccountReads {
  byId(id: number): Promise<Account | undefined>;
  byName(name: string): Promise<Account | undefined>;
  /** Of the tenants, by id; `search` keeps those of which name or title contains it, `group` its members. */
  list(
    query: PageRequest & {
      readonly tenants: readonly number[];
      readonly kind?: AccountKind | undefined;
      readonly search?: string | undefined;
      readonly group?: number | undefined;
    },
  ): Promise<Page<Account>>;
}

export interface AccountTable extends AccountReads {
  /** The new id; `common.conflict` when the name is or was somebody's. */
  insert(account: NewAccount): Promise<number>;
  /** Whether the account had that revision and was changed; without a revision it always is. */
  update(
    id: number,
    changes: AccountChanges,
    at: { readonly now: TimeMs; readonly revision?: number | undefined },
  ): Promise<boolean>;
  /** Removes the account with its memberships, grants, passkeys, identities, sessions and tokens; its name stays taken. */
  remove(id: number): Promise<void>;
}

export interface PasskeyReads {
  byCredential(credential: string): Promise<Passkey | undefined>;
  ofAccount(account: number): Promise<readonly Passkey[]>;
}

export interface PasskeyTable extends PasskeyReads {
  insert(passkey: NewPasskey): Promise<number>;
  used(id: number, counter: number, now: TimeMs): Promise<void>;
  remove(account: number, id: number): Promise<boolean>;
}

export interface FederatedReads {
  find(provider: string, subject: string): Promise<FederatedIdentity | undefined>;
  ofAccount(account: number): Promise<readonly FederatedIdentity[]>;
}

export interface FederatedTable extends FederatedReads {
  put(identity: FederatedIdentity): Promise<void>;
}

export interface SessionReads {
  byHash(hash: string): Promise<SessionRow | undefined>;
  ofAccount(account: number): Promise<readonly SessionRow[]>;
}

export interface SessionTable extends SessionReads {
  insert(session: SessionRow): Promise<void>;
  /** Sets when each was last used. */
  used(uses: readonly { readonly hash: string; readonly time: TimeMs }[]): Promise<void>;
  remove(hashes: readonly string[]): Promise<void>;
  removeOfAccount(account: number): Promise<void>;
  removeOfToken(token: number): Promise<void>;
  /** Forgets those that are over. */
  prune(now: TimeMs): Promise<void>;
}

export interface GroupReads {
  byId(id: number): Promise<Group | undefined>;
  ofTenants(tenants: readonly number[]): Promise<readonly Group[]>;
  /** Of the tenants, by id; `search` keeps those of which name or title contains it, in any case. */
  list(
    query: PageRequest & {
      readonly tenants: readonly number[];
      readonly search?: string | undefined;
    },
  ): Promise<Page<Group>>;
  members(group: number): Promise<readonly number[]>;
  ofAccount(account: number): Promise<readonly number[]>;
}

export interface GroupTable extends GroupReads {
  insert(group: Omit<Group, 'id'>): Promise<number>;
  rename(id: number, title: string): Promise<void>;
  setMembers(group: number, accounts: readonly number[]): Promise<void>;
  remove(id: number): Promise<void>;
}

export interface RoleReads {
  byId(id: number): Promise<CustomRole | undefined>;
  ofTenants(tenants: readonly number[]): Promise<readonly CustomRole[]>;
}

export interface RoleTable extends RoleReads {
  /** `common.conflict` when the tenant has one of that name. */
  insert(role: Omit<CustomRole, 'id' | 'updated' | 'revision'>): Promise<number>;
  update(
    id: number,
    changes: Partial<Pick<CustomRole, 'title' | 'permissions'>>,
    at: { readonly now: TimeMs; readonly revision?: number | undefined },
  ): Promise<boolean>;
  /** `common.conflict` when a grant names it. */
  remove(id: number): Promise<void>;
}

export interface GrantReads {
  byId(id: number): Promise<Grant | undefined>;
  /** Of the account itself and of the groups it is in. */
  ofAccount(account: number): Promise<readonly Grant[]>;
  ofGroup(group: number): Promise<readonly Grant[]>;
  /** Every grant of a role, wherever it counts. */
  ofRole(role: string): Promise<readonly Grant[]>;
  ofTenants(tenants: readonly number[]): Promise<readonly Grant[]>;
  /** For the tenants, by id; with a subject only those that name it itself. */
  list(
    query: PageRequest & {
      readonly tenants: readonly number[];
      readonly account?: number | undefined;
      readonly group?: number | undefined;
    },
  ): Promise<Page<Grant>>;
  /** Every account that has a role in a tenant, by itself or by a group. */
  accountsWith(role: string, tenant: number): Promise<readonly number[]>;
}

export interface GrantTable extends GrantReads {
  insert(grant: NewGrant): Promise<number>;
  remove(id: number): Promise<boolean>;
}

export interface AuthorityReads {
  byId(id: number): Promise<CertificateAuthority | undefined>;
  byFingerprint(fingerprint: string): Promise<CertificateAuthority | undefined>;
  ofTenant(tenant: number): Promise<readonly CertificateAuthority[]>;
  /** All that are in use: what TLS listeners trust. */
  inUse(): Promise<readonly CertificateAuthority[]>;
}

export interface AuthorityTable extends AuthorityReads {
  insert(authority: NewCertificateAuthority): Promise<number>;
  change(
    id: number,
    changes: { readonly justInTime?: JustInTime; readonly model?: string | undefined },
  ): Promise<void>;
  revoke(tenant: number, id: number, now: TimeMs): Promise<boolean>;
}

export interface ProvisioningReads {
  byHash(hash: string): Promise<ProvisioningKey | undefined>;
  byId(id: number): Promise<ProvisioningKey | undefined>;
  ofTenant(tenant: number): Promise<readonly ProvisioningKey[]>;
  device(key: number, serial: string): Promise<ProvisionedDevice | undefined>;
  devices(key: number, page: PageRequest): Promise<Page<ProvisionedDevice>>;
}

export interface ProvisioningTable extends ProvisioningReads {
  insert(key: NewProvisioningKey): Promise<number>;
  revoke(tenant: number, id: number, now: TimeMs): Promise<boolean>;
  /** Enters serial numbers; those that are there already stay as they are. */
  list(key: number, serials: readonly string[]): Promise<void>;
  /**
   * Notes the thing that a serial number is and whether it has its credential, and counts it when it had no thing
   * before.
   */
  assign(
    key: number,
    serial: string,
    became: { readonly thing: number; readonly issued: TimeMs | undefined },
  ): Promise<void>;
}

/** Reads of people and of what devices are let in by. */
export interface PeopleReads {
  readonly accounts: AccountReads;
  readonly passkeys: PasskeyReads;
  readonly federated: FederatedReads;
  readonly sessions: SessionReads;
  readonly groups: GroupReads;
  readonly roles: RoleReads;
  readonly grants: GrantReads;
  readonly authorities: AuthorityReads;
  readonly provisioning: ProvisioningReads;
}

export interface PeopleTables extends PeopleReads {
  readonly accounts: AccountTable;
  readonly passkeys: PasskeyTable;
  readonly federated: FederatedTable;
  readonly sessions: SessionTable;
  readonly groups: GroupTable;
  readonly roles: RoleTable;
  readonly grants: GrantTable;
  readonly authorities: AuthorityTable;
  readonly provisioning: ProvisioningTable;
}

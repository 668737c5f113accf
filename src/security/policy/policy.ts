// SPDX-License-Identifier: Apache-2.0
import type { Limits } from '#core';
import type { AccountReads, CustomRole, Grant, GrantReads, RoleReads, TenantReads } from '#store';
import { rootTenant, type Principal } from '../port.ts';
import {
  isPermission,
  permissionSpec,
  permissionsOfScopes,
  type Duty,
  type Permission,
} from './permissions.ts';
import { Rights, type GrantedPermissions } from './rights.ts';
import { builtInRole, customRoleId } from './roles.ts';
import { TenantTree } from './tenant-tree.ts';

export interface PolicyOptions {
  readonly registry: {
    readonly accounts: Pick<AccountReads, 'byId'>;
    readonly grants: Pick<GrantReads, 'ofAccount'>;
    readonly roles: Pick<RoleReads, 'byId'>;
    readonly tenants: Pick<TenantReads, 'all'>;
  };
  readonly limits: Limits;
  /** 三员分立. */
  readonly separationOfDuties: boolean;
}

interface Held {
  readonly principal: Principal;
  rights: Rights;
}

/** What an account has been granted, with roles as permissions. */
interface AccountGrant extends GrantedPermissions {
  readonly tenant: number;
}

const whole = { labels: undefined, properties: undefined };

/**
 * Who may do what: the one place that HTTP, MQTT, WebSocket and the command line ask. Rights are worked out once for a
 * principal in a tenant and remembered; whoever changes tenants, roles, grants or accounts calls `changed` after the
 * commit.
 */
export class Policy {
  readonly #options: PolicyOptions;
  readonly #held = new Map<string, Held>();
  /** Counts changes, so that what was read before one is not kept after it. */
  #version = 0;
  #tree: Promise<TenantTree> | undefined;
  readonly #listeners: (() => void)[] = [];

  constructor(options: PolicyOptions) {
    this.#options = options;
  }

  /** The tree of tenants as it is now. */
  tree(): Promise<TenantTree> {
    this.#tree ??= this.#options.registry.tenants.all().then((rows) => new TenantTree(rows));
    return this.#tree;
  }

  /** What a principal may do in its tenant. */
  async rightsOf(principal: Principal): Promise<Rights> {
    const key = keyOf(principal);
    const held = this.#held.get(key);
    if (held !== undefined && !held.rights.stale) return held.rights;
    const version = this.#version;
    const rights = await this.#workOut(principal);
    if (version !== this.#version) return this.rightsOf(principal);
    this.#keep(key, { principal, rights });
    return rights;
  }

  /** The same from memory, for paths that cannot wait; undefined when `rightsOf` has not been asked before. */
  peek(principal: Principal): Rights | undefined {
    return this.#held.get(keyOf(principal))?.rights;
  }

  /** Works out anew what is remembered of tokens, whose connections ask from memory; the rest when it is asked for. */
  async changed(): Promise<void> {
    this.#version++;
    this.#tree = undefined;
    const tokens: Principal[] = [];
    for (const [key, { principal, rights }] of this.#held) {
      rights.stale = true;
      if (principal.kind === 'token') tokens.push(principal);
      else this.#held.delete(key);
    }
    for (const principal of tokens) await this.rightsOf(principal);
    for (const listener of this.#listeners) listener();
  }

  /** Called after each change, for those who hold rights over a longer time. */
  onChanged(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Permissions of a role by its name in a grant; undefined when there is no such role. */
  async permissionsOf(role: string): Promise<ReadonlySet<Permission> | undefined> {
    const builtIn = builtInRole(role);
    if (builtIn !== undefined) return new Set(builtIn.permissions);
    const id = customRoleId(role);
    const custom = id === undefined ? undefined : await this.#options.registry.roles.byId(id);
    return custom && permissionsOfCustom(custom);
  }

  #keep(key: string, held: Held): void {
    this.#held.delete(key);
    this.#held.set(key, held);
    if (this.#held.size <= this.#options.limits['auth.rememberedMax']) return;
    const oldest = this.#held.keys().next();
    if (oldest.done !== true) this.#held.delete(oldest.value);
  }

  async #workOut(principal: Principal): Promise<Rights> {
    const { tenant } = principal;
    const granted = await this.#granted(principal);
    // A program has no second factor: its token is as strong as the person who made it was.
    const strong = principal.kind !== 'user' || principal.strong;
    return new Rights({ tenant, root: tenant === rootTenant, strong, granted });
  }

  async #granted(principal: Principal): Promise<readonly GrantedPermissions[]> {
    if (principal.kind === 'user') return this.#grantedTo(principal);
    if (principal.kind !== 'token') return [];
    const { account, home, tenant, scopes } = principal;
    const permissions = permissionsOfScopes(scopes);
    if (account !== undefined) {
      const own = await this.#grantedTo({ kind: 'token', account, tenant });
      return own.map((part) => ({
        ...part,
        permissions: part.permissions.intersection(permissions),
      }));
    }
    const tree = await this.tree();
    if (!tree.isWithin(tenant, home)) return [];
    return [{ ...whole, permissions: this.#ofOneDuty(permissions, 'security') }];
  }

  /** What reaches a tenant of an account's grants and those of its groups. */
  async #grantedTo({
    kind,
    account,
    tenant,
  }: {
    readonly kind: 'user' | 'token';
    readonly account: number;
    readonly tenant: number;
  }): Promise<readonly GrantedPermissions[]> {
    const { registry, separationOfDuties } = this.#options;
    const row = await registry.accounts.byId(account);
    if (row === undefined || row.disabled) return [];
    // Somebody else knows a temporary password: until it is changed it opens the own account and nothing else.
    if (kind === 'user' && row.passwordTemporary) return [];
    const grants = await registry.grants.ofAccount(account);
    const all = await Promise.all(grants.map((grant) => this.#withPermissions(grant)));
    const duties = new Set(all.flatMap(({ permissions }) => [...dutiesOf(permissions)]));
    const clash = separationOfDuties && duties.size > 1;
    const tree = await this.tree();
    return all
      .filter((grant) => tree.isWithin(tenant, grant.tenant))
      .map(({ labels, properties, permissions }) => {
        return {
          labels,
          properties,
          permissions: clash ? withoutDuties(permissions) : permissions,
        };
      });
  }

  async #withPermissions(grant: Grant): Promise<AccountGrant> {
    const { tenant, labels, properties, role } = grant;
    const permissions = (await this.permissionsOf(role)) ?? new Set<Permission>();
    return { tenant, labels, properties: properties && new Set(properties), permissions };
  }

  #ofOneDuty(permissions: ReadonlySet<Permission>, only: Duty): ReadonlySet<Permission> {
    if (!this.#options.separationOfDuties) return permissions;
    return new Set([...permissions].filter((each) => [undefined, only].includes(dutyOf(each))));
  }
}

/** The duties of 三员分立 that permissions belong to. */
export function dutiesOf(permissions: Iterable<Permission>): ReadonlySet<Duty> {
  return new Set([...permissions].map(dutyOf).filter((duty) => duty !== undefined));
}

function dutyOf(permission: Permission): Duty | undefined {
  return permissionSpec(permission).duty;
}

function withoutDuties(permissions: ReadonlySet<Permission>): ReadonlySet<Permission> {
  return new Set([...permissions].filter((permission) => dutyOf(permission) === undefined));
}

function permissionsOfCustom({ permissions }: CustomRole): ReadonlySet<Permission> {
  return new Set(permissions.filter(isPermission));
}

function keyOf(principal: Principal): string {
  const { kind, tenant } = principal;
  if (kind === 'user') return `user ${principal.account} ${tenant} ${principal.strong}`;
  return kind === 'token' ? `token ${principal.token} ${tenant}` : kind;
}

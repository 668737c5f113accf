// SPDX-License-Identifier: Apache-2.0
import { fail, ok, type Result } from '#core';
import { permissionNames, permissionSpec, type Permission } from './permissions.ts';
import { ThingScope, type ScopePart } from './thing-scope.ts';

/** Permissions given together for a tenant, perhaps narrowed. */
export interface GrantedPermissions extends ScopePart {
  readonly permissions: ReadonlySet<Permission>;
}

export interface RightsOptions {
  readonly tenant: number;
  /** Whether `tenant` is the root, where permissions on the installation count. */
  readonly root: boolean;
  /** Whether permissions that need a second factor count. */
  readonly strong: boolean;
  readonly granted: readonly GrantedPermissions[];
}

/** What somebody may do in one tenant: made once, asked often. */
export class Rights {
  readonly tenant: number;
  /** Set when roles, grants or tenants have changed: whoever holds these asks for new ones. */
  stale = false;
  readonly #scopes = new Map<Permission, ThingScope>();
  /** The same for the same rights. */
  readonly signature: string;
  /** Permitted, but for want of a second factor. */
  readonly #weak = new Set<Permission>();

  constructor({ tenant, root, strong, granted }: RightsOptions) {
    this.tenant = tenant;
    for (const permission of permissionNames) {
      const { on, strong: needsStrong } = permissionSpec(permission);
      if (on === 'installation' && !root) continue;
      const parts = granted.filter(({ permissions }) => permissions.has(permission));
      // What is not about things cannot be narrowed, so a narrowed grant does not give it; but a model says no more
      // than what a thing is.
      const counts =
        on === 'thing' || permission === 'models.read'
          ? parts
          : parts.filter(({ labels, properties }) => !labels && !properties);
      if (counts.length === 0) continue;
      if (needsStrong && !strong) this.#weak.add(permission);
      else this.#scopes.set(permission, new ThingScope(counts));
    }
    this.signature = JSON.stringify(
      [...this.#scopes].map(([permission, scope]) => [permission, scope.describe()]),
    );
  }

  has(permission: Permission): boolean {
    return this.#scopes.has(permission);
  }

  /** Which things a permission reaches; undefined: none. */
  scope(permission: Permission): ThingScope | undefined {
    return this.#scopes.get(permission);
  }

  /** The things that are reached; `security.forbidden`, or `security.second-factor-required` where only that is missing. */
  demand(permission: Permission): Result<ThingScope> {
    const scope = this.#scopes.get(permission);
    if (scope !== undefined) return ok(scope);
    const weak = this.#weak.has(permission);
    return fail(weak ? 'security.second-factor-required' : 'security.forbidden', permission);
  }

  /** What is had, for the console to show what can be done. */
  get permissions(): readonly Permission[] {
    return [...this.#scopes.keys()];
  }
}

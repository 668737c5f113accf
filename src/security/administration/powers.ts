// SPDX-License-Identifier: Apache-2.0
import { FaultError, fault, type ErrorCode } from '#core';
import type { TenantTree } from '../policy/tenant-tree.ts';
import { permissionSpec, type Permission } from '../policy/permissions.ts';
import type { Policy } from '../policy/policy.ts';
import type { Rights } from '../policy/rights.ts';
import type { ThingScope } from '../policy/thing-scope.ts';
import type { Principal } from '../port.ts';
import { effective, heldBy, type Given, type HeldGrant, type PeopleView } from './holdings.ts';

export interface PowersOptions {
  readonly policy: Pick<Policy, 'rightsOf' | 'tree'>;
  /** 三员分立. */
  readonly separationOfDuties: boolean;
}

/** To whom something is given: by a role to others, or by a token to whoever is shown it. */
type GivenBy = 'role' | 'token';

/** How far somebody's hand reaches: which tenants, and what may be given there. */
export class Powers {
  readonly #options: PowersOptions;

  constructor(options: PowersOptions) {
    this.#options = options;
  }

  tree(): Promise<TenantTree> {
    return this.#options.policy.tree();
  }

  /** The tenants that somebody administers from where they act. */
  async subTree(actor: Principal): Promise<readonly number[]> {
    return (await this.tree()).subTree(actor.tenant);
  }

  /** Faults: `common.not-found` for what belongs to a tenant elsewhere. */
  async demandReach(actor: Principal, tenant: number, what: string): Promise<void> {
    const tree = await this.tree();
    if (tree.isWithin(tenant, actor.tenant) && tree.has(tenant)) return;
    throw new FaultError(fault('common.not-found', what));
  }

  /** What somebody may do in a tenant. */
  rightsAt(actor: Principal, tenant: number): Promise<Rights> {
    return this.#options.policy.rightsOf({ ...actor, tenant });
  }

  /**
   * Nobody gives what they do not have as widely themselves. With 三员分立 the security administrator gives others what
   * belongs to other duties, or to none. Faults: `security.beyond-own-rights`, `security.second-factor-required`.
   */
  async demandGive(actor: Principal, given: Given, by: GivenBy = 'role'): Promise<void> {
    const rights = await this.rightsAt(actor, given.tenant);
    const missing = effective(given).filter(
      (permission) => !this.#isFree(permission, by) && !covers(rights.scope(permission), given),
    );
    const [first] = missing;
    if (first === undefined) return;
    const demanded = rights.demand(first);
    const weak = !demanded.ok && demanded.fault.code === 'security.second-factor-required';
    const code: ErrorCode = weak ? 'security.second-factor-required' : 'security.beyond-own-rights';
    throw new FaultError(fault(code, weak ? first : 'permissions', missing.join(', ')));
  }

  /** Whoever can become somebody else, by a new password, has what that one has. Faults as of `demandGive`. */
  async demandPowerOver(actor: Principal, view: PeopleView, account: number): Promise<void> {
    await this.demandGiveAll(actor, await heldBy(view, account));
  }

  async demandGiveAll(actor: Principal, grants: readonly HeldGrant[]): Promise<void> {
    for (const grant of grants) await this.demandGive(actor, grant);
  }

  #isFree(permission: Permission, by: GivenBy): boolean {
    if (!this.#options.separationOfDuties) return false;
    const { duty } = permissionSpec(permission);
    return by === 'token' ? duty === undefined : duty !== 'security';
  }
}

/** Whether things of which a scope reaches at least the labels and properties are all that is given. */
function covers(
  scope: ThingScope | undefined,
  { labels, properties }: Pick<Given, 'labels' | 'properties'>,
): boolean {
  if (scope === undefined || !scope.admits(labels ?? {})) return false;
  // What a thing with just these labels shows, every thing that has them shows.
  const seen = scope.propertiesOf(labels ?? {});
  if (seen === undefined) return true;
  return properties !== undefined && properties.every((property) => seen.has(property));
}

/** The account that somebody is, or that their token is of. */
export function ownAccount(actor: Principal): number | undefined {
  return actor.kind === 'user' || actor.kind === 'token' ? actor.account : undefined;
}

/** Faults: `security.own-rights` when one of the accounts is one's own. */
export function demandOthers(actor: Principal, accounts: Iterable<number>): void {
  const own = ownAccount(actor);
  if (own === undefined) return;
  for (const account of accounts) {
    if (account === own) throw new FaultError(fault('security.own-rights', 'account'));
  }
}

// SPDX-License-Identifier: Apache-2.0
import type { Tenant } from '#store';

/** The tree of tenants in memory: small, and asked with every request. */
export class TenantTree {
  readonly #parents: ReadonlyMap<number, number | undefined>;
  readonly #children: ReadonlyMap<number | undefined, readonly number[]>;

  constructor(tenants: readonly Tenant[]) {
    this.#parents = new Map(tenants.map(({ id, parent }) => [id, parent]));
    const groups = Map.groupBy(tenants, ({ parent }) => parent);
    this.#children = new Map(
      [...groups].map(([parent, rows]) => [parent, rows.map(({ id }) => id)]),
    );
  }

  has(tenant: number): boolean {
    return this.#parents.has(tenant);
  }

  /** Whether a tenant is `top` or somewhere below it. */
  isWithin(tenant: number, top: number): boolean {
    for (let at: number | undefined = tenant; at !== undefined; at = this.#parents.get(at)) {
      if (at === top) return true;
    }
    return false;
  }

  /** The tenant and everything below it. */
  subTree(top: number): readonly number[] {
    const all = this.has(top) ? [top] : [];
    for (const tenant of all) all.push(...(this.#children.get(tenant) ?? []));
    return all;
  }
}

// SPDX-License-Identifier: Apache-2.0
import type { Tenant } from './rows.ts';

export interface TenantNode extends Tenant {
  /** Absent where there are none: the row has nothing to open. */
  readonly children?: readonly TenantNode[];
}

/** The tenants as trees; those whose parent is not among them are at the top. */
export function treeOf(tenants: readonly Tenant[]): readonly TenantNode[] {
  const known = new Set(tenants.map(({ id }) => id));
  const below = Map.groupBy(tenants, ({ parent }) =>
    parent !== undefined && known.has(parent) ? parent : undefined,
  );
  const nodesOf = (parent: number | undefined): readonly TenantNode[] =>
    (below.get(parent) ?? [])
      .toSorted((a, b) => a.name.localeCompare(b.name, 'zh-CN'))
      .map((tenant) => {
        const children = nodesOf(tenant.id);
        return children.length === 0 ? tenant : { ...tenant, children };
      });
  return nodesOf(undefined);
}

/** Those whose name or number has the text, with all above them. */
export function withParents(tenants: readonly Tenant[], text: string): readonly Tenant[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return tenants;
  const byId = new Map(tenants.map((tenant) => [tenant.id, tenant]));
  const kept = new Set<number>();
  for (const found of tenants) {
    if (!`${found.name} #${found.id}`.toLowerCase().includes(wanted)) continue;
    for (
      let at: Tenant | undefined = found;
      at !== undefined && !kept.has(at.id);
      at = byId.get(at.parent ?? 0)
    )
      kept.add(at.id);
  }
  return tenants.filter(({ id }) => kept.has(id));
}

// SPDX-License-Identifier: Apache-2.0
import { sql, type RawBuilder } from 'kysely';
import type { ThingQuery } from '../port.ts';

/** Tenants of a list, none twice, at least one. */
export type Tenants = readonly number[];

export type LabelSets = NonNullable<ThingQuery['labels']>;

type Column = 'tenant' | '+tenant' | 't.tenant';

/** The tenants that a query asks for. */
export function tenantsOf({ tenant, below }: Pick<ThingQuery, 'tenant' | 'below'>): Tenants {
  return below === undefined || below.length === 0 ? [tenant] : [...new Set([tenant, ...below])];
}

/** One tenant is told by `=`, so that an index on (tenant, …) gives the rows in order. */
export function inTenants(column: Column, tenants: Tenants): RawBuilder<unknown> {
  const [first] = tenants;
  const ref = sql.raw(column);
  return tenants.length === 1
    ? sql`${ref} = ${first}`
    : sql`${ref} IN (SELECT value FROM json_each(${JSON.stringify(tenants)}))`;
}

/** Whether `thing AS t` carries all labels of one of the sets; of no set: no thing does. */
export function labelScope(sets: LabelSets): RawBuilder<unknown> {
  const conditions = sets.map((set) => {
    const labels = Object.entries(set).map(
      ([label, value]) => sql`EXISTS (SELECT 1 FROM thing_label AS l WHERE l.tenant = t.tenant
        AND l.label = ${label} AND l.value = ${value} AND l.thing = t.id)`,
    );
    return labels.length === 0 ? sql`1` : sql`(${sql.join(labels, sql` AND `)})`;
  });
  return conditions.length === 0 ? sql`0` : sql`(${sql.join(conditions, sql` OR `)})`;
}

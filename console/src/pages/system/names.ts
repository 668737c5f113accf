// SPDX-License-Identifier: Apache-2.0
import { useGet } from '../../kit/queries.ts';
import { useCan } from '../../kit/session.tsx';
import { useLanguage } from '../../kit/texts.ts';
import type { PermissionRow, Role, Tenant } from './rows.ts';

/** The name of a tenant by its number, where tenants may be seen. */
export function useTenantNames(): (id: number) => string {
  const enabled = useCan('tenants.read');
  const { data } = useGet<{ items: readonly Tenant[] }>('tenants', { enabled });
  const names = new Map(data?.items.map(({ id, name }) => [id, name]));
  return (id) => names.get(id) ?? `#${id}`;
}

/** The title of a role by its id. */
export function useRoleNames(): (id: string) => string {
  const language = useLanguage();
  const { data } = useGet<{ items: readonly Role[] }>('roles');
  const names = new Map(data?.items.map((role) => [role.id, role[language]]));
  return (id) => names.get(id) ?? id;
}

/** Every permission there is, in the order of the server. */
export function usePermissions(): readonly PermissionRow[] {
  return useGet<{ items: readonly PermissionRow[] }>('permissions').data?.items ?? [];
}

/** What a permission means. */
export function usePermissionNames(): (name: string) => string {
  const language = useLanguage();
  const names = new Map(usePermissions().map((each) => [each.name, each[language]]));
  return (name) => names.get(name) ?? name;
}

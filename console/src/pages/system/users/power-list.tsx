// SPDX-License-Identifier: Apache-2.0
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { usePermissions, useTenantNames } from '../names.ts';
import { PermissionName } from '../role-matrix.tsx';
import type { Powers } from '../rows.ts';
import { narrowingText } from './narrowing.ts';

/** Every permission that an account has by any of its grants, and where. */
export function PowerList({ powers }: { readonly powers: Powers }): JSX.Element {
  const { t } = useTranslation('system');
  const permissions = usePermissions();
  const tenantName = useTenantNames();
  const places = new Map<string, Set<string>>();
  for (const grant of powers.grants) {
    const narrowed = narrowingText(grant);
    const place = `${tenantName(grant.tenant)}${narrowed === '' ? '' : ` (${narrowed})`}`;
    for (const name of grant.permissions)
      places.set(name, (places.get(name) ?? new Set()).add(place));
  }
  const had = permissions.filter(({ name }) => places.has(name));
  if (had.length === 0) return <p className="fs-muted">{t('powers.none')}</p>;
  return (
    <table className="sy-table" aria-label={t('powers.title')}>
      <thead>
        <tr>
          <th scope="col">{t('roles.permission')}</th>
          <th scope="col">{t('powers.where')}</th>
        </tr>
      </thead>
      <tbody>
        {had.map((permission) => (
          <tr key={permission.name}>
            <th scope="row">
              <PermissionName permission={permission} />
            </th>
            <td>{[...(places.get(permission.name) ?? [])].join(' · ')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

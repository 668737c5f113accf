// SPDX-License-Identifier: Apache-2.0
import { Tooltip } from 'antd';
import { Fragment, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useLanguage } from '../../kit/texts.ts';
import type { PermissionRow, Role } from './rows.ts';

export interface RoleMatrixProps {
  readonly permissions: readonly PermissionRow[];
  readonly roles: readonly Role[];
  readonly onOpen: (id: string) => void;
}

/** Permissions down, roles across, a mark where the one has the other. */
export function RoleMatrix({ permissions, roles, onOpen }: RoleMatrixProps): JSX.Element {
  const { t } = useTranslation('system');
  const language = useLanguage();
  const sets = roles.map(({ permissions: names }) => new Set(names));
  const groups = [...Map.groupBy(permissions, ({ name }) => name.split('.', 1)[0] ?? '')];
  return (
    <>
      <p className="fs-muted fs-small">
        <span className="sy-mark">2FA</span> {t('roles.strong')} ·{' '}
        <span className="sy-mark">{t('roles.duty.system')}</span>{' '}
        <span className="sy-mark">{t('roles.duty.security')}</span>{' '}
        <span className="sy-mark">{t('roles.duty.audit')}</span> {t('roles.dutyHelp')}
      </p>
      <div className="sy-matrix" tabIndex={0} role="region" aria-label={t('roles.matrix')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('roles.permission')}</th>
              {roles.map((role) => (
                <th scope="col" key={role.id}>
                  <button type="button" className="sy-role" onClick={() => onOpen(role.id)}>
                    {role[language]}
                  </button>
                  <span className="fs-muted fs-small">
                    {role.builtIn
                      ? t('roles.count', { count: role.permissions.length })
                      : t('roles.own')}
                  </span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {groups.map(([noun, those]) => (
              <Fragment key={noun}>
                {those.map((permission, at) => (
                  <tr key={permission.name} className={at === 0 ? 'sy-first' : ''}>
                    <th scope="row">
                      <PermissionName permission={permission} />
                    </th>
                    {roles.map(({ id }, column) => (
                      <td key={id}>
                        {sets[column]?.has(permission.name) === true ? (
                          <span className="sy-yes" role="img" aria-label={t('roles.has')}>
                            ✓
                          </span>
                        ) : (
                          <span className="sy-no" aria-hidden="true">
                            ·
                          </span>
                        )}
                      </td>
                    ))}
                  </tr>
                ))}
              </Fragment>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

/** What a permission means, with what it takes. */
export function PermissionName({
  permission,
}: {
  readonly permission: PermissionRow;
}): JSX.Element {
  const { t } = useTranslation('system');
  const language = useLanguage();
  const { name, strong, duty, on } = permission;
  return (
    <>
      {permission[language]} <code className="fs-muted fs-small">{name}</code>{' '}
      {strong && (
        <Tooltip title={t('roles.strong')}>
          <span className="sy-mark">2FA</span>
        </Tooltip>
      )}
      {duty !== undefined && <span className="sy-mark">{t(`roles.duty.${duty}`)}</span>}
      {on === 'installation' && <span className="sy-mark">{t('roles.installation')}</span>}
    </>
  );
}

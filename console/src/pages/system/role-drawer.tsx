// SPDX-License-Identifier: Apache-2.0
import { Button, Drawer, Flex } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useConfirm } from '../../kit/confirm.tsx';
import { CopyAsCommand } from '../../kit/copyable.tsx';
import { useRefresh } from '../../kit/queries.ts';
import { useApi } from '../../kit/services.tsx';
import { useCan } from '../../kit/session.tsx';
import { useLanguage } from '../../kit/texts.ts';
import { usePermissions, useTenantNames } from './names.ts';
import { RoleForm } from './role-form.tsx';
import { PermissionName } from './role-matrix.tsx';
import type { Role } from './rows.ts';

export interface RoleDrawerProps {
  readonly role: Role;
  readonly onClose: () => void;
}

/** One role: what it permits; those of the tenants are changed and removed here. */
export function RoleDrawer({ role, onClose }: RoleDrawerProps): JSX.Element {
  const { t } = useTranslation('system');
  const language = useLanguage();
  const api = useApi();
  const confirm = useConfirm();
  const refresh = useRefresh();
  const canManage = useCan('roles.manage');
  const permissions = usePermissions();
  const tenantName = useTenantNames();
  const [form, setForm] = useState<'change' | 'copy'>();
  const has = new Set(role.permissions);
  const remove = (): void =>
    confirm({
      title: t('roles.removeTitle', { name: role[language] }),
      text: t('roles.removeText'),
      confirm: t('roles.remove'),
      act: async () => {
        await api.delete(`roles/${encodeURIComponent(role.id)}`);
        await refresh('roles');
        onClose();
      },
    });
  return (
    <Drawer className="sy-drawer" open size={560} title={role[language]} onClose={onClose}>
      <Flex gap="small" wrap className="sy-tools">
        {canManage && !role.builtIn && (
          <>
            <Button type="primary" onClick={() => setForm('change')}>
              {t('change')}
            </Button>
            <Button danger onClick={remove}>
              {t('roles.remove')}
            </Button>
          </>
        )}
        {canManage && <Button onClick={() => setForm('copy')}>{t('roles.copy')}</Button>}
        <CopyAsCommand
          method="GET"
          path={`roles/${encodeURIComponent(role.id)}`}
          cli="fengsui role ls"
        />
      </Flex>
      <p className="fs-muted">
        {role.builtIn
          ? t('roles.builtIn')
          : t('roles.countsIn', { tenant: tenantName(role.tenant ?? 0) })}{' '}
        · <code>{role.id}</code>
      </p>
      <ul className="sy-list">
        {permissions
          .filter(({ name }) => has.has(name))
          .map((permission) => (
            <li key={permission.name}>
              <PermissionName permission={permission} />
            </li>
          ))}
      </ul>
      {form !== undefined && (
        <RoleForm
          {...(form === 'change' ? { role } : { from: role })}
          onClose={() => setForm(undefined)}
          onMade={() => setForm(undefined)}
        />
      )}
    </Drawer>
  );
}

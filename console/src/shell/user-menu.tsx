// SPDX-License-Identifier: Apache-2.0
import { UserOutlined } from '@ant-design/icons';
import { useNavigate } from '@tanstack/react-router';
import { Button, Dropdown } from 'antd';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useServices } from '../kit/services.tsx';
import { useSession } from '../kit/session.tsx';

export function UserMenu(): JSX.Element {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { api, queries, tenant } = useServices();
  const { user } = useSession();
  const signOut = async (): Promise<void> => {
    await api.delete('session');
    tenant.set(undefined);
    // What was read is nobody else's business on this machine.
    queries.clear();
    await queries.invalidateQueries({ queryKey: ['session'] });
    location.reload();
  };
  const items = [
    { key: 'name', disabled: true, label: user.title === '' ? user.name : user.title },
    { key: 'profile', label: t('user.profile'), onClick: () => void navigate({ to: '/profile' }) },
    { key: 'out', label: t('user.signOut'), onClick: () => void signOut() },
  ];
  return (
    <Dropdown menu={{ items }} trigger={['click']}>
      <Button
        type="text"
        icon={<UserOutlined />}
        aria-label={t('user.label', { name: user.name })}
      />
    </Dropdown>
  );
}

// SPDX-License-Identifier: Apache-2.0
import { useNavigate } from '@tanstack/react-router';
import { Alert, Result, Spin, Tabs } from 'antd';
import { lazy, Suspense, type ComponentType, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { PageLink } from '../../kit/link.tsx';
import { may, useSession } from '../../kit/session.tsx';
import { textField, useUrlState } from '../../kit/url-state.ts';
import { View } from '../../kit/view.tsx';
import './system.css';
import { needsOf, tabs, type Tab } from './tabs.ts';

const bodies: Readonly<Record<Tab, ComponentType>> = {
  issues: lazy(async () => ({ default: (await import('./issues.tsx')).Issues })),
  health: lazy(async () => ({ default: (await import('./health.tsx')).Health })),
  users: lazy(async () => ({ default: (await import('./users/users.tsx')).Users })),
  roles: lazy(async () => ({ default: (await import('./roles.tsx')).Roles })),
  tenants: lazy(async () => ({ default: (await import('./tenants.tsx')).Tenants })),
  audit: lazy(async () => ({ default: (await import('./audit.tsx')).Audit })),
  limits: lazy(async () => ({ default: (await import('./limits.tsx')).LimitsTab })),
  backups: lazy(async () => ({ default: (await import('./backups.tsx')).Backups })),
  licences: lazy(async () => ({ default: (await import('./licences.tsx')).Licences })),
};

/** The platform for those who run it: what is wrong, who may do what, what has been done. */
export function System(): JSX.Element {
  const { t } = useTranslation('system');
  const session = useSession();
  const navigate = useNavigate();
  const [{ tab: wanted }] = useUrlState({ tab: textField() });
  const allowed = tabs.filter((tab) => may(session, needsOf[tab]));
  const tab = tabs.find((each) => each === wanted) ?? allowed[0] ?? 'licences';
  const Body = bodies[tab];
  const body = (
    <Suspense fallback={<Spin className="fs-wait" />}>
      <Body />
    </Suspense>
  );
  // A second factor shows more: who could have it is told how.
  const isWeak = session.user.kind === 'user' && !session.strong;
  return (
    <View title={t('title')}>
      {isWeak && session.needs.length === 0 && (
        <Alert
          type="info"
          showIcon
          title={t('weak')}
          action={<PageLink to="/profile">{t('weakFix')}</PageLink>}
        />
      )}
      <Tabs
        activeKey={tab}
        destroyOnHidden
        onChange={(key) => void navigate({ to: '/system', search: { tab: key } })}
        items={allowed.map((key) => ({
          key,
          label: t(`tabs.${key}`),
          children: key === tab ? body : null,
        }))}
      />
      {!allowed.includes(tab) && (
        <Result
          status="warning"
          title={t('forbidden', { tab: t(`tabs.${tab}`) })}
          subTitle={t('forbiddenFix', { needs: needsOf[tab].join(', ') })}
        />
      )}
    </View>
  );
}

// SPDX-License-Identifier: Apache-2.0
import { Descriptions, Drawer, Flex, Spin } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { CopyAsCommand } from '../../../kit/copyable.tsx';
import { PageLink } from '../../../kit/link.tsx';
import { ProblemAlert } from '../../../kit/problem.tsx';
import { useGet } from '../../../kit/queries.ts';
import { useCan } from '../../../kit/session.tsx';
import { Time } from '../../../kit/time.tsx';
import { useTenantNames } from '../names.ts';
import type { Account, AccountKind, Powers } from '../rows.ts';
import { tabPath } from '../tabs.ts';
import { AccountActs } from './account-acts.tsx';
import { AccountState } from './account-state.tsx';
import { EditAccount } from './edit-account.tsx';
import { Grants } from './grants.tsx';
import { PowerList } from './power-list.tsx';

export interface AccountDrawerProps {
  readonly kind: AccountKind;
  readonly id: number;
  readonly onClose: () => void;
}

/** One account: who it is, what can be done about it, what it may do and by what. */
export function AccountDrawer({ kind, id, onClose }: AccountDrawerProps): JSX.Element {
  const path = `${kind}/${id}`;
  const { data: account, error, refetch } = useGet<Account>(path);
  const [isEditing, setEditing] = useState(false);
  return (
    <Drawer
      className="sy-drawer"
      open
      size={760}
      title={account === undefined ? `#${id}` : account.name}
      onClose={onClose}
    >
      <ProblemAlert error={error} onRetry={refetch} />
      {account === undefined ? (
        error === null && <Spin />
      ) : (
        <>
          <AccountActs {...{ kind, account }} onEdit={() => setEditing(true)} onRemoved={onClose} />
          <About kind={kind} account={account} />
          <Held kind={kind} account={account} />
          {isEditing && <EditAccount kind={kind} id={id} onClose={() => setEditing(false)} />}
        </>
      )}
    </Drawer>
  );
}

interface Shown {
  readonly kind: AccountKind;
  readonly account: Account;
}

function About({ kind, account }: Shown): JSX.Element {
  const { t } = useTranslation('system');
  const tenantName = useTenantNames();
  const canSeeTokens = useCan('things.read');
  const canAudit = useCan('audit.read');
  const { id, title, tenant, created, updated, lastLogin, language } = account;
  const person = [
    {
      key: 'factor',
      label: t('users.secondFactor'),
      children: t(account.secondFactor ? 'users.on' : 'users.off'),
    },
    {
      key: 'password',
      label: t('users.hasPassword'),
      children: t(account.password ? 'users.on' : 'users.off'),
    },
    { key: 'login', label: t('users.lastLogin'), children: <Time value={lastLogin} /> },
    { key: 'language', label: t('users.language'), children: language ?? t('users.languageAny') },
  ];
  return (
    <>
      <Descriptions
        size="small"
        column={2}
        items={[
          { key: 'state', label: t('users.state'), children: <AccountState account={account} /> },
          { key: 'title', label: t('users.title'), children: title === '' ? '—' : title },
          { key: 'tenant', label: t('users.tenant'), children: tenantName(tenant) },
          ...(kind === 'users' ? person : []),
          { key: 'created', label: t('users.created'), children: <Time value={created} /> },
          { key: 'updated', label: t('users.updated'), children: <Time value={updated} /> },
        ]}
      />
      <Flex gap="middle" wrap align="center" className="sy-tools">
        {canAudit && (
          <PageLink to={tabPath('audit', { account: String(id) })}>{t('users.acts')}</PageLink>
        )}
        {canSeeTokens && <PageLink to="/developer">{t('users.tokens')}</PageLink>}
        <CopyAsCommand method="GET" path={`${kind}/${id}`} />
      </Flex>
    </>
  );
}

function Held({ kind, account }: Shown): JSX.Element {
  const { t } = useTranslation('system');
  const { data: powers, error, refetch } = useGet<Powers>(`${kind}/${account.id}/powers`);
  if (powers === undefined)
    return error === null ? <Spin /> : <ProblemAlert error={error} onRetry={refetch} />;
  return (
    <>
      <h2>{t('grants.title')}</h2>
      <Grants
        subject={{ account: account.id }}
        tenant={account.tenant}
        grants={powers.grants}
        groups={powers.groups}
      />
      {powers.elsewhere > 0 && (
        <p className="fs-muted">{t('grants.elsewhere', { count: powers.elsewhere })}</p>
      )}
      <h2>{t('groups.of')}</h2>
      {powers.groups.length === 0 ? (
        <p className="fs-muted">{t('groups.inNone')}</p>
      ) : (
        <ul className="fs-plain">
          {powers.groups.map((group) => (
            <li key={group.id}>
              <PageLink to={tabPath('users', { kind: 'groups', open: String(group.id) })}>
                {group.name}
              </PageLink>
              <span className="fs-muted">{group.title}</span>
            </li>
          ))}
        </ul>
      )}
      <h2>{t('powers.title')}</h2>
      <PowerList powers={powers} />
    </>
  );
}

// SPDX-License-Identifier: Apache-2.0
import { Button, Flex, type TableProps } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useList } from '../../../kit/list.ts';
import { useCan } from '../../../kit/session.tsx';
import { DataTable } from '../../../kit/table.tsx';
import { Time } from '../../../kit/time.tsx';
import { textField, useUrlState } from '../../../kit/url-state.ts';
import { useTenantNames } from '../names.ts';
import type { Account, AccountKind } from '../rows.ts';
import { AccountDrawer } from './account-drawer.tsx';
import { AccountState } from './account-state.tsx';
import { CreateAccount } from './create-account.tsx';
import { SearchBox } from './search-box.tsx';

/** Users or service accounts of the tenant and those below, searched by the server. */
export function Accounts({ kind }: { readonly kind: AccountKind }): JSX.Element {
  const { t } = useTranslation('system');
  const canManage = useCan('users.manage');
  const columns = useColumns(kind);
  const [{ search, open }, setState] = useUrlState({ search: textField(), open: textField() });
  const [isNew, setNew] = useState(false);
  const list = useList<Account>(kind, { query: search === '' ? {} : { search } });
  const create = (
    <Button type="primary" onClick={() => setNew(true)}>
      {t(`users.create.${kind}`)}
    </Button>
  );
  return (
    <>
      <Flex gap="middle" wrap align="center" className="sy-tools">
        <SearchBox
          label={t('users.search')}
          value={search}
          onSearch={(text) => setState({ search: text })}
        />
        {canManage && create}
      </Flex>
      <DataTable<Account>
        list={list}
        rowKey={({ id }) => id}
        label={t(`users.kinds.${kind}`)}
        onOpen={({ id }) => setState({ open: String(id) })}
        empty={
          search === ''
            ? { text: t('users.none'), action: canManage ? create : t('users.ask') }
            : {
                text: t('users.notFound', { search }),
                action: <Button onClick={() => setState({ search: '' })}>{t('users.all')}</Button>,
              }
        }
        columns={columns}
      />
      {/^\d+$/.test(open) && (
        <AccountDrawer
          key={open}
          kind={kind}
          id={Number(open)}
          onClose={() => setState({ open: '' })}
        />
      )}
      {isNew && (
        <CreateAccount
          kind={kind}
          onClose={() => setNew(false)}
          onMade={(id) => setState({ open: String(id) })}
        />
      )}
    </>
  );
}

function useColumns(kind: AccountKind): NonNullable<TableProps<Account>['columns']> {
  const { t } = useTranslation('system');
  const tenantName = useTenantNames();
  const people = [
    {
      key: 'factor',
      title: t('users.secondFactor'),
      width: 100,
      render: (_: unknown, row: Account) => t(row.secondFactor ? 'users.on' : 'users.off'),
    },
    {
      key: 'login',
      title: t('users.lastLogin'),
      width: 130,
      render: (_: unknown, row: Account) => <Time value={row.lastLogin} relative />,
    },
  ];
  return [
    {
      key: 'name',
      title: t('users.name'),
      width: 220,
      render: (_, { id, name }) => (
        <>
          <strong>{name}</strong> <span className="fs-muted fs-small">#{id}</span>
        </>
      ),
    },
    { key: 'title', title: t('users.title'), width: 180, render: (_, row) => row.title },
    {
      key: 'tenant',
      title: t('users.tenant'),
      width: 180,
      render: (_, { tenant }) => tenantName(tenant),
    },
    {
      key: 'state',
      title: t('users.state'),
      width: 190,
      render: (_, row) => <AccountState account={row} />,
    },
    ...(kind === 'users' ? people : []),
    {
      key: 'created',
      title: t('users.created'),
      width: 170,
      render: (_, row) => <Time value={row.created} />,
    },
  ];
}

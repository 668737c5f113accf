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
import type { Group } from '../rows.ts';
import { CreateGroup } from './create-group.tsx';
import { GroupDrawer } from './group-drawer.tsx';
import { SearchBox } from './search-box.tsx';

/** Groups of the tenant and those below. */
export function Groups(): JSX.Element {
  const { t } = useTranslation('system');
  const canManage = useCan('users.manage');
  const columns = useColumns();
  const [{ search, open }, setState] = useUrlState({ search: textField(), open: textField() });
  const [isNew, setNew] = useState(false);
  const list = useList<Group>('groups', { query: search === '' ? {} : { search } });
  const create = (
    <Button type="primary" onClick={() => setNew(true)}>
      {t('groups.create')}
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
      <DataTable<Group>
        list={list}
        rowKey={({ id }) => id}
        label={t('users.kinds.groups')}
        onOpen={({ id }) => setState({ open: String(id) })}
        empty={
          search === ''
            ? { text: t('groups.none'), action: canManage ? create : t('users.ask') }
            : {
                text: t('users.notFound', { search }),
                action: <Button onClick={() => setState({ search: '' })}>{t('users.all')}</Button>,
              }
        }
        columns={columns}
      />
      {/^\d+$/.test(open) && (
        <GroupDrawer key={open} id={Number(open)} onClose={() => setState({ open: '' })} />
      )}
      {isNew && (
        <CreateGroup
          onClose={() => setNew(false)}
          onMade={(id) => {
            setNew(false);
            setState({ open: String(id) });
          }}
        />
      )}
    </>
  );
}

function useColumns(): NonNullable<TableProps<Group>['columns']> {
  const { t } = useTranslation('system');
  const tenantName = useTenantNames();
  return [
    {
      key: 'name',
      title: t('groups.name'),
      width: 260,
      render: (_, { id, name }) => (
        <>
          <strong>{name}</strong> <span className="fs-muted fs-small">#{id}</span>
        </>
      ),
    },
    { key: 'title', title: t('users.title'), width: 260, render: (_, row) => row.title },
    {
      key: 'tenant',
      title: t('users.tenant'),
      width: 220,
      render: (_, { tenant }) => tenantName(tenant),
    },
    {
      key: 'created',
      title: t('users.created'),
      width: 180,
      render: (_, row) => <Time value={row.created} />,
    },
  ];
}

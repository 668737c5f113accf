// SPDX-License-Identifier: Apache-2.0
import { Checkbox } from 'antd';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { PageLink } from '../../kit/link.tsx';
import { useList } from '../../kit/list.ts';
import { DataTable } from '../../kit/table.tsx';
import { Time } from '../../kit/time.tsx';
import { choiceField, useUrlState } from '../../kit/url-state.ts';
import { View } from '../../kit/view.tsx';

interface Task {
  readonly id: number;
  readonly thing: number;
  readonly action: string;
  readonly state: string;
  readonly requester: string;
  readonly created: string;
  readonly updated: string;
}

/** Actions that devices were asked for, of all things. */
export function Tasks(): JSX.Element {
  const { t } = useTranslation('overview');
  const [{ open }, setState] = useUrlState({ open: choiceField(['true', 'false'], 'false') });
  const query = open === 'true' ? { open } : {};
  const list = useList<Task>('tasks', { query, everyMs: 5_000 });
  const columns = [
    { key: 'id', title: t('tasks.id'), width: 80, render: (row: Task) => row.id },
    {
      key: 'thing',
      title: t('tasks.thing'),
      width: 120,
      render: (row: Task) => (
        <PageLink to={`/things/${row.thing}?tab=actions`}>{`#${row.thing}`}</PageLink>
      ),
    },
    { key: 'action', title: t('tasks.action'), width: 160, render: (row: Task) => row.action },
    {
      key: 'state',
      title: t('tasks.state'),
      width: 120,
      render: (row: Task) => t([`taskStates.${row.state}`, 'steps.other'], { step: row.state }),
    },
    {
      key: 'requester',
      title: t('tasks.requester'),
      width: 220,
      render: (row: Task) => row.requester,
    },
    {
      key: 'created',
      title: t('tasks.created'),
      width: 180,
      render: (row: Task) => <Time value={row.created} />,
    },
    {
      key: 'updated',
      title: t('tasks.updated'),
      width: 180,
      render: (row: Task) => <Time value={row.updated} />,
    },
  ];
  return (
    <View title={t('tasks.title')}>
      <Checkbox
        checked={open === 'true'}
        onChange={({ target }) => setState({ open: target.checked ? 'true' : 'false' })}
      >
        {t('tasks.openOnly')}
      </Checkbox>
      <DataTable
        list={list}
        columns={columns}
        rowKey={({ id }) => id}
        label={t('tasks.title')}
        empty={{
          text: t('tasks.none'),
          action: <PageLink to="/things">{t('tasks.toThings')}</PageLink>,
        }}
      />
    </View>
  );
}

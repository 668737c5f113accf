// SPDX-License-Identifier: Apache-2.0
import { Table } from 'antd';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { PageLink } from '../../kit/link.tsx';
import { ProblemAlert } from '../../kit/problem.tsx';
import { useGet } from '../../kit/queries.ts';
import { Time } from '../../kit/time.tsx';
import { textField, useUrlState } from '../../kit/url-state.ts';
import { View } from '../../kit/view.tsx';

interface Connection {
  readonly protocol: string;
  readonly transport: string;
  readonly family: number;
  readonly source: string;
  readonly clientId: string;
  readonly thing?: number;
  readonly since: string;
}

const shownMax = 1_000;

/** Connections of devices that are open now. */
export function Connections(): JSX.Element {
  const { t } = useTranslation('overview');
  const [wanted] = useUrlState({
    protocol: textField(),
    transport: textField(),
    family: textField(),
    source: textField(),
  });
  const filters = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== ''));
  const { data, error, refetch } = useGet<{ count: number; items: Connection[] }>('connections', {
    query: { ...filters, limit: shownMax },
    everyMs: 5_000,
  });
  const rows = data?.items ?? [];
  return (
    <View title={t('connections.title')}>
      <ProblemAlert error={error} onRetry={refetch} />
      <p role="status">
        {t('connections.shown', { shown: rows.length, count: data?.count ?? 0 })}{' '}
        {Object.values(filters).join(' · ')}
      </p>
      <Table<Connection>
        size="small"
        aria-label={t('connections.title')}
        dataSource={rows}
        rowKey={({ clientId, source, since }) => `${clientId} ${source} ${since}`}
        pagination={{ pageSize: 50, showSizeChanger: false }}
        locale={{ emptyText: <PageLink to="/access">{t('connections.none')}</PageLink> }}
        columns={[
          { key: 'client', title: t('connections.client'), render: (_, row) => row.clientId },
          {
            key: 'thing',
            title: t('tasks.thing'),
            render: (_, { thing }) =>
              thing === undefined ? '' : <PageLink to={`/things/${thing}`}>{`#${thing}`}</PageLink>,
          },
          {
            key: 'way',
            title: t('connections.way'),
            render: (_, { protocol, transport, family }) =>
              `${protocol.toUpperCase()} · ${transport.toUpperCase()} · IPv${family}`,
          },
          { key: 'source', title: t('connections.source'), render: (_, row) => row.source },
          {
            key: 'since',
            title: t('connections.since'),
            render: (_, row) => <Time value={row.since} />,
          },
        ]}
      />
    </View>
  );
}

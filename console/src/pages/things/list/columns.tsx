// SPDX-License-Identifier: Apache-2.0
import type { TableProps } from 'antd';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { PageLink } from '../../../kit/link.tsx';
import { useGet } from '../../../kit/queries.ts';
import { useCan, useSession } from '../../../kit/session.tsx';
import { Time } from '../../../kit/time.tsx';
import { Online } from '../online.tsx';
import { shortName, type Thing } from '../thing.ts';

const labelsShown = 3;

type Columns = NonNullable<TableProps<Thing>['columns']>;

/** What the list shows of a thing; its tenant where things of several are in it. */
export function useColumns(below: boolean): Columns {
  const { t } = useTranslation('things');
  const tenantName = useTenantNames(below);
  const tenant: Columns = [
    {
      key: 'tenant',
      title: t('columns.tenant'),
      width: 140,
      render: (_, thing) => <span className="th-one-line">{tenantName(thing.tenant)}</span>,
    },
  ];
  return [
    {
      key: 'id',
      title: t('columns.id'),
      width: 76,
      sorter: true,
      render: (_, { id }) => <span className="fs-number fs-muted">{id}</span>,
    },
    {
      key: 'status',
      title: t('columns.status'),
      width: 130,
      render: (_, thing) => <Status thing={thing} />,
    },
    {
      key: 'name',
      title: t('columns.name'),
      width: 210,
      sorter: true,
      ellipsis: true,
      render: (_, { id, name }) => <PageLink to={`/things/${id}`}>{name}</PageLink>,
    },
    {
      key: 'model',
      title: t('columns.model'),
      width: 140,
      ellipsis: true,
      render: (_, { model }) =>
        model === undefined ? (
          <span className="fs-muted">—</span>
        ) : (
          <span title={`${model.uri} ${model.version}`}>{shortName(model.uri)}</span>
        ),
    },
    { key: 'kind', title: t('columns.kind'), width: 80, render: (_, { kind }) => kind },
    {
      key: 'labels',
      title: t('columns.labels'),
      width: 210,
      render: (_, { labels }) => <Labels labels={labels} />,
    },
    ...(below ? tenant : []),
    {
      key: 'seen',
      title: t('columns.seen'),
      width: 150,
      render: (_, { seen }) => <Time value={seen} />,
    },
    {
      key: 'updated',
      title: t('columns.updated'),
      width: 150,
      sorter: true,
      render: (_, { updated }) => <Time value={updated} />,
    },
  ];
}

function Status({ thing }: { readonly thing: Thing }): JSX.Element {
  const { t } = useTranslation('things');
  const { lifecycle } = thing;
  return (
    <>
      <Online thing={thing} />{' '}
      {lifecycle !== 'active' && (
        <span className={lifecycle === 'disabled' ? 'fs-warn fs-small' : 'fs-muted fs-small'}>
          {t(`lifecycle.${lifecycle}`)}
        </span>
      )}
    </>
  );
}

export function Labels({ labels }: Pick<Thing, 'labels'>): JSX.Element {
  const all = Object.entries(labels);
  const rest = all.length - labelsShown;
  const title = all.map(([name, value]) => `${name} = ${value}`).join('\n');
  return (
    <span className="th-one-line" title={title}>
      {all.slice(0, labelsShown).map(([name, value]) => (
        <span key={name} className="th-label">
          {name}={value}
        </span>
      ))}
      {rest > 0 && <span className="fs-muted fs-small">+{rest}</span>}
    </span>
  );
}

interface TenantRow {
  readonly id: number;
  readonly name: string;
}

/** Names of the tenants below; their numbers where they may not be read. */
function useTenantNames(below: boolean): (id: number) => string {
  const enabled = useCan('tenants.read') && below;
  const { tenant, home } = useSession();
  const { data } = useGet<{ readonly items: readonly TenantRow[] }>('tenants', { enabled });
  const names = new Map([...(data?.items ?? []), tenant, home].map(({ id, name }) => [id, name]));
  return (id) => names.get(id) ?? `#${id}`;
}

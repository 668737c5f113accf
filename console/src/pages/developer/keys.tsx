// SPDX-License-Identifier: Apache-2.0
import { Button } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../kit/badges.tsx';
import { useConfirm } from '../../kit/confirm.tsx';
import { CopyAsCommand } from '../../kit/copyable.tsx';
import { useList } from '../../kit/list.ts';
import { useRefresh } from '../../kit/queries.ts';
import { useApi } from '../../kit/services.tsx';
import { useCan } from '../../kit/session.tsx';
import { DataTable } from '../../kit/table.tsx';
import { Time, useNow } from '../../kit/time.tsx';
import { CreateKey } from './create-key.tsx';
import { useMadeKeys } from './made-keys.ts';
import { Shown } from './shown-key.tsx';

interface ApiToken {
  readonly id: number;
  readonly account?: number;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly created: string;
  readonly expires?: string;
  readonly revoked?: string;
  readonly used?: string;
}

/** API tokens: made, shown once, seen being used, revoked. */
export function Keys(): JSX.Element {
  const { t } = useTranslation('developer');
  const [isOpen, setOpen] = useState(false);
  const mayCreate = useCan('tokens.create');
  const { keys } = useMadeKeys();
  const list = useList<ApiToken>('tokens');
  const [newest] = keys;
  const make = mayCreate ? (
    <Button type="primary" size="small" onClick={() => setOpen(true)}>
      {t('keys.new')}
    </Button>
  ) : (
    <span className="fs-muted">{t('keys.mayNot')}</span>
  );
  return (
    <div className="dv-stack">
      <div className="dv-row">
        {make}
        <CopyAsCommand method="GET" path="tokens" cli="fengsui token ls" />
      </div>
      {isOpen && <CreateKey onClose={() => setOpen(false)} />}
      {newest !== undefined && <Shown key={newest.id} made={newest} />}
      <DataTable
        list={list}
        columns={useColumns()}
        rowKey={({ id }) => id}
        label={t('tabs.keys')}
        empty={{ text: t('keys.none'), action: make }}
      />
    </div>
  );
}

function useColumns() {
  const { t } = useTranslation('developer');
  return [
    {
      key: 'name',
      title: t('keys.name'),
      width: 200,
      render: ({ name }: ApiToken) => <span data-own-name="">{name}</span>,
    },
    {
      key: 'scopes',
      title: t('keys.scopes'),
      width: 320,
      render: ({ scopes }: ApiToken) => scopes.join(' · '),
    },
    {
      key: 'owner',
      title: t('keys.owner'),
      width: 110,
      render: ({ account }: ApiToken) => (account === undefined ? '—' : `#${account}`),
    },
    {
      key: 'used',
      title: t('keys.used'),
      width: 150,
      render: ({ used }: ApiToken) => <Time value={used} relative />,
    },
    {
      key: 'expires',
      title: t('keys.expires'),
      width: 190,
      render: ({ expires, revoked }: ApiToken) => <End expires={expires} revoked={revoked} />,
    },
    {
      key: 'created',
      title: t('keys.created'),
      width: 180,
      render: ({ created }: ApiToken) => <Time value={created} />,
    },
    {
      key: 'act',
      title: '',
      width: 100,
      render: (token: ApiToken) => <Revoke token={token} />,
    },
  ];
}

function End(props: {
  readonly expires: string | undefined;
  readonly revoked: string | undefined;
}): JSX.Element {
  const { t } = useTranslation('developer');
  const { expires, revoked } = props;
  const now = useNow();
  if (revoked !== undefined) return <Badge tone="bad">{t('keys.revoked')}</Badge>;
  if (expires === undefined) return <span className="fs-muted">{t('keys.never')}</span>;
  const isOver = Date.parse(expires) < now;
  return isOver ? <Badge tone="bad">{t('keys.over')}</Badge> : <Time value={expires} />;
}

function Revoke({ token: { id, name, revoked } }: { readonly token: ApiToken }): JSX.Element {
  const { t } = useTranslation('developer');
  const api = useApi();
  const refresh = useRefresh();
  const confirm = useConfirm();
  if (revoked !== undefined) return <></>;
  return (
    <Button
      size="small"
      danger
      onClick={() =>
        confirm({
          title: t('keys.revokeTitle', { name }),
          text: t('keys.revokeText'),
          confirm: t('keys.revoke'),
          act: async () => {
            await api.delete(`tokens/${id}`);
            await refresh('tokens');
          },
        })
      }
    >
      {t('keys.revoke')}
    </Button>
  );
}

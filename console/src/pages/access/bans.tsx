// SPDX-License-Identifier: Apache-2.0
import { Button } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../kit/badges.tsx';
import { useConfirm } from '../../kit/confirm.tsx';
import { useList } from '../../kit/list.ts';
import { useRefresh } from '../../kit/queries.ts';
import { useApi } from '../../kit/services.tsx';
import { useCan } from '../../kit/session.tsx';
import { DataTable } from '../../kit/table.tsx';
import { isoText, Time } from '../../kit/time.tsx';
import { Ban } from './ban.tsx';

interface BanRow {
  readonly id: string;
  readonly kind: string;
  readonly target: string;
  readonly reason: string;
  readonly automatic: boolean;
  readonly by?: string;
  readonly created?: string;
  readonly until?: string;
}

const everyMs = 5_000;

/** Who is kept out, why, until when. */
export function Bans(): JSX.Element {
  const { t } = useTranslation('access');
  const may = useCan('diagnosis.manage');
  const [isAdding, setAdding] = useState(false);
  const list = useList<BanRow>('bans', { everyMs });
  const lift = useLift();
  const add = may && <Button onClick={() => setAdding(true)}>{t('bans.add')}</Button>;
  const columns = [
    {
      key: 'target',
      title: t('bans.target'),
      width: 260,
      render: (_: unknown, { kind, target }: BanRow) => (
        <>
          <span className="fs-muted">{t(`bans.kinds.${kind}`)}</span>{' '}
          <span className="ac-mono ac-break">{target}</span>
        </>
      ),
    },
    {
      key: 'reason',
      title: t('bans.reason'),
      width: 260,
      render: (_: unknown, { reason, automatic }: BanRow) =>
        automatic ? <Badge tone="warn">{t('bans.automatic', { limit: reason })}</Badge> : reason,
    },
    {
      key: 'by',
      title: t('bans.by'),
      width: 160,
      render: (_: unknown, { by, automatic }: BanRow) => (automatic ? t('bans.platform') : by),
    },
    {
      key: 'created',
      title: t('bans.created'),
      width: 130,
      render: (_: unknown, { created }: BanRow) =>
        created === undefined ? '' : <Time value={created} relative />,
    },
    {
      key: 'until',
      title: t('bans.until'),
      width: 170,
      render: (_: unknown, { until }: BanRow) =>
        until === undefined ? t('bans.forEver') : <span>{isoText(until)}</span>,
    },
    {
      key: 'lift',
      title: t('inbox.acts'),
      width: 100,
      render: (_: unknown, row: BanRow) =>
        may && (
          <Button size="small" onClick={() => lift(row)}>
            {t('bans.lift')}
          </Button>
        ),
    },
  ];
  return (
    <>
      {list.rows.length > 0 && <div className="ac-filters">{add}</div>}
      <DataTable
        list={list}
        columns={columns}
        rowKey={({ id }) => id}
        label={t('tabs.bans')}
        empty={{ text: t('bans.none'), action: add }}
      />
      {isAdding && <Ban target={{ source: '', identity: '' }} onClose={() => setAdding(false)} />}
    </>
  );
}

function useLift(): (row: BanRow) => void {
  const { t } = useTranslation('access');
  const api = useApi();
  const refresh = useRefresh();
  const confirm = useConfirm();
  return ({ id, target }) =>
    confirm({
      title: t('bans.liftTitle', { target }),
      text: t('bans.liftText'),
      confirm: t('bans.lift'),
      act: async () => {
        await api.delete(`bans/${encodeURIComponent(id)}`);
        await refresh('bans');
      },
    });
}

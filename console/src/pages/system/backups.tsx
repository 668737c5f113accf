// SPDX-License-Identifier: Apache-2.0
import { Alert, Button, Drawer, Flex, Spin, type TableProps } from 'antd';
import { useState, type JSX, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../kit/badges.tsx';
import { Copyable } from '../../kit/copyable.tsx';
import { ProblemAlert } from '../../kit/problem.tsx';
import { useGet } from '../../kit/queries.ts';
import { useApi } from '../../kit/services.tsx';
import { useCan } from '../../kit/session.tsx';
import { DataTable } from '../../kit/table.tsx';
import { Time } from '../../kit/time.tsx';
import { textField, useUrlState } from '../../kit/url-state.ts';
import { bytesText, countText } from './figures.ts';
import { useChange } from './use-change.ts';
import { wholeList } from './whole-list.ts';

interface Verdict {
  readonly time: string;
  readonly ok: boolean;
  /** What is wrong. */
  readonly detail: string;
  readonly things?: number;
  readonly points?: number;
  readonly records?: number;
  readonly acts?: number;
}

interface Backup {
  readonly name: string;
  readonly directory: string;
  readonly bytes: number;
  readonly created: string;
  readonly product: string;
  readonly scheduled: boolean;
  readonly verified?: Verdict;
  readonly restore: string;
}

interface BackupList {
  readonly running: boolean;
  readonly schedule: {
    readonly everyHours: number;
    readonly atHour: number;
    readonly keep: number;
  };
  readonly items: readonly Backup[];
}

const everyMs = 3_000;

/** Backups: made, checked, and the command that restores one. */
export function Backups(): JSX.Element {
  const { t } = useTranslation('system');
  const api = useApi();
  const canManage = useCan('system.manage');
  const result = useGet<BackupList>('backups', { everyMs });
  const [{ backup }, setState] = useUrlState({ backup: textField() });
  const { run, error, isBusy } = useChange('backups', 'system');
  const [busyName, setBusyName] = useState('');
  const isRunning = isBusy || result.data?.running === true;
  const make = (
    <Button
      type="primary"
      loading={isBusy && busyName === ''}
      disabled={isRunning}
      onClick={() => {
        setBusyName('');
        void run(() => api.post('backups'));
      }}
    >
      {t('backups.make')}
    </Button>
  );
  const verify = (name: string): void => {
    setBusyName(name);
    void run(() => api.post(`backups/${encodeURIComponent(name)}/verify`));
  };
  const verifyButton = ({ name, created }: Backup): ReactNode =>
    canManage && (
      <Button
        size="small"
        loading={isBusy && busyName === name}
        disabled={isRunning}
        aria-label={t('backups.verifyOf', { created })}
        onClick={(event) => {
          event.stopPropagation();
          verify(name);
        }}
      >
        {t('backups.verify')}
      </Button>
    );
  const columns = useColumns(verifyButton);
  const rows = result.data?.items ?? [];
  const chosen = rows.find(({ name }) => name === backup);
  return (
    <>
      <Flex gap="middle" wrap align="center" className="sy-tools">
        {canManage && make}
        <span>{result.data !== undefined && <Schedule schedule={result.data.schedule} />}</span>
        {isRunning && (
          <span role="status">
            <Spin size="small" /> {t('backups.running')}
          </span>
        )}
      </Flex>
      <ProblemAlert error={error} />
      <DataTable<Backup>
        list={wholeList(result, rows)}
        rowKey={({ name }) => name}
        label={t('tabs.backups')}
        onOpen={({ name }) => setState({ backup: name })}
        empty={{ text: t('backups.none'), action: canManage ? make : t('backups.ask') }}
        columns={columns}
      />
      {chosen !== undefined && <Restore backup={chosen} onClose={() => setState({ backup: '' })} />}
    </>
  );
}

function useColumns(
  verifyButton: (row: Backup) => ReactNode,
): NonNullable<TableProps<Backup>['columns']> {
  const { t } = useTranslation('system');
  return [
    {
      key: 'created',
      title: t('backups.created'),
      width: 190,
      render: (_, { created }) => <Time value={created} />,
    },
    {
      key: 'bytes',
      title: t('backups.size'),
      width: 110,
      align: 'right',
      render: (_, { bytes }) => <span className="fs-number">{bytesText(bytes)}</span>,
    },
    {
      key: 'by',
      title: t('backups.by'),
      width: 110,
      render: (_, { scheduled }) => t(scheduled ? 'backups.bySchedule' : 'backups.byHand'),
    },
    {
      key: 'product',
      title: t('backups.product'),
      width: 120,
      render: (_, row) => row.product,
    },
    {
      key: 'verified',
      title: t('backups.verified'),
      width: 320,
      render: (_, { verified }) => <VerdictText verdict={verified} />,
    },
    { key: 'acts', title: t('backups.act'), width: 120, render: (_, row) => verifyButton(row) },
  ];
}

function Schedule({ schedule }: Pick<BackupList, 'schedule'>): JSX.Element {
  const { t } = useTranslation('system');
  const { everyHours, atHour, keep } = schedule;
  if (everyHours === 0) return <Badge tone="warn">{t('backups.noSchedule')}</Badge>;
  const hour = `${String(atHour).padStart(2, '0')}:00`;
  return <>{t('backups.schedule', { hours: everyHours, hour, keep })}</>;
}

function VerdictText({ verdict }: { readonly verdict: Verdict | undefined }): JSX.Element {
  const { t } = useTranslation('system');
  if (verdict === undefined) return <span className="fs-muted">{t('backups.unverified')}</span>;
  const { ok, detail, time, things = 0, points = 0, records = 0 } = verdict;
  return (
    <>
      <Badge tone={ok ? 'good' : 'bad'}>{t(ok ? 'backups.whole' : 'backups.damaged')}</Badge>{' '}
      <span className="fs-muted fs-small">
        {ok
          ? t('backups.counts', {
              things: countText(things),
              points: countText(points),
              records: countText(records),
            })
          : detail}{' '}
        · <Time value={time} relative />
      </span>
    </>
  );
}

interface RestoreProps {
  readonly backup: Backup;
  readonly onClose: () => void;
}

function Restore({ backup, onClose }: RestoreProps): JSX.Element {
  const { t } = useTranslation('system');
  const title = t('backups.one', { name: backup.name });
  return (
    <Drawer className="sy-drawer" open size={640} title={title} onClose={onClose}>
      <Flex vertical gap="middle">
        <VerdictText verdict={backup.verified} />
        <div>
          <h3>{t('backups.where')}</h3>
          <Copyable text={backup.directory} label={t('backups.where')} />
        </div>
        <div>
          <h3>{t('backups.restore')}</h3>
          <Copyable text={backup.restore} label={t('backups.restore')} />
        </div>
        <Alert type="warning" showIcon title={t('backups.stopFirst')} />
      </Flex>
    </Drawer>
  );
}

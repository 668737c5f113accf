// SPDX-License-Identifier: Apache-2.0
import { Button } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../kit/badges.tsx';
import { useList } from '../../kit/list.ts';
import { DataTable } from '../../kit/table.tsx';
import { Time } from '../../kit/time.tsx';
import { AuditDetail } from './audit-detail.tsx';
import { toneOf, useActorName, type AuditEntry } from './audit-entry.ts';
import { AuditFilters } from './audit-filters.tsx';
import { AuditTools } from './audit-tools.tsx';
import { noFilters, queryOf, useAuditState } from './audit-state.ts';
import { usePermissionNames } from './names.ts';

/** Who has done what, or was refused it; the newest first. */
export function Audit(): JSX.Element {
  const { t } = useTranslation('system');
  const [state, setState] = useAuditState();
  const query = queryOf(state);
  const list = useList<AuditEntry>('audit', { query });
  const [opened, setOpened] = useState<AuditEntry>();
  const permission = usePermissionNames();
  const who = useActorName();
  return (
    <>
      <AuditTools query={query} onReload={list.reload} />
      <AuditFilters state={state} onChange={setState} />
      <DataTable<AuditEntry>
        list={list}
        rowKey={({ seq }) => seq}
        label={t('tabs.audit')}
        onOpen={setOpened}
        empty={{
          text: t('audit.none'),
          action: <Button onClick={() => setState(noFilters)}>{t('audit.all')}</Button>,
        }}
        columns={[
          {
            key: 'time',
            title: t('audit.time'),
            width: 170,
            render: (_, { time }) => <Time value={time} />,
          },
          { key: 'who', title: t('audit.who'), width: 170, render: (_, { actor }) => who(actor) },
          {
            key: 'act',
            title: t('audit.act'),
            width: 270,
            render: (_, { act }) => (
              <>
                {permission(act) === act ? null : `${permission(act)} `}
                <code className="fs-muted fs-small">{act}</code>
              </>
            ),
          },
          {
            key: 'resource',
            title: t('audit.resource'),
            width: 190,
            render: (_, { resource }) =>
              resource === undefined ? '' : `${resource.kind} ${resource.id ?? ''}`,
          },
          {
            key: 'result',
            title: t('audit.result'),
            width: 230,
            render: (_, { result, code }) => (
              <>
                <Badge tone={toneOf[result]}>{t(`audit.is.${result}`)}</Badge>{' '}
                <code className="fs-muted fs-small">{code}</code>
              </>
            ),
          },
          { key: 'source', title: t('audit.source'), width: 140, render: (_, row) => row.source },
        ]}
      />
      {opened !== undefined && <AuditDetail entry={opened} onClose={() => setOpened(undefined)} />}
    </>
  );
}

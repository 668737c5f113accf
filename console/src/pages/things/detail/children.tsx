// SPDX-License-Identifier: Apache-2.0
import { useNavigate } from '@tanstack/react-router';
import { Button } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { PageLink } from '../../../kit/link.tsx';
import { useCount, useList } from '../../../kit/list.ts';
import { useCan } from '../../../kit/session.tsx';
import { DataTable } from '../../../kit/table.tsx';
import { CreateThing } from '../form/create.tsx';
import { useColumns } from '../list/columns.tsx';
import { useLiveStatus } from '../list/live-status.ts';
import type { Thing } from '../thing.ts';
import type { TabProps } from './thing.tsx';

/** What is below this thing: devices behind a gateway, rooms of a house. */
export function Children({ thing }: TabProps): JSX.Element {
  const { t } = useTranslation('things');
  const navigate = useNavigate();
  const mayWrite = useCan('things.write');
  const [isNew, setNew] = useState(false);
  const query = { filter: `parent = ${thing.id}` };
  const list = useList<Thing>('things', { query });
  const rows = useLiveStatus(list.rows, list);
  const count = useCount('things/count', query);
  const columns = useColumns(false);
  const add = mayWrite && <Button onClick={() => setNew(true)}>{t('children.add')}</Button>;
  return (
    <div className="th-grid">
      <div className="th-chips">
        {rows.length > 0 && add}
        <PageLink to={`/things?filter=${encodeURIComponent(query.filter)}`}>
          {t('children.inList')}
        </PageLink>
      </div>
      <DataTable<Thing>
        list={{ ...list, rows }}
        columns={columns}
        rowKey={({ id }) => id}
        label={t('tabs.children')}
        count={count}
        onOpen={({ id }) => void navigate({ to: `/things/${id}` })}
        empty={{ text: t('children.none'), action: add }}
      />
      {isNew && <CreateThing parent={thing.id} onClose={() => setNew(false)} />}
    </div>
  );
}

// SPDX-License-Identifier: Apache-2.0
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge, type Tone } from '../../../kit/badges.tsx';
import { PageLink } from '../../../kit/link.tsx';
import { useList } from '../../../kit/list.ts';
import { DataTable } from '../../../kit/table.tsx';
import { Time } from '../../../kit/time.tsx';
import type { TabProps } from './thing.tsx';

interface Entry {
  readonly seq: number;
  readonly time: string;
  readonly actor: { readonly kind: string; readonly id?: number; readonly account?: number };
  readonly act: string;
  readonly source?: string;
  readonly result: 'done' | 'refused' | 'failed';
  readonly code?: string;
  readonly detail: { readonly request?: unknown };
}

const toneOf = {
  ...{ done: 'good', refused: 'bad', failed: 'warn' },
} as const satisfies Record<string, Tone>;

/** Who has done what with this thing. */
export function Audit({ thing }: TabProps): JSX.Element {
  const { t } = useTranslation('things');
  const list = useList<Entry>('audit', {
    query: { resourceKind: 'things', resource: String(thing.id) },
  });
  return (
    <DataTable<Entry>
      list={list}
      rowKey={({ seq }) => seq}
      label={t('tabs.audit')}
      empty={{
        text: t('audit.none'),
        action: <PageLink to={`/things/${thing.id}`}>{t('audit.back')}</PageLink>,
      }}
      columns={[
        {
          key: 'time',
          title: t('audit.time'),
          width: 170,
          render: (_, { time }) => <Time value={time} />,
        },
        { key: 'who', title: t('audit.who'), width: 150, render: (_, { actor }) => whoText(actor) },
        {
          key: 'act',
          title: t('audit.act'),
          width: 320,
          render: (_, { act, detail }) => (
            <>
              {act}{' '}
              <span className="fs-muted fs-small">
                {typeof detail.request === 'string' ? detail.request : ''}
              </span>
            </>
          ),
        },
        {
          key: 'result',
          title: t('audit.result'),
          width: 180,
          render: (_, { result, code }) => (
            <>
              <Badge tone={toneOf[result]}>{t(`audit.is.${result}`)}</Badge> <code>{code}</code>
            </>
          ),
        },
        {
          key: 'source',
          title: t('audit.source'),
          width: 160,
          render: (_, { source }) => source,
        },
      ]}
    />
  );
}

function whoText({ kind, id }: Entry['actor']): string {
  return id === undefined ? kind : `${kind} ${id}`;
}

// SPDX-License-Identifier: Apache-2.0
import { Button } from 'antd';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { PageLink } from '../../kit/link.tsx';
import { useCan } from '../../kit/session.tsx';
import type { DataTableProps } from '../../kit/table.tsx';
import { Time } from '../../kit/time.tsx';
import type { BanTarget } from './ban.tsx';
import type { Entry } from './entry.ts';

export interface EntryActs {
  readonly onClaim: (entry: Entry) => void;
  readonly onBan: (target: BanTarget) => void;
}

/** Columns of the inbox. */
export function useColumns(acts: EntryActs): DataTableProps<Entry>['columns'] {
  const { t } = useTranslation('access');
  const cell = (render: (entry: Entry) => JSX.Element) => (_: unknown, entry: Entry) =>
    render(entry);
  return [
    {
      key: 'time',
      title: t('inbox.last'),
      width: 100,
      render: cell(({ time }) => <Time value={time} relative />),
    },
    {
      key: 'step',
      title: t('inbox.step'),
      width: 96,
      render: cell(({ step }) => <>{t(`entrySteps.${step}`)}</>),
    },
    {
      key: 'reason',
      title: t('inbox.reason'),
      width: 380,
      render: cell(({ title, fix, at }) => (
        <div className="ac-reason">
          <strong>{title}</strong>
          {at !== undefined && <span className="ac-mono"> {at}</span>}
          <div className="fs-muted fs-small">{fix}</div>
        </div>
      )),
    },
    {
      key: 'source',
      title: t('inbox.source'),
      width: 160,
      render: cell(({ source, protocol, transport }) => (
        <>
          <div className="ac-mono ac-break">{source}</div>
          <div className="fs-muted fs-small">{wayText(protocol, transport)}</div>
        </>
      )),
    },
    {
      key: 'identity',
      title: t('inbox.identity'),
      width: 150,
      render: cell((entry) => <Identity entry={entry} />),
    },
    {
      key: 'count',
      title: t('inbox.count'),
      width: 70,
      render: cell(({ count }) => <span className="fs-number">{count}</span>),
    },
    {
      key: 'first',
      title: t('inbox.first'),
      width: 100,
      render: cell(({ first }) => <Time value={first} relative />),
    },
    {
      key: 'acts',
      title: t('inbox.acts'),
      width: 150,
      render: cell((entry) => <Acts entry={entry} {...acts} />),
    },
  ];
}

function Identity({ entry: { identity, thing } }: { readonly entry: Entry }): JSX.Element {
  return (
    <div className="ac-break">
      {identity === '' ? <span className="fs-muted">—</span> : identity}
      {thing !== undefined && (
        <div>
          <PageLink to={`/things/${thing}`}>{`#${thing}`}</PageLink>
        </div>
      )}
    </div>
  );
}

/** What can be done about an entry. */
export function Acts({
  entry,
  onClaim,
  onBan,
}: EntryActs & { readonly entry: Entry }): JSX.Element {
  const { t } = useTranslation('access');
  const may = useCan('diagnosis.manage');
  if (!may) return <span className="fs-muted">{t('inbox.readOnly')}</span>;
  return (
    <span className="ac-acts">
      {entry.claimable && (
        <Button size="small" type="primary" onClick={() => onClaim(entry)}>
          {t('claim.claim')}
        </Button>
      )}
      <Button size="small" onClick={() => onBan(targetOf(entry))}>
        {t('ban.ban')}
      </Button>
    </span>
  );
}

/** `mqtt · tls`; of HTTP both are the same word. */
export function wayText(protocol: string, transport: string): string {
  return protocol === transport ? protocol : `${protocol} · ${transport}`;
}

function targetOf({ source, identity }: Entry): BanTarget {
  return { source, identity };
}

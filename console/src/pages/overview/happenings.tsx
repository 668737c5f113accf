// SPDX-License-Identifier: Apache-2.0
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { PageLink } from '../../kit/link.tsx';
import { useLive } from '../../kit/live.ts';
import { useGet } from '../../kit/queries.ts';
import { Time } from '../../kit/time.tsx';

interface Happening {
  readonly offset: number;
  readonly thing: number;
  readonly event: string;
  readonly time: string;
  readonly data: unknown;
}

/** Rows that fit without scrolling. */
const shownMax = 12;

/** Events of things as they come; the list begins when the page is opened. */
export function Happenings(): JSX.Element {
  const { t } = useTranslation('overview');
  const [rows, setRows] = useState<readonly Happening[]>([]);
  const [left, setLeft] = useState(0);
  useLive({ kind: 'events', ratePerSecond: 10 }, (items, dropped) => {
    const come = items.filter(isHappening).toReversed();
    if (come.length > 0) setRows((before) => [...come, ...before].slice(0, shownMax));
    if (dropped > 0) setLeft((before) => before + dropped);
  });
  if (rows.length === 0) return <p className="fs-muted">{t('happenings.none')}</p>;
  return (
    <>
      <ol className="ov-happenings" aria-live="polite">
        {rows.map((row) => (
          <Row key={row.offset} row={row} />
        ))}
      </ol>
      {left > 0 && <p className="fs-muted fs-small">{t('happenings.left', { count: left })}</p>}
    </>
  );
}

function Row({ row: { thing, event, time, data } }: { readonly row: Happening }): JSX.Element {
  const { data: about } = useGet<{ readonly name: string }>(`things/${thing}`);
  return (
    <li>
      <Time value={time} />
      <PageLink to={`/things/${thing}`}>{about?.name ?? `#${thing}`}</PageLink>
      <strong>{event}</strong>
      <span className="fs-muted ov-data">{dataText(data)}</span>
    </li>
  );
}

function dataText(data: unknown): string {
  if (data === null || data === undefined) return '';
  if (typeof data !== 'object') return JSON.stringify(data);
  return Object.entries(data)
    .map(([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : value}`)
    .join(' · ');
}

function isHappening(item: unknown): item is Happening {
  return (
    typeof item === 'object' &&
    item !== null &&
    'offset' in item &&
    typeof item.offset === 'number' &&
    'thing' in item &&
    typeof item.thing === 'number' &&
    'event' in item &&
    typeof item.event === 'string' &&
    'time' in item &&
    typeof item.time === 'string'
  );
}

// SPDX-License-Identifier: Apache-2.0
import type { JSX, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { PageLink } from '../../kit/link.tsx';
import { pageOf, type AccessFigure, type Figure, type OverviewFigures } from './figures.ts';

/** A number as it is shown: about, when not all were counted. */
export function useCountText(): (figure: Pick<Figure, 'count' | 'exact'>) => string {
  const { t, i18n } = useTranslation('overview');
  return ({ count, exact }) => {
    const text = count.toLocaleString(i18n.language);
    return exact ? text : t('about', { count: text });
  };
}

interface TileProps {
  readonly name: string;
  readonly value: string;
  readonly to: string | undefined;
  readonly note?: ReactNode;
}

function Tile({ name, value, to, note }: TileProps): JSX.Element {
  const body = (
    <>
      <span className="fs-muted">{name}</span>
      <strong className="fs-number">{value}</strong>
      <span className="fs-muted fs-small">{note}</span>
    </>
  );
  if (to === undefined) return <div className="ov-tile">{body}</div>;
  return (
    <PageLink to={to} className="ov-tile">
      {body}
    </PageLink>
  );
}

/** The numbers that are looked at first; each leads to its list. */
export function Tiles({ data, linked }: { data: OverviewFigures; linked: boolean }): JSX.Element {
  const { t, i18n } = useTranslation('overview');
  const text = useCountText();
  const { things, online, neverSeen, models, tasksOpen, system } = data;
  const to = (figure: Figure): string | undefined => (linked ? pageOf(figure.list) : undefined);
  const number = (value: number, digits = 0): string =>
    value.toLocaleString(i18n.language, { maximumFractionDigits: digits });
  return (
    <div className="ov-tiles">
      <Tile name={t('tiles.things')} value={text(things)} to={to(things)} />
      <Tile
        name={t('tiles.online')}
        value={text(online)}
        to={to(online)}
        note={t('notes.online')}
      />
      <Tile
        name={t('tiles.neverSeen')}
        value={text(neverSeen)}
        to={to(neverSeen)}
        note={t('notes.neverSeen')}
      />
      {models !== undefined && (
        <Tile name={t('tiles.models')} value={text(models)} to={to(models)} />
      )}
      {tasksOpen !== undefined && (
        <Tile name={t('tiles.tasksOpen')} value={text(tasksOpen)} to={to(tasksOpen)} />
      )}
      {system !== undefined && (
        <>
          <Tile
            name={t('tiles.connections')}
            value={text(system.connections)}
            to={to(system.connections)}
          />
          <Tile
            name={t('tiles.rate')}
            value={number(system.rate.messages, 1)}
            to={undefined}
            note={t('notes.rate', { count: number(system.rate.readings, 1) })}
          />
          <Tile
            name={t('tiles.points')}
            value={number(system.points)}
            to={undefined}
            note={
              system.bytesPerPoint === undefined
                ? t('notes.lag', { count: system.lag })
                : t('notes.bytes', { bytes: number(system.bytesPerPoint, 2), count: system.lag })
            }
          />
        </>
      )}
    </div>
  );
}

/** Connections by the way they come. */
export function Accesses(props: {
  readonly accesses: readonly AccessFigure[];
  readonly linked: boolean;
}): JSX.Element {
  const { t } = useTranslation('overview');
  const text = useCountText();
  const { accesses, linked } = props;
  if (accesses.length === 0) return <p className="fs-muted">{t('accesses.none')}</p>;
  const most = Math.max(...accesses.map(({ count }) => count));
  return (
    <ul className="ov-bars">
      {accesses.map((access) => {
        const { protocol, transport, family, count, list } = access;
        const name = `${protocol.toUpperCase()} · ${transport.toUpperCase()} · IPv${family}`;
        return (
          <li key={name}>
            <span>{linked ? <PageLink to={pageOf(list)}>{name}</PageLink> : name}</span>
            <meter min={0} max={most} value={count} aria-label={name} />
            <span className="fs-number">{text(access)}</span>
          </li>
        );
      })}
    </ul>
  );
}

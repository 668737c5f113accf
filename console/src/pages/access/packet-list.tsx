// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState, type JSX, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { isoText } from '../../kit/time.tsx';
import type { PacketRow } from './packet-buffer.ts';

/** As in the style sheet. */
const rowPx = 24;
/** There is room for these always. */
const rowsMin = 5;
/** Rows beyond the edges of what is in sight. */
const aroundRows = 8;

interface PacketListProps {
  /** The newest last; it is shown on top. */
  readonly rows: readonly PacketRow[];
  readonly chosen: PacketRow | undefined;
  readonly onChoose: (row: PacketRow) => void;
  readonly onStep: (by: number) => void;
}

const idOf = ({ packet }: PacketRow): string => `ac-packet-${packet.message}-${packet.direction}`;

/** One line a packet; only those in sight are in the document. */
export function PacketList({ rows, chosen, onChoose, onStep }: PacketListProps): JSX.Element {
  const { t } = useTranslation('access');
  const place = useRef<HTMLDivElement>(null);
  const last = rows.length - 1;
  const [sight, setSight] = useState({ top: 0, height: 600 });
  const at = chosen === undefined ? -1 : rows.indexOf(chosen);
  const chosenAt = at < 0 ? -1 : last - at;
  useEffect(() => {
    const { current } = place;
    if (current === null || chosenAt < 0) return;
    const { scrollTop, clientHeight } = current;
    const top = chosenAt * rowPx;
    if (top < scrollTop) current.scrollTop = top;
    else if (top + rowPx > scrollTop + clientHeight) current.scrollTop = top + rowPx - clientHeight;
  }, [chosenAt]);
  const first = Math.max(0, Math.floor(sight.top / rowPx) - aroundRows);
  const end = Math.min(rows.length, Math.ceil((sight.top + sight.height) / rowPx) + aroundRows);
  // Newest first, without a copy of all.
  const seen = rows.slice(rows.length - end, rows.length - first).toReversed();
  const press = (event: KeyboardEvent): void => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    onStep(by);
  };
  return (
    <div className="ac-list">
      <div className="ac-row ac-head" aria-hidden="true">
        <span>{t('packets.time')}</span>
        <span>{t('packets.direction')}</span>
        <span>{t('packets.type')}</span>
        <span>{t('packets.who')}</span>
        <span>{t('packets.size')}</span>
        <span>{t('packets.outcome')}</span>
      </div>
      <div
        ref={place}
        className="ac-scroll"
        role="listbox"
        tabIndex={0}
        aria-label={t('packets.list')}
        {...(chosen === undefined || at < 0 ? {} : { 'aria-activedescendant': idOf(chosen) })}
        onKeyDown={press}
        style={{ height: `min(36vh, ${Math.max(rowsMin, rows.length) * rowPx}px)` }}
        onScroll={({ currentTarget: { scrollTop, clientHeight } }) =>
          setSight({ top: scrollTop, height: clientHeight })
        }
      >
        <div style={{ height: rows.length * rowPx }} role="presentation">
          {seen.map((row, index) => (
            <div
              key={idOf(row)}
              id={idOf(row)}
              role="option"
              aria-selected={row === chosen}
              className="ac-row ac-packet"
              style={{ top: (first + index) * rowPx }}
              onClick={() => onChoose(row)}
            >
              <Cells row={row} />
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

function Cells({ row: { packet, steps } }: { readonly row: PacketRow }): JSX.Element {
  const { t } = useTranslation('access');
  const { time, direction, name, thing, clientId, source, bytes, outcome } = packet;
  const failed = outcome.ok ? steps.find(({ ok }) => !ok) : undefined;
  const isGood = outcome.ok && failed === undefined;
  const who = thing === undefined ? clientId || source : `#${thing} ${clientId}`;
  const place = outcome.at === undefined ? '' : ` ${outcome.at}`;
  const why = failed === undefined ? `${outcome.code ?? ''}${place}` : failed.detail;
  return (
    <>
      <span className="fs-number">{`${isoText(time).slice(11)}.${time.slice(20, 23)}`}</span>
      <span>{t(`packets.arrows.${direction}`)}</span>
      <span>{name}</span>
      <span className="ac-ellipsis">{who}</span>
      <span className="fs-number">{bytes}</span>
      <span className={`ac-ellipsis ${isGood ? 'fs-good' : 'fs-bad'}`}>
        {isGood ? t('packets.ok') : `${t('packets.bad')} ${why}`}
      </span>
    </>
  );
}

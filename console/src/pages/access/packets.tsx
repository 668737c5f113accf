// SPDX-License-Identifier: Apache-2.0
import { Button, Empty, Flex } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useKeys } from '../../kit/keys.ts';
import { download } from './download.ts';
import { filtered, rowsMax, type PacketRow } from './packet-buffer.ts';
import { PacketDetail } from './packet-detail.tsx';
import { PacketFilters, PacketTarget, useRequest } from './packet-filters.tsx';
import { PacketList } from './packet-list.tsx';
import { useAccessState } from './state.ts';
import { usePackets } from './use-packets.ts';

/** Frames as they go over the wire, and what became of each message. */
export function Packets(): JSX.Element {
  const { t } = useTranslation('access');
  const [state, set] = useAccessState();
  const request = useRequest();
  const [paused, setPaused] = useState(false);
  const [chosen, setChosen] = useState<PacketRow>();
  const { rows, taken, dropped, evicted, clear } = usePackets(request, paused);
  const { direction, name, faults } = state;
  const shown = filtered(rows, { direction, name, faultsOnly: faults });
  const choose = (row: PacketRow | undefined): void => {
    setChosen(row);
    // What is read must not run away.
    if (row !== undefined) setPaused(true);
  };
  const at = chosen === undefined ? -1 : shown.indexOf(chosen);
  // The newest is on top, and the last of the rows.
  const step = (by: number): void =>
    choose(shown[clamp(at < 0 ? shown.length - 1 : at - by, shown)]);
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    p: () => setPaused(!paused),
    Escape: () => choose(undefined),
  });
  const start = (
    <Button type="primary" onClick={() => set({ follow: true })}>
      {t('packets.start')}
    </Button>
  );
  const reset = (): void => {
    clear();
    choose(undefined);
  };
  return (
    <div className="ac-packets">
      <PacketTarget />
      <Flex gap="small" wrap align="center" className="ac-filters">
        {state.follow ? (
          <Button onClick={() => set({ follow: false })}>{t('packets.stop')}</Button>
        ) : (
          rows.length > 0 && start
        )}
        <Button disabled={!state.follow} onClick={() => setPaused(!paused)}>
          {t(paused ? 'packets.resume' : 'packets.pause')}
        </Button>
        <Button disabled={rows.length === 0} onClick={reset}>
          {t('packets.clear')}
        </Button>
        <Button
          disabled={shown.length === 0}
          onClick={() => download('packets.ndjson', ndjson(shown), 'application/x-ndjson')}
        >
          {t('packets.download')}
        </Button>
        <PacketFilters rows={rows} />
      </Flex>
      <p className="fs-muted fs-small ac-counts" role="status">
        <span data-count="taken">{t('packets.taken', { shown: shown.length, taken })}</span>{' '}
        <span data-count="dropped" className={dropped > 0 ? 'fs-warn' : ''}>
          {t('packets.dropped', { count: dropped })}
        </span>{' '}
        {evicted > 0 && <span>{t('packets.evicted', { count: evicted, most: rowsMax })} </span>}
        {paused && <strong>{t('packets.paused')}</strong>}
      </p>
      {rows.length === 0 ? (
        <Empty
          image={Empty.PRESENTED_IMAGE_SIMPLE}
          className="fs-empty"
          description={t(state.follow ? 'packets.waiting' : 'packets.none')}
        >
          {state.follow ? (
            <Button onClick={() => set({ tab: 'connect', follow: false }, 'push')}>
              {t('inbox.toConnect')}
            </Button>
          ) : (
            start
          )}
        </Empty>
      ) : (
        <div className="ac-inspector">
          <PacketList rows={shown} chosen={chosen} onChoose={choose} onStep={step} />
          {chosen === undefined ? (
            <p className="fs-muted ac-hint">{t('packets.choose')}</p>
          ) : (
            <PacketDetail row={chosen} />
          )}
        </div>
      )}
    </div>
  );
}

function clamp(index: number, rows: readonly PacketRow[]): number {
  return Math.max(0, Math.min(rows.length - 1, index));
}

function ndjson(rows: readonly PacketRow[]): string {
  return rows.map(({ packet, steps }) => `${JSON.stringify({ ...packet, steps })}\n`).join('');
}

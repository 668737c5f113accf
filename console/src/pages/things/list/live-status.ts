// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState } from 'react';
import { useLive } from '../../../kit/live.ts';
import type { Thing } from '../thing.ts';

type Status = Pick<Thing, 'online' | 'lifecycle'> & { readonly seen: string; cause?: string };

/** Twice a second is enough for the eye. */
const showEveryMs = 500;
const reloadMsMin = 10_000;
const ratePerSecond = 20;

export interface LiveStatusOptions {
  /** Things to follow; all where left out. */
  readonly only?: readonly number[];
  /** More has happened than can be told here, or something else than connections. */
  readonly reload: () => unknown;
}

/** Things with the connections that have come and gone since they were read. */
export function useLiveStatus(
  rows: readonly Thing[],
  { only, reload }: LiveStatusOptions,
): readonly Thing[] {
  const waiting = useRef(new Map<number, Status>());
  const reloadedAt = useRef(0);
  const [known, setKnown] = useState<ReadonlyMap<number, Status>>(new Map());
  const shown = new Set(rows.map(({ id }) => id));
  const request = { kind: 'lifecycle', ratePerSecond, ...(only && { things: [...only] }) } as const;
  useLive(request, (items, dropped) => {
    for (const item of items) {
      if (!isConnection(item) || !shown.has(item.thing)) continue;
      const { thing, change, time, cause } = item;
      const online = change === 'online';
      const status = { online, lifecycle: 'active', seen: time } as const;
      waiting.current.set(thing, cause === undefined ? status : { ...status, cause });
    }
    const changed = only !== undefined && items.some((item) => !isConnection(item));
    if (changed) reload();
    if (dropped === 0 || Date.now() - reloadedAt.current < reloadMsMin) return;
    reloadedAt.current = Date.now();
    reload();
  });
  useEffect(() => {
    const timer = setInterval(() => {
      if (waiting.current.size === 0) return;
      const news = waiting.current;
      waiting.current = new Map();
      setKnown((before) => new Map([...before, ...news]));
    }, showEveryMs);
    return () => clearInterval(timer);
  }, []);
  if (known.size === 0) return rows;
  return rows.map((thing) => withStatus(thing, known.get(thing.id)));
}

function withStatus(thing: Thing, status: Status | undefined): Thing {
  if (status === undefined || status.seen <= (thing.seen ?? '')) return thing;
  const { cause: _before, ...rest } = thing;
  const lifecycle = thing.lifecycle === 'registered' ? status.lifecycle : thing.lifecycle;
  return { ...rest, ...status, lifecycle };
}

interface ConnectionItem {
  readonly change: 'online' | 'offline';
  readonly thing: number;
  readonly time: string;
  readonly cause?: string;
}

function isConnection(item: unknown): item is ConnectionItem {
  return (
    typeof item === 'object' &&
    item !== null &&
    'change' in item &&
    (item.change === 'online' || item.change === 'offline') &&
    'thing' in item &&
    typeof item.thing === 'number' &&
    'time' in item &&
    typeof item.time === 'string'
  );
}

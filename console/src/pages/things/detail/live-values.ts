// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState } from 'react';
import type { LiveReading } from '../../../../../src/api/live/protocol.ts';
import { useLive } from '../../../kit/live.ts';
import type { CurrentValue, CurrentValues } from '../thing.ts';

/** Newest values of a series, as pairs of milliseconds and value. */
export type Trend = readonly (readonly [number, number])[];

const showEveryMs = 500;
const propertiesMax = 50;
const trendMax = 60;

interface LiveValues {
  readonly values: CurrentValues | undefined;
  /** What has come since the page was opened. */
  readonly trends: ReadonlyMap<string, Trend>;
  readonly dropped: number;
}

/** Values that were read, and over them what has come since; shown anew at most twice a second. */
export function useLiveValues(thing: number, read: CurrentValues | undefined): LiveValues {
  const waiting = useRef<LiveReading[]>([]);
  const [came, setCame] = useState<CurrentValues>({});
  const [trends, setTrends] = useState<ReadonlyMap<string, Trend>>(new Map());
  const [dropped, setDropped] = useState(0);
  const properties = Math.min(propertiesMax, Math.max(1, Object.keys(read ?? {}).length));
  useLive({ kind: 'readings', things: [thing], ratePerSecond: 2 * properties }, (items, left) => {
    for (const item of items) if (isReading(item)) waiting.current.push(item);
    if (left > 0) setDropped((before) => before + left);
  });
  useEffect(() => {
    const timer = setInterval(() => {
      const news = waiting.current;
      if (news.length === 0) return;
      waiting.current = [];
      setCame((before) => news.reduce(withReading, before));
      setTrends((before) => news.reduce(withPoint, before));
    }, showEveryMs);
    return () => clearInterval(timer);
  }, []);
  const values = read === undefined ? undefined : Object.entries(came).reduce(newest, read);
  return { values, trends, dropped };
}

function withReading(values: CurrentValues, reading: LiveReading): CurrentValues {
  const { property, value, time, quality, unit } = reading;
  const current = { value, time, quality, ...(unit === undefined ? {} : { unit }) };
  return newest(values, [property, current]);
}

function newest(
  values: CurrentValues,
  [property, current]: readonly [string, CurrentValue],
): CurrentValues {
  const known = values[property];
  if (known !== undefined && known.time > current.time) return values;
  return { ...values, [property]: current };
}

function withPoint(
  trends: ReadonlyMap<string, Trend>,
  { property, value, time }: LiveReading,
): ReadonlyMap<string, Trend> {
  if (typeof value !== 'number') return trends;
  const points = [...(trends.get(property) ?? []), [Date.parse(time), value] as const];
  return new Map(trends).set(property, points.slice(-trendMax));
}

function isReading(item: unknown): item is LiveReading {
  return (
    typeof item === 'object' &&
    item !== null &&
    'property' in item &&
    typeof item.property === 'string' &&
    'time' in item &&
    typeof item.time === 'string' &&
    'value' in item
  );
}

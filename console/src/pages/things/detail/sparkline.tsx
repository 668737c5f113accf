// SPDX-License-Identifier: Apache-2.0
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useGet } from '../../../kit/queries.ts';
import type { Points } from './points.ts';
import type { Trend } from './live-values.ts';

const pointsMax = 60;

export interface SparklineProps {
  readonly id: number;
  readonly name: string;
  readonly from: string;
  readonly trend: Trend | undefined;
}

/** The last hour of a number as a small line, and what has come since. */
export function Sparkline({ id, name, from, trend = [] }: SparklineProps): JSX.Element | null {
  const { t } = useTranslation('things');
  const path = `things/${id}/properties/${encodeURIComponent(name)}/history`;
  const { data } = useGet<Points>(path, { query: { from, points: pointsMax } });
  const known = (data?.points ?? []).flatMap(({ time, value }) =>
    typeof value === 'number' ? [[Date.parse(time), value] as const] : [],
  );
  const last = known.at(-1)?.[0] ?? 0;
  const points = [...known, ...trend.filter(([time]) => time > last)];
  if (points.length < 2) return null;
  const [first = 0] = points[0] ?? [];
  const span = Math.max(1, (points.at(-1)?.[0] ?? 0) - first);
  const values = points.map(([, value]) => value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const line = points
    .map(([time, value]) => {
      const y = high === low ? 12 : 22 - (20 * (value - low)) / (high - low);
      return `${((118 * (time - first)) / span + 1).toFixed(1)},${y.toFixed(1)}`;
    })
    .join(' ');
  return (
    <svg
      className="th-spark"
      viewBox="0 0 120 24"
      role="img"
      aria-label={t('live.trendOf', { name, low, high })}
    >
      <polyline points={line} />
    </svg>
  );
}

// SPDX-License-Identifier: Apache-2.0
import { Empty, Spin } from 'antd';
import { lazy, Suspense, useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { QualityBadge } from '../../../kit/badges.tsx';
import { CopyAsCommand } from '../../../kit/copyable.tsx';
import { PageLink } from '../../../kit/link.tsx';
import { ProblemAlert } from '../../../kit/problem.tsx';
import { useGet } from '../../../kit/queries.ts';
import { Time } from '../../../kit/time.tsx';
import { valueText, type CurrentValues } from '../thing.ts';
import { Sparkline } from './sparkline.tsx';
import type { TabProps } from './thing.tsx';
import { useLiveValues, type Trend } from './live-values.ts';
import { useModel } from './model.ts';

const Locations = lazy(async () => ({ default: (await import('./locations.tsx')).Locations }));

/** What a thing reports, as it comes: at most twice a second. */
export function Live({ thing }: TabProps): JSX.Element {
  const { t } = useTranslation('things');
  const { id } = thing;
  const path = `things/${id}/properties`;
  const { data, error, refetch } = useGet<CurrentValues>(path, { everyMs: 'whenNotLive' });
  const { values, trends, dropped } = useLiveValues(id, data);
  const model = useModel(thing);
  const [from] = useState(() => new Date(Date.now() - 3_600_000).toISOString());
  if (values === undefined) {
    return error === null ? (
      <Spin className="fs-wait" />
    ) : (
      <ProblemAlert error={error} onRetry={refetch} />
    );
  }
  const names = Object.keys(values).toSorted();
  if (names.length === 0) {
    return (
      <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('live.none')} className="fs-empty">
        <PageLink to={`/things/${id}?tab=diagnosis`}>{t('live.why')}</PageLink>
      </Empty>
    );
  }
  const hasPlace = names.some((name) => isPlace(values[name]?.value));
  return (
    <div className="th-grid">
      <ProblemAlert error={error} onRetry={refetch} />
      <div className="th-scroll" tabIndex={0} role="region" aria-label={t('tabs.live')}>
        <table className="th-table">
          <thead>
            <tr>
              <th scope="col">{t('live.property')}</th>
              <th scope="col">{t('live.value')}</th>
              <th scope="col">{t('live.quality')}</th>
              <th scope="col">{t('live.time')}</th>
              <th scope="col" className="fs-wide">
                {t('live.trend')}
              </th>
            </tr>
          </thead>
          <tbody>
            {names.map((name) => (
              <Row
                key={name}
                {...{ id, name, from }}
                title={model?.properties?.[name]?.title}
                current={values[name]}
                trend={trends.get(name)}
              />
            ))}
          </tbody>
        </table>
      </div>
      {dropped > 0 && (
        <span className="fs-muted fs-small">{t('live.dropped', { count: dropped })}</span>
      )}
      <div>
        <CopyAsCommand method="GET" path={path} />
      </div>
      {hasPlace && (
        <Suspense fallback={<Spin />}>
          <Locations thing={thing} />
        </Suspense>
      )}
    </div>
  );
}

interface RowProps {
  readonly id: number;
  readonly name: string;
  readonly title: string | undefined;
  readonly current: CurrentValues[string] | undefined;
  readonly trend: Trend | undefined;
  readonly from: string;
}

function Row({ id, name, title, current, trend, from }: RowProps): JSX.Element | null {
  if (current === undefined) return null;
  const { value, unit, quality, time } = current;
  const isNumber = typeof value === 'number';
  return (
    <tr>
      <th scope="row">
        <PageLink to={`/things/${id}?tab=history&of=${encodeURIComponent(name)}`}>
          {title ?? name}
        </PageLink>
        {title !== undefined && title !== name && <div className="fs-muted fs-small">{name}</div>}
      </th>
      <td>
        <span className="th-value fs-number">{valueText(value)}</span>{' '}
        <span className="fs-muted">{unit}</span>
      </td>
      <td>
        <QualityBadge quality={quality} />
      </td>
      <td>
        <Time value={time} />
      </td>
      <td className="fs-wide">{isNumber && <Sparkline {...{ id, name, from }} trend={trend} />}</td>
    </tr>
  );
}

/** A GeoJSON geometry. */
function isPlace(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'coordinates' in value;
}

// SPDX-License-Identifier: Apache-2.0
import { Card } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from '../../../kit/problem.tsx';
import { useGet } from '../../../kit/queries.ts';
import { Time } from '../../../kit/time.tsx';
import type { TabProps } from './thing.tsx';

interface Location {
  readonly time: string;
  readonly geometry: { readonly coordinates?: unknown };
}

const dayMs = 86_400_000;
const shownMax = 100;

/** Where the thing was in the last day, the newest first. */
export function Locations({ thing }: TabProps): JSX.Element {
  const { t } = useTranslation('things');
  const [from] = useState(() => new Date(Date.now() - dayMs).toISOString());
  const { data, error } = useGet<{ readonly items: readonly Location[] }>(
    `things/${thing.id}/locations`,
    { query: { from, limit: 1_000 } },
  );
  const rows = (data?.items ?? []).toReversed().slice(0, shownMax);
  return (
    <Card size="small" title={<h2>{t('locations.title')}</h2>}>
      <ProblemAlert error={error} />
      {rows.length === 0 && <p className="fs-muted">{t('locations.none')}</p>}
      {rows.length > 0 && (
        <div className="fs-rows" tabIndex={0} role="region" aria-label={t('locations.title')}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t('live.time')}</th>
                <th scope="col">{t('locations.place')}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ time, geometry }) => (
                <tr key={time}>
                  <td>
                    <Time value={time} />
                  </td>
                  <td className="fs-number">{JSON.stringify(geometry.coordinates)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  );
}

// SPDX-License-Identifier: Apache-2.0
import { Spin } from 'antd';
import type { JSX, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge, type Tone } from '../../kit/badges.tsx';
import { ProblemAlert } from '../../kit/problem.tsx';
import { useGet } from '../../kit/queries.ts';
import { Time } from '../../kit/time.tsx';
import { useHealthRows, type HealthFigures, type SystemFigures } from './health-rows.tsx';

const everyMs = 3_000;

/** A figure, how it is, and what is normal. */
export interface HealthRow {
  readonly key: string;
  readonly name: ReactNode;
  readonly value: ReactNode;
  /** `quiet` where nothing about it can be wrong. */
  readonly tone: Tone;
  readonly normal: string;
}

export interface HealthPart {
  readonly key: string;
  readonly rows: readonly HealthRow[];
}

/** Stores, readers, log, disk, memory, event loop, listeners, connections. */
export function Health(): JSX.Element {
  const { t } = useTranslation('system');
  const health = useGet<HealthFigures>('system/health', { everyMs });
  const { data: system } = useGet<SystemFigures>('system', { everyMs });
  const parts = useHealthRows(health.data, system);
  if (health.data === undefined) {
    return health.error === null ? (
      <Spin className="fs-wait" />
    ) : (
      <ProblemAlert error={health.error} onRetry={health.refetch} />
    );
  }
  return (
    <div className="sy-health">
      <ProblemAlert error={health.error} onRetry={health.refetch} />
      <p className="fs-muted">
        {t('health.started')} <Time value={health.data.started} /> ·{' '}
        <Time value={health.data.started} relative />
      </p>
      {parts.map(({ key, rows }) => (
        <section key={key} aria-labelledby={`health-${key}`}>
          <h2 id={`health-${key}`}>{t(`health.${key}.title`)}</h2>
          {rows.length === 0 ? (
            <p className="fs-muted">{t('health.nothing')}</p>
          ) : (
            <Rows rows={rows} label={t(`health.${key}.title`)} />
          )}
        </section>
      ))}
    </div>
  );
}

function Rows(props: { readonly rows: readonly HealthRow[]; readonly label: string }): JSX.Element {
  const { t } = useTranslation('system');
  return (
    <table className="sy-table" aria-label={props.label}>
      <thead>
        <tr>
          <th scope="col">{t('health.item')}</th>
          <th scope="col">{t('health.value')}</th>
          <th scope="col">{t('health.state')}</th>
          <th scope="col">{t('health.normal')}</th>
        </tr>
      </thead>
      <tbody>
        {props.rows.map(({ key, name, value, tone, normal }) => (
          <tr key={key}>
            <th scope="row">{name}</th>
            <td className="fs-number">{value}</td>
            <td>{tone === 'quiet' ? null : <Badge tone={tone}>{t(`health.is.${tone}`)}</Badge>}</td>
            <td className="fs-muted">{normal}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

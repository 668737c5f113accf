// SPDX-License-Identifier: Apache-2.0
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { QualityBadge } from '../../kit/badges.tsx';
import { Time } from '../../kit/time.tsx';
import type { TrialReport } from './api.ts';

/** What became of a payload: readings as they would be stored, and each refusal with its place. */
export function Report({ report }: { readonly report: TrialReport }): JSX.Element {
  const { t } = useTranslation('models');
  const { readings, refused, refusedCount, fault } = report;
  const faults = fault === undefined ? refused : [fault, ...refused];
  return (
    <div className="md-stack" role="status">
      <p className={faults.length === 0 ? 'fs-good' : 'fs-warn'}>
        {fault === undefined
          ? t('try.result', { accepted: readings.length, refused: refusedCount })
          : t('try.allRefused')}
      </p>
      {readings.length > 0 && <Readings readings={readings} />}
      {faults.length > 0 && (
        <table className="md-table" aria-label={t('try.refusals')}>
          <thead>
            <tr>
              {['at', 'code', 'detail', 'fix'].map((name) => (
                <th key={name} scope="col">
                  {t(`try.columns.${name}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {faults.map(({ at, code, detail, fix }) => (
              <tr key={`${at} ${code} ${detail}`}>
                <td>
                  <code>{at}</code>
                </td>
                <td className="fs-bad">{code}</td>
                <td>{detail}</td>
                <td>{fix}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

function Readings({ readings }: Pick<TrialReport, 'readings'>): JSX.Element {
  const { t } = useTranslation('models');
  return (
    <table className="md-table" aria-label={t('try.readings')}>
      <thead>
        <tr>
          {['property', 'value', 'unit', 'quality', 'time'].map((name) => (
            <th key={name} scope="col">
              {t(`try.columns.${name}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {readings.map(({ property, value, unit, quality, time, unknown }, index) => (
          <tr key={`${index} ${property}`}>
            <td>
              {property}
              {unknown && <span className="fs-warn">{` ${t('try.unknown')}`}</span>}
            </td>
            <td className="fs-number">{JSON.stringify(value)}</td>
            <td>{unit}</td>
            <td>
              <QualityBadge quality={quality} />
            </td>
            <td>
              <Time value={time} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

// SPDX-License-Identifier: Apache-2.0
import { Input, Spin } from 'antd';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Copyable } from '../../kit/copyable.tsx';
import { ProblemAlert } from '../../kit/problem.tsx';
import { useLanguage } from '../../kit/texts.ts';
import { textField, useUrlState } from '../../kit/url-state.ts';
import type { ErrorRow } from './openapi.ts';
import { recordShapes } from './shapes.ts';
import { useDescription } from './use-description.ts';

/** Every error there is with what to do, and the shapes of records. */
export function Errors(): JSX.Element {
  const { t } = useTranslation('developer');
  const { data, error, refetch } = useDescription();
  return (
    <div className="dv-stack">
      <section className="dv-stack" aria-label={t('errors.title')}>
        <h2>{t('errors.title')}</h2>
        <p className="fs-muted">{t('errors.about')}</p>
        {data === undefined ? (
          error === null ? (
            <Spin />
          ) : (
            <ProblemAlert error={error} onRetry={refetch} />
          )
        ) : (
          <Catalogue errors={data['x-errors']} />
        )}
      </section>
      <section className="dv-stack" aria-label={t('shapes.title')}>
        <h2>{t('shapes.title')}</h2>
        <p className="fs-muted">{t('shapes.about')}</p>
        <div className="dv-halves">
          {recordShapes.map(({ key, example }) => (
            <div key={key} className="dv-panel">
              <h3>{t(`shapes.${key}`)}</h3>
              <Copyable text={JSON.stringify(example, null, 2)} label={t(`shapes.${key}`)} />
            </div>
          ))}
        </div>
      </section>
    </div>
  );
}

function Catalogue({ errors }: { errors: Readonly<Record<string, ErrorRow>> }): JSX.Element {
  const { t } = useTranslation('developer');
  const language = useLanguage();
  const [{ code: find }, setState] = useUrlState({ code: textField() });
  const wanted = find.toLowerCase();
  const rows = Object.entries(errors).filter(([code, { status, en, zh, fix }]) =>
    [code, status, en, zh, fix.en, fix.zh].join(' ').toLowerCase().includes(wanted),
  );
  return (
    <>
      <div className="dv-row">
        <Input.Search
          className="dv-find"
          allowClear
          aria-label={t('errors.find')}
          placeholder={t('errors.find')}
          value={find}
          onChange={({ target }) => setState({ code: target.value })}
        />
        <span className="fs-muted" role="status">
          {t('errors.count', { count: rows.length })}
        </span>
      </div>
      <div className="dv-scroll" tabIndex={0} role="region" aria-label={t('errors.title')}>
        <table className="dv-table" aria-label={t('errors.title')}>
          <thead>
            <tr>
              <th scope="col">{t('errors.code')}</th>
              <th scope="col">HTTP</th>
              <th scope="col">{t('errors.meaning')}</th>
              <th scope="col">{t('errors.fix')}</th>
              <th scope="col">{t('errors.retry')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([code, row]) => (
              <tr key={code}>
                <td>
                  <code>{code}</code>
                </td>
                <td className="fs-number">{row.status}</td>
                <td>{row[language]}</td>
                <td>{row.fix[language]}</td>
                <td>{t(row.retryable ? 'errors.yes' : 'errors.no')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

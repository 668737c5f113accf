// SPDX-License-Identifier: Apache-2.0
import { Empty, Spin } from 'antd';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge, type Tone } from '../../kit/badges.tsx';
import { PageLink } from '../../kit/link.tsx';
import { ProblemAlert } from '../../kit/problem.tsx';
import { useGet } from '../../kit/queries.ts';
import { useLanguage } from '../../kit/texts.ts';
import { Time } from '../../kit/time.tsx';
import { tabPath } from './tabs.ts';

interface Issue {
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'info';
  readonly title: { readonly zh: string; readonly en: string };
  readonly fix: { readonly zh: string; readonly en: string };
  readonly detail: string;
  readonly since: string;
}

/** The server's list is a second old. */
const everyMs = 1_500;

const toneOf = { error: 'bad', warning: 'warn', info: 'quiet' } as const satisfies Record<
  Issue['severity'],
  Tone
>;

/** Where something can be done about an issue, by the first word of its code. */
const placeOf: Readonly<Record<string, string>> = {
  backup: tabPath('backups'),
  limit: tabPath('limits', { hit: '1' }),
  audit: tabPath('audit'),
  administrator: tabPath('users'),
  listener: '/access?tab=listeners',
  space: tabPath('health'),
  log: tabPath('health'),
  series: tabPath('health'),
  registry: tabPath('health'),
  reader: tabPath('health'),
};

/** What is wrong with the installation and what to do, the worst first. */
export function Issues(): JSX.Element {
  const { t } = useTranslation('system');
  const { data, error, refetch } = useGet<{ items: readonly Issue[] }>('system/issues', {
    everyMs,
  });
  if (data === undefined) {
    return error === null ? (
      <Spin className="fs-wait" />
    ) : (
      <ProblemAlert error={error} onRetry={refetch} />
    );
  }
  if (data.items.length === 0) {
    return (
      <Empty
        image={Empty.PRESENTED_IMAGE_SIMPLE}
        description={t('issues.none')}
        className="fs-empty"
      >
        <PageLink to={tabPath('health')}>{t('issues.toHealth')}</PageLink>
      </Empty>
    );
  }
  return (
    <ul className="sy-issues" aria-label={t('tabs.issues')}>
      {data.items.map((issue) => (
        <Row key={issue.code} issue={issue} />
      ))}
    </ul>
  );
}

function Row({ issue }: { readonly issue: Issue }): JSX.Element {
  const { t } = useTranslation('system');
  const language = useLanguage();
  const { code, severity, title, fix, detail, since } = issue;
  const place = placeOf[code.split('-', 1)[0] ?? ''];
  return (
    <li className={`sy-issue sy-${severity}`} data-issue={code}>
      <div className="sy-line">
        <Badge tone={toneOf[severity]}>{t(`issues.severity.${severity}`)}</Badge>
        <strong>{title[language]}</strong>
        <span className="fs-muted fs-small">
          {t('issues.since')} <Time value={since} />
        </span>
        <code className="fs-muted fs-small">{code}</code>
      </div>
      {detail !== '' && <div className="sy-detail">{detail}</div>}
      <div className="sy-line">
        <span>
          <span className="fs-muted">{t('issues.fix')}</span> {fix[language]}
        </span>
        {place !== undefined && <PageLink to={place}>{t('issues.go')}</PageLink>}
      </div>
    </li>
  );
}

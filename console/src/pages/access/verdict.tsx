// SPDX-License-Identifier: Apache-2.0
import { Alert, Spin } from 'antd';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../kit/badges.tsx';
import { PageLink } from '../../kit/link.tsx';
import { ProblemAlert } from '../../kit/problem.tsx';
import { useGet } from '../../kit/queries.ts';
import { useCan } from '../../kit/session.tsx';

interface Check {
  readonly name: string;
  readonly state: 'ok' | 'warn' | 'fail';
  readonly detail: string;
  readonly code?: string;
  readonly title?: string;
  readonly fix?: string;
  readonly entries: readonly string[];
}

const everyMs = 5_000;
const tones = { ok: 'good', warn: 'warn', fail: 'bad' } as const;

/** Why nothing arrives: the first step that fails with what to do, then all of them. */
export function Verdict(props: {
  readonly thing: number;
  readonly protocol: 'mqtt' | 'http';
}): JSX.Element {
  const { t } = useTranslation('access');
  const { thing, protocol } = props;
  const mayDiagnose = useCan('diagnosis.read');
  const { data, error, refetch } = useGet<{ checks: Check[]; verdict?: Check }>('diagnosis/check', {
    query: { thing, protocol },
    everyMs,
    enabled: mayDiagnose,
  });
  if (!mayDiagnose) return <Alert type="info" showIcon title={t('verdict.forbidden')} />;
  if (data === undefined) {
    return error === null ? <Spin /> : <ProblemAlert error={error} onRetry={refetch} />;
  }
  const { checks, verdict } = data;
  return (
    <div className="ac-verdict">
      {verdict === undefined ? (
        <Alert type="info" showIcon title={t('verdict.none')} />
      ) : (
        <Alert
          type={verdict.state === 'fail' ? 'error' : 'warning'}
          showIcon
          role="alert"
          title={t('verdict.first', { title: verdict.title ?? nameOf(t, verdict) })}
          description={
            <>
              <div>{verdict.fix}</div>
              <Entries entries={verdict.entries} />
            </>
          }
        />
      )}
      <ol className="ac-checks" aria-label={t('verdict.checks')}>
        {checks.map((check) => (
          <li key={check.name} data-state={check.state}>
            <Badge tone={tones[check.state]}>{nameOf(t, check)}</Badge>
            <span className="fs-muted fs-small">{check.detail}</span>
            {check.name !== verdict?.name && check.fix !== undefined && <span>{check.fix}</span>}
          </li>
        ))}
      </ol>
    </div>
  );
}

function nameOf(t: (key: string) => string, { name, state }: Check): string {
  return `${t(`checks.${name}`)} · ${t(`checkStates.${state}`)}`;
}

function Entries({ entries }: { readonly entries: readonly string[] }): JSX.Element | null {
  const { t } = useTranslation('access');
  const [first] = entries;
  if (first === undefined) return null;
  return <PageLink to={`/access?tab=inbox&entry=${first}`}>{t('strip.inbox')}</PageLink>;
}

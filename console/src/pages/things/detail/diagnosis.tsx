// SPDX-License-Identifier: Apache-2.0
import { Alert, Button, Card, Segmented, Spin } from 'antd';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge, type Tone } from '../../../kit/badges.tsx';
import { CopyAsCommand } from '../../../kit/copyable.tsx';
import { PageLink } from '../../../kit/link.tsx';
import { useLive } from '../../../kit/live.ts';
import { ProblemAlert } from '../../../kit/problem.tsx';
import { useGet } from '../../../kit/queries.ts';
import { Time } from '../../../kit/time.tsx';
import { choiceField, useUrlState } from '../../../kit/url-state.ts';
import type { TabProps } from './thing.tsx';

interface Check {
  readonly name: string;
  readonly state: 'ok' | 'warn' | 'fail';
  readonly detail: string;
  readonly title?: string;
  readonly fix?: string;
}
interface Refusal {
  readonly id: string;
  readonly time: string;
  readonly count: number;
  readonly source: string;
  readonly protocol: string;
  readonly step: string;
  readonly detail: string;
  readonly title: string;
  readonly fix: string;
}

const toneOf = { ok: 'good', warn: 'warn', fail: 'bad' } as const satisfies Record<string, Tone>;
const protocols = ['mqtt', 'http'] as const;
const refusalsMax = 20;

/** Why nothing arrives, step by step, and what of this thing was refused. */
export function Diagnosis({ thing }: TabProps): JSX.Element {
  const { t } = useTranslation('things');
  const { id } = thing;
  const [{ protocol }, setState] = useUrlState({ protocol: choiceField(protocols, 'mqtt') });
  const query = { thing: id, protocol };
  const check = useGet<{ readonly checks: readonly Check[]; readonly verdict?: Check }>(
    'diagnosis/check',
    { query, everyMs: 5_000 },
  );
  const refused = useGet<{ readonly items: readonly Refusal[] }>('diagnosis', {
    query: { thing: id, limit: refusalsMax },
    everyMs: 'whenNotLive',
  });
  useLive({ kind: 'diagnosis', things: [id], ratePerSecond: 1 }, () => void refused.refetch());
  return (
    <div className="th-columns">
      <Card
        size="small"
        title={<h2>{t('diagnosis.title')}</h2>}
        extra={
          <CopyAsCommand method="GET" path={`diagnosis/check?thing=${id}&protocol=${protocol}`} />
        }
      >
        <div className="th-chips">
          <Segmented
            aria-label={t('diagnosis.protocol')}
            value={protocol}
            options={protocols.map((value) => ({ value, label: value.toUpperCase() }))}
            onChange={(next) => setState({ protocol: next })}
          />
          <Button size="small" onClick={() => void check.refetch()}>
            {t('diagnosis.again')}
          </Button>
        </div>
        <ProblemAlert error={check.error} onRetry={check.refetch} />
        {check.data === undefined && check.error === null && <Spin />}
        {check.data !== undefined && <Verdict verdict={check.data.verdict} />}
        <ol className="fs-plain th-checks">
          {(check.data?.checks ?? []).map((each) => (
            <CheckRow key={each.name} check={each} />
          ))}
        </ol>
      </Card>
      <Card size="small" title={<h2>{t('diagnosis.refused')}</h2>}>
        <ProblemAlert error={refused.error} onRetry={refused.refetch} />
        {refused.data?.items.length === 0 && (
          <p className="fs-muted">{t('diagnosis.noneRefused')}</p>
        )}
        <ul className="fs-plain th-checks">
          {(refused.data?.items ?? []).map((entry) => (
            <RefusalRow key={entry.id} entry={entry} />
          ))}
        </ul>
        <PageLink to={`/access?tab=inbox&thing=${id}`}>{t('diagnosis.toInbox')}</PageLink>
      </Card>
    </div>
  );
}

function Verdict({ verdict }: { readonly verdict: Check | undefined }): JSX.Element {
  const { t } = useTranslation('things');
  if (verdict === undefined) return <Alert type="success" showIcon title={t('diagnosis.well')} />;
  return (
    <Alert
      type={verdict.state === 'fail' ? 'error' : 'warning'}
      showIcon
      title={verdict.title ?? t(`diagnosis.checks.${verdict.name}`)}
      description={verdict.fix}
    />
  );
}

function CheckRow({ check }: { readonly check: Check }): JSX.Element {
  const { t } = useTranslation('things');
  const { name, state, detail, title, fix } = check;
  return (
    <li className="th-check">
      <Badge tone={toneOf[state]}>{t(`diagnosis.state.${state}`)}</Badge>
      <span>
        <strong>{t(`diagnosis.checks.${name}`)}</strong> <span className="fs-muted">{detail}</span>
      </span>
      {title !== undefined && <span>{title}</span>}
      {fix !== undefined && <span>{fix}</span>}
    </li>
  );
}

function RefusalRow({ entry }: { readonly entry: Refusal }): JSX.Element {
  const { t } = useTranslation('things');
  const { time, count, protocol, source, detail, title, fix } = entry;
  return (
    <li className="th-check">
      <span className="fs-number">{t('diagnosis.times', { count })}</span>
      <span>
        <strong>{title}</strong> <Time value={time} />
      </span>
      <span className="fs-muted">
        {protocol.toUpperCase()} {source} {detail}
      </span>
      <span>{fix}</span>
    </li>
  );
}

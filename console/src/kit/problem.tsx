// SPDX-License-Identifier: Apache-2.0
import { Alert, Button } from 'antd';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiProblem, Unreachable } from './api.ts';

export interface ProblemAlertProps {
  readonly error: unknown;
  readonly onRetry?: () => unknown;
}

/** Says what went wrong, where, and what to do; nothing when there is no error. */
export function ProblemAlert({ error, onRetry }: ProblemAlertProps): JSX.Element | null {
  const { t } = useTranslation('kit');
  if (error === null || error === undefined) return null;
  const retry =
    onRetry === undefined ? undefined : (
      <Button size="small" onClick={() => onRetry()}>
        {t('problem.retry')}
      </Button>
    );
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      title={titleOf(error, t)}
      action={retry}
      description={error instanceof ApiProblem ? <Details problem={error} /> : undefined}
    />
  );
}

function titleOf(error: unknown, t: (key: 'problem.unreachable') => string): string {
  if (error instanceof Unreachable) return t('problem.unreachable');
  return error instanceof Error ? error.message : String(error);
}

function Details({ problem }: { readonly problem: ApiProblem }): JSX.Element {
  const { t } = useTranslation('kit');
  const { at, detail, fix, faults, code, traceId } = problem;
  const place = [at, detail].filter((part) => part !== undefined).join(': ');
  return (
    <>
      {place !== '' && <div>{place}</div>}
      {fix !== undefined && <div>{fix}</div>}
      {faults.length > 1 && (
        <ul className="fs-faults">
          {faults.map((each) => (
            <li key={`${each.code} ${each.at} ${each.detail}`}>
              {[each.at, each.detail ?? each.code, each.fix].filter(Boolean).join(' · ')}
            </li>
          ))}
        </ul>
      )}
      <div className="fs-muted fs-small">
        <code>{code}</code>
        {traceId !== undefined && ` · ${t('problem.trace')} ${traceId}`}
      </div>
    </>
  );
}

// SPDX-License-Identifier: Apache-2.0
import { Button, Flex } from 'antd';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../kit/badges.tsx';
import { ProblemAlert } from '../../kit/problem.tsx';
import { useGet } from '../../kit/queries.ts';
import { useApi } from '../../kit/services.tsx';
import { Time } from '../../kit/time.tsx';
import { useAct } from './use-act.ts';

interface BrowserSession {
  readonly id: string;
  readonly current: boolean;
  readonly strong: boolean;
  readonly source: string;
  readonly agent: string;
  readonly used: string;
}

/** Where one is signed in, and how to end it. */
export function Sessions(): JSX.Element {
  const { t } = useTranslation('profile');
  const api = useApi();
  const { data, error } = useGet<{ items: readonly BrowserSession[] }>('me/sessions');
  const { run, error: failure, isBusy } = useAct();
  const items = data?.items ?? [];
  return (
    <Flex vertical gap="small" align="start">
      <ul className="fs-plain">
        {items.map(({ id, current, strong, source, agent, used }) => (
          <li key={id}>
            <strong>{source}</strong>
            <span className="fs-muted fs-cut" title={agent}>
              {agent}
            </span>
            <Time value={used} relative />
            {strong && <Badge tone="good">{t('sessions.strong')}</Badge>}
            {current ? (
              <Badge tone="quiet">{t('sessions.current')}</Badge>
            ) : (
              <Button
                size="small"
                disabled={isBusy}
                onClick={() => run(() => api.delete(`me/sessions/${encodeURIComponent(id)}`))}
              >
                {t('sessions.end')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {items.length > 1 && (
        <Button onClick={() => run(() => api.delete('me/sessions'))} loading={isBusy}>
          {t('sessions.endOthers')}
        </Button>
      )}
      <ProblemAlert error={error ?? failure} />
    </Flex>
  );
}

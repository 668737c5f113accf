// SPDX-License-Identifier: Apache-2.0
import { Button, Card } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../kit/badges.tsx';
import { PageLink } from '../../kit/link.tsx';
import { remember, remembered } from '../../kit/memory.ts';
import { useCan, useSession } from '../../kit/session.tsx';
import type { OverviewFigures } from './figures.ts';

interface Step {
  readonly key: 'device' | 'data' | 'proof';
  readonly done: boolean;
  readonly to: string;
}

/** The first steps, each crossed off by what is there; goes away for good when it is closed. */
export function Checklist({ data }: { readonly data: OverviewFigures }): JSX.Element | null {
  const { t } = useTranslation('overview');
  const [closed, setClosed] = useState(remembered('checklist') === 'closed');
  const steps = useSteps(data);
  if (closed || steps.every(({ done }) => done)) return null;
  const close = (): void => {
    remember('checklist', 'closed');
    setClosed(true);
  };
  const closing = (
    <Button size="small" type="text" onClick={close}>
      {t('checklist.close')}
    </Button>
  );
  return (
    <Card size="small" title={<h2>{t('checklist.title')}</h2>} extra={closing}>
      <ul className="ov-steps">
        {steps.map(({ key, done, to }) => (
          <li key={key}>
            <Badge tone={done ? 'good' : 'quiet'}>
              {t(done ? 'checklist.done' : 'checklist.open')}
            </Badge>
            {done ? t(`checklist.${key}`) : <PageLink to={to}>{t(`checklist.${key}`)}</PageLink>}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function useSteps({ things, neverSeen, demo }: OverviewFigures): readonly Step[] {
  const { needs } = useSession();
  const mayConnect = useCan('things.write');
  const steps: Step[] = [];
  if (mayConnect) {
    steps.push({ key: 'device', done: things.count > 0 && !demo, to: '/access' });
    steps.push({ key: 'data', done: things.count > neverSeen.count, to: '/access?tab=packets' });
  }
  steps.push({ key: 'proof', done: needs.length === 0, to: '/profile' });
  return steps;
}

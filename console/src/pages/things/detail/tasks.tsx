// SPDX-License-Identifier: Apache-2.0
import { Button, Card } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge, type Tone } from '../../../kit/badges.tsx';
import { useList } from '../../../kit/list.ts';
import { ProblemAlert } from '../../../kit/problem.tsx';
import { useGet, useRefresh } from '../../../kit/queries.ts';
import { useApi } from '../../../kit/services.tsx';
import { useCan } from '../../../kit/session.tsx';
import { Time } from '../../../kit/time.tsx';
import type { TabProps } from './thing.tsx';

interface Task {
  readonly id: number;
  readonly action: string;
  readonly input?: unknown;
  readonly state: string;
  readonly requester: string;
  readonly created: string;
  readonly expires: string;
  readonly output?: unknown;
  readonly error?: string;
  readonly steps?: readonly {
    readonly step: string;
    readonly time: string;
    readonly detail?: string;
  }[];
}

const toneOf: Readonly<Record<string, Tone>> = {
  ...{ answered: 'good', failed: 'bad', 'timed-out': 'bad', cancelled: 'quiet' },
};
const isOpen = ({ state }: Task): boolean => ['queued', 'sent', 'delivered'].includes(state);
const openEveryMs = 1_000;

/** Actions that were asked for, the newest first, with every step of those under way. */
export function Tasks({ thing }: TabProps): JSX.Element {
  const { t } = useTranslation('things');
  const list = useList<Task>(`things/${thing.id}/tasks`, { pageSize: 10, everyMs: 3_000 });
  return (
    <Card size="small" title={<h2>{t('tasks.title')}</h2>}>
      <ProblemAlert error={list.error} onRetry={list.reload} />
      {!list.isLoading && list.rows.length === 0 && <p className="fs-muted">{t('tasks.none')}</p>}
      <ol className="th-tasks" aria-label={t('tasks.title')}>
        {list.rows.map((task, at) => (
          <Row key={task.id} task={task} opened={at === 0} />
        ))}
      </ol>
      {list.hasMore && (
        <Button size="small" loading={list.isLoadingMore} onClick={() => list.loadMore()}>
          {t('tasks.more')}
        </Button>
      )}
    </Card>
  );
}

function Row({
  task: listed,
  opened,
}: {
  readonly task: Task;
  readonly opened: boolean;
}): JSX.Element {
  const { t } = useTranslation('things');
  const api = useApi();
  const refresh = useRefresh();
  const mayInvoke = useCan('actions.invoke');
  const [wanted, setWanted] = useState<boolean>();
  const isShown = wanted ?? (opened || isOpen(listed));
  const path = `tasks/${listed.id}`;
  const { data, error } = useGet<Task>(path, {
    enabled: isShown,
    ...(isOpen(listed) ? { everyMs: openEveryMs } : {}),
  });
  const task = data ?? listed;
  const cancel = async (): Promise<void> => {
    await api.delete(path);
    await refresh('tasks');
    await refresh('things');
  };
  const { id, action, state, created, requester, input, output } = task;
  return (
    <li>
      <div className="th-chips">
        <Button
          size="small"
          type="text"
          aria-expanded={isShown}
          onClick={() => setWanted(!isShown)}
        >
          #{id} {action}
        </Button>
        <Badge tone={toneOf[state] ?? 'warn'}>
          {t([`tasks.state.${state}`, 'tasks.state.other'], { state })}
        </Badge>
        <Time value={created} />
        <span className="fs-muted">{requester}</span>
        {mayInvoke && isOpen(task) && (
          <Button size="small" onClick={() => void cancel()}>
            {t('tasks.cancel')}
          </Button>
        )}
      </div>
      {isShown && (
        <>
          <ProblemAlert error={error} />
          <ol className="th-steps" aria-label={t('tasks.steps')}>
            {(task.steps ?? []).map(({ step, time, detail }) => (
              <li key={`${step} ${time}`}>
                <strong>{t([`tasks.step.${step}`, 'tasks.step.other'], { step })}</strong>{' '}
                <Time value={time} /> <span className="fs-muted">{detail}</span>
              </li>
            ))}
          </ol>
          {input !== undefined && input !== null && <Json title={t('tasks.input')} value={input} />}
          {output !== undefined && <Json title={t('tasks.output')} value={output} />}
          {task.error !== undefined && <p className="fs-bad">{task.error}</p>}
        </>
      )}
    </li>
  );
}

function Json({ title, value }: { readonly title: string; readonly value: unknown }): JSX.Element {
  return (
    <div>
      <span className="fs-muted">{title}</span>
      <pre className="th-json">{JSON.stringify(value)}</pre>
    </div>
  );
}

// SPDX-License-Identifier: Apache-2.0
import { Button, Card, Input, InputNumber, Select } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { CopyAsCommand } from '../../../kit/copyable.tsx';
import { ProblemAlert } from '../../../kit/problem.tsx';
import { useRefresh } from '../../../kit/queries.ts';
import { useApi } from '../../../kit/services.tsx';
import { useCan } from '../../../kit/session.tsx';
import type { Thing } from '../thing.ts';
import type { Model } from './model.ts';
import { SchemaField } from './schema-field.tsx';

/** Asks the thing to do something: the form is made from the action's schema. */
export function Invoke(props: {
  readonly thing: Thing;
  readonly model: Model | undefined;
}): JSX.Element | null {
  const { thing, model } = props;
  const { t } = useTranslation('things');
  const api = useApi();
  const refresh = useRefresh();
  const known = Object.entries(model?.actions ?? {});
  const [chosen, setChosen] = useState('');
  const [input, setInput] = useState<unknown>();
  const [seconds, setSeconds] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const action = chosen === '' ? (known[0]?.[0] ?? '') : chosen;
  const about = model?.actions?.[action];
  const path = `things/${thing.id}/actions/${encodeURIComponent(action)}`;
  const body = {
    ...(input === undefined ? {} : { input }),
    ...(seconds === null ? {} : { timeoutMs: seconds * 1_000 }),
  };
  const mayInvoke = useCan('actions.invoke');
  if (!mayInvoke) return null;
  const invoke = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await api.post(path, body);
      await refresh(`things/${thing.id}/tasks`);
    } catch (reason) {
      setError(reason);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Card size="small" title={<h2>{t('invoke.title')}</h2>}>
      {model !== undefined && known.length === 0 ? (
        <p className="fs-muted">{t('invoke.none')}</p>
      ) : (
        <form
          className="th-form"
          onSubmit={(event) => {
            event.preventDefault();
            void invoke();
          }}
        >
          <div className="th-field">
            <span>{t('invoke.action')}</span>
            {known.length === 0 ? (
              <Input
                aria-label={t('invoke.action')}
                value={action}
                onChange={({ target }) => setChosen(target.value)}
              />
            ) : (
              <Select
                aria-label={t('invoke.action')}
                value={action}
                options={known.map(([name, { title }]) => ({ value: name, label: title ?? name }))}
                onChange={(next) => {
                  setChosen(next);
                  setInput(undefined);
                }}
              />
            )}
          </div>
          {about?.description !== undefined && <p className="fs-muted">{about.description}</p>}
          {(about === undefined || about.input !== undefined) && (
            <SchemaField
              key={action}
              schema={about?.input ?? {}}
              name={t('invoke.input')}
              value={input}
              onChange={setInput}
            />
          )}
          <div className="th-field">
            <span>{t('invoke.timeout')}</span>
            <InputNumber<number>
              aria-label={t('invoke.timeout')}
              className="th-number"
              min={1}
              precision={0}
              placeholder={t('invoke.timeoutOwn')}
              value={seconds}
              onChange={setSeconds}
            />
          </div>
          <ProblemAlert error={error} />
          <div className="th-chips">
            <Button type="primary" htmlType="submit" loading={isBusy} disabled={action === ''}>
              {t('invoke.do')}
            </Button>
            <CopyAsCommand method="POST" path={path} body={body} />
          </div>
          {!thing.online && <p className="fs-muted">{t('invoke.offline')}</p>}
        </form>
      )}
    </Card>
  );
}

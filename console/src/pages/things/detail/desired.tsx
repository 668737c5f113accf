// SPDX-License-Identifier: Apache-2.0
import { Button, Card, Input, Modal } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge, type Tone } from '../../../kit/badges.tsx';
import { CopyAsCommand } from '../../../kit/copyable.tsx';
import { ProblemAlert } from '../../../kit/problem.tsx';
import { useGet, useRefresh } from '../../../kit/queries.ts';
import { useApi } from '../../../kit/services.tsx';
import { useCan } from '../../../kit/session.tsx';
import { Time } from '../../../kit/time.tsx';
import { valueText, type CurrentValues, type Thing } from '../thing.ts';
import type { JsonSchema, Model } from './model.ts';
import { SchemaField } from './schema-field.tsx';

interface DesiredValue {
  readonly property: string;
  readonly version: number;
  readonly value: unknown;
  readonly status: string;
  readonly requester: string;
  readonly requested: string;
  readonly reported?: string;
}
interface List {
  readonly items: readonly DesiredValue[];
}

const toneOf: Readonly<Record<string, Tone>> = { reported: 'good', pending: 'warn', sent: 'warn' };
const isOpen = ({ status }: DesiredValue): boolean => status === 'pending' || status === 'sent';
/** That a value was reported comes with a reading, which no action tells. */
const openEveryMs = 1_000;

/** What properties should be beside what they are. */
export function Desired(props: {
  readonly thing: Thing;
  readonly model: Model | undefined;
}): JSX.Element {
  const { thing, model } = props;
  const { t } = useTranslation('things');
  const path = `things/${thing.id}/desired`;
  const [everyMs, setEveryMs] = useState<number>();
  const { data, error, refetch } = useGet<List>(path, everyMs === undefined ? {} : { everyMs });
  const { data: current } = useGet<CurrentValues>(`things/${thing.id}/properties`, {
    everyMs: everyMs ?? 5_000,
  });
  const [setting, setSetting] = useState<string>();
  const [shown, setShown] = useState<string>();
  const items = data?.items ?? [];
  const wanted = items.some(isOpen) ? openEveryMs : undefined;
  if (wanted !== everyMs) setEveryMs(wanted);
  const mayInvoke = useCan('actions.invoke');
  const writable = Object.entries(model?.properties ?? {})
    .filter(([, { readOnly }]) => readOnly !== true)
    .map(([name]) => name);
  const names = [...new Set([...writable, ...items.map(({ property }) => property)])];
  return (
    <Card
      size="small"
      title={<h2>{t('desired.title')}</h2>}
      extra={<CopyAsCommand method="GET" path={path} />}
    >
      <ProblemAlert error={error} onRetry={refetch} />
      {names.length === 0 ? (
        <p className="fs-muted">{t('desired.none')}</p>
      ) : (
        <div className="th-scroll" tabIndex={0} role="region" aria-label={t('desired.title')}>
          <table className="th-table">
            <thead>
              <tr>
                <th scope="col">{t('live.property')}</th>
                <th scope="col">{t('desired.reported')}</th>
                <th scope="col">{t('desired.desired')}</th>
                <th scope="col">{t('desired.status')}</th>
                <th scope="col">{t('desired.requested')}</th>
                <th scope="col">{t('actions')}</th>
              </tr>
            </thead>
            <tbody>
              {names.map((name) => (
                <Row
                  key={name}
                  {...{ path, name, mayInvoke }}
                  title={model?.properties?.[name]?.title ?? name}
                  row={items.find(({ property }) => property === name)}
                  reported={current?.[name]?.value}
                  onSet={() => setSetting(name)}
                  onHistory={() => setShown(name)}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {mayInvoke && model === undefined && (
        <Button size="small" onClick={() => setSetting('')}>
          {t('desired.set')}
        </Button>
      )}
      {setting !== undefined && (
        <SetDesired
          path={path}
          name={setting}
          schema={model?.properties?.[setting] ?? {}}
          onClose={() => setSetting(undefined)}
        />
      )}
      {shown !== undefined && (
        <PastDesired path={path} name={shown} onClose={() => setShown(undefined)} />
      )}
    </Card>
  );
}

interface RowProps {
  readonly path: string;
  readonly name: string;
  readonly title: string;
  readonly row: DesiredValue | undefined;
  readonly reported: unknown;
  readonly mayInvoke: boolean;
  readonly onSet: () => void;
  readonly onHistory: () => void;
}

function Row(props: RowProps): JSX.Element {
  const { path, name, title, row, reported, mayInvoke, onSet, onHistory } = props;
  const { t } = useTranslation('things');
  const api = useApi();
  const refresh = useRefresh();
  const cancel = async (): Promise<void> => {
    await api.delete(`${path}/${encodeURIComponent(name)}`);
    await refresh(path);
  };
  return (
    <tr>
      <th scope="row">{title}</th>
      <td>{valueText(reported)}</td>
      <td>{row === undefined ? '—' : valueText(row.value)}</td>
      <td>
        {row !== undefined && (
          <Badge tone={toneOf[row.status] ?? 'quiet'}>
            {t([`desired.is.${row.status}`, 'desired.is.other'], { status: row.status })}
          </Badge>
        )}
      </td>
      <td>
        {row !== undefined && (
          <>
            <Time value={row.requested} /> <span className="fs-muted">{row.requester}</span>
          </>
        )}
      </td>
      <td>
        <div className="th-chips">
          {mayInvoke && (
            <Button size="small" onClick={onSet} aria-label={`${t('desired.set')} ${title}`}>
              {t('desired.set')}
            </Button>
          )}
          {mayInvoke && row !== undefined && isOpen(row) && (
            <Button size="small" onClick={() => void cancel()}>
              {t('desired.cancel')}
            </Button>
          )}
          {row !== undefined && (
            <Button size="small" type="text" onClick={onHistory}>
              {t('desired.history')}
            </Button>
          )}
        </div>
      </td>
    </tr>
  );
}

function SetDesired(props: {
  readonly path: string;
  readonly name: string;
  readonly schema: JsonSchema;
  readonly onClose: () => void;
}): JSX.Element {
  const { path, schema, onClose } = props;
  const { t } = useTranslation('things');
  const api = useApi();
  const refresh = useRefresh();
  const [name, setName] = useState(props.name);
  const [value, setValue] = useState<unknown>();
  const [error, setError] = useState<unknown>(null);
  const save = async (): Promise<void> => {
    try {
      await api.put(path, { [name]: value });
      await refresh(path);
      onClose();
    } catch (reason) {
      setError(reason);
    }
  };
  return (
    <Modal
      open
      title={t('desired.setTitle', { name: props.name })}
      okText={t('desired.do')}
      cancelText={t('cancel')}
      okButtonProps={{ disabled: value === undefined || name === '' }}
      onOk={() => void save()}
      onCancel={onClose}
    >
      <div className="th-form">
        {props.name === '' && (
          <label>
            {t('live.property')}
            <Input value={name} onChange={({ target }) => setName(target.value)} />
          </label>
        )}
        <SchemaField
          schema={schema}
          name={name === '' ? t('desired.desired') : name}
          value={value}
          onChange={setValue}
        />
        <p className="fs-muted">{t('desired.text')}</p>
        <ProblemAlert error={error} />
        <div>
          <CopyAsCommand method="PUT" path={path} body={{ [name]: value }} />
        </div>
      </div>
    </Modal>
  );
}

function PastDesired(props: {
  readonly path: string;
  readonly name: string;
  readonly onClose: () => void;
}): JSX.Element {
  const { path, name, onClose } = props;
  const { t } = useTranslation('things');
  const { data, error } = useGet<List>(`${path}/${encodeURIComponent(name)}`);
  return (
    <Modal open title={t('desired.historyOf', { name })} footer={null} onCancel={onClose}>
      <ProblemAlert error={error} />
      <div className="fs-rows" tabIndex={0} role="region" aria-label={t('desired.history')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('desired.requested')}</th>
              <th scope="col">{t('desired.desired')}</th>
              <th scope="col">{t('desired.status')}</th>
            </tr>
          </thead>
          <tbody>
            {(data?.items ?? []).map(({ version, requested, value, status }) => (
              <tr key={version}>
                <td>
                  <Time value={requested} />
                </td>
                <td>{valueText(value)}</td>
                <td>{t([`desired.is.${status}`, 'desired.is.other'], { status })}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Modal>
  );
}

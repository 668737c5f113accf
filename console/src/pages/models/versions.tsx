// SPDX-License-Identifier: Apache-2.0
import { Button, Flex, Select, Spin } from 'antd';
import { useState, type JSX } from 'react';
import { flushSync } from 'react-dom';
import { useTranslation } from 'react-i18next';
import { useConfirm } from '../../kit/confirm.tsx';
import { useList } from '../../kit/list.ts';
import { ProblemAlert } from '../../kit/problem.tsx';
import { useGet, useRefresh } from '../../kit/queries.ts';
import { useApi } from '../../kit/services.tsx';
import { useCan } from '../../kit/session.tsx';
import { Time } from '../../kit/time.tsx';
import { textField, useUrlState } from '../../kit/url-state.ts';
import { modelPath, type Difference, type Document, type ModelSummary } from './api.ts';
import { Differences } from './differences.tsx';
import { Status, ThingsOf } from './models.tsx';

/** All versions, the newest first; two of them side by side. */
export function Versions({ uri }: { readonly uri: string }): JSX.Element {
  const { t } = useTranslation('models');
  const list = useList<ModelSummary>('models', { query: { uri } });
  const [{ from, to }, setState] = useUrlState({ from: textField(), to: textField() });
  const [gone, setGone] = useState<readonly string[]>([]);
  if (list.isLoading) return <Spin />;
  const rows = list.rows.filter(({ version }) => !gone.includes(version)).toReversed();
  const [newest, second] = rows;
  const known = (version: string): boolean => rows.some((row) => row.version === version);
  const pair = {
    from: known(from) ? from : (second?.version ?? ''),
    to: known(to) ? to : (newest?.version ?? ''),
  };
  const options = rows.map(({ version }) => ({ value: version, label: version }));
  return (
    <div className="md-page">
      <ProblemAlert error={list.error} onRetry={list.reload} />
      <VersionTable
        uri={uri}
        rows={rows}
        // At once, so that nothing asks for it again.
        onRemoved={(version) => flushSync(() => setGone([...gone, version]))}
      />
      {rows.length > 1 && (
        <>
          <Flex gap="small" align="center" wrap>
            <h2>{t('diff.title')}</h2>
            {(['from', 'to'] as const).map((side) => (
              <Select<string>
                key={side}
                size="small"
                aria-label={t(`diff.${side}`)}
                value={pair[side]}
                options={options}
                onChange={(version) => setState({ [side]: version })}
                popupMatchSelectWidth={false}
              />
            ))}
          </Flex>
          <Compared uri={uri} {...pair} />
        </>
      )}
    </div>
  );
}

interface VersionTableProps {
  readonly uri: string;
  readonly rows: readonly ModelSummary[];
  readonly onRemoved: (version: string) => void;
}

function VersionTable({ uri, rows, onRemoved }: VersionTableProps): JSX.Element {
  const { t } = useTranslation('models');
  const api = useApi();
  const refresh = useRefresh();
  const confirm = useConfirm();
  const mayWrite = useCan('models.write');
  const [error, setError] = useState<unknown>(null);
  const place = modelPath(uri);
  const setStatus = async (version: string, status: string): Promise<void> => {
    try {
      await api.patch(place, { status }, { query: { version } });
      setError(null);
      await refresh('models');
    } catch (reason) {
      setError(reason);
    }
  };
  const remove = (version: string): void =>
    confirm({
      title: t('versions.removeTitle', { version }),
      text: t('versions.removeText'),
      confirm: t('versions.remove'),
      act: async () => {
        await api.delete(place, { query: { version } });
        onRemoved(version);
        await refresh('models');
      },
    });
  return (
    <>
      <table className="md-table" aria-label={t('tabs.versions')}>
        <thead>
          <tr>
            {['version', 'status', 'things', 'created'].map((name) => (
              <th key={name} scope="col">
                {t(`list.${name}`)}
              </th>
            ))}
            <th scope="col">{t('versions.acts')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, version, status, created }) => {
            const other = status === 'active' ? 'deprecated' : 'active';
            return (
              <tr key={id}>
                <td>{version}</td>
                <td>
                  <Status status={status} />
                </td>
                <td>
                  <ThingsOf uri={uri} version={version} />
                </td>
                <td>
                  <Time value={created} />
                </td>
                <td>
                  {mayWrite && (
                    <Flex gap="small">
                      <Button size="small" onClick={() => void setStatus(version, other)}>
                        {t(`versions.to.${other}`)}
                      </Button>
                      <Button size="small" danger onClick={() => remove(version)}>
                        {t('versions.remove')}
                      </Button>
                    </Flex>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <ProblemAlert error={error} />
    </>
  );
}

interface ComparedProps {
  readonly uri: string;
  readonly from: string;
  readonly to: string;
}

function Compared({ uri, from, to }: ComparedProps): JSX.Element {
  const place = modelPath(uri);
  const change = useGet<{ differences: Difference[] }>(`${place}/differences`, {
    query: { from, to },
  });
  const before = useGet<Document>(place, { query: { version: from } });
  const after = useGet<Document>(place, { query: { version: to } });
  const error = change.error ?? before.error ?? after.error;
  if (error !== null) return <ProblemAlert error={error} />;
  if (change.data === undefined || before.data === undefined || after.data === undefined)
    return <Spin />;
  return <Differences from={before.data} to={after.data} differences={change.data.differences} />;
}

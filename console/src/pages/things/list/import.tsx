// SPDX-License-Identifier: Apache-2.0
import { Alert, Button, Checkbox, Modal } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from '../../../kit/problem.tsx';
import { useRefresh } from '../../../kit/queries.ts';
import { useApi } from '../../../kit/services.tsx';
import { csvCell, download } from '../thing.ts';

interface RefusedRow {
  readonly row: number;
  readonly code: string;
  readonly at?: string;
  readonly detail?: string;
  readonly fix: string;
}

interface Imported {
  readonly created: number;
  readonly refusedCount: number;
  readonly refused: readonly RefusedRow[];
  readonly things?: readonly { row: number; id: number; username: string; token: string }[];
}

const template = [
  'name,uri,kind,description,model,modelVersion,parent,labels.site,properties.serial',
  'Pump 3,urn:example:pump-3,device,,,,,plant 1,SN-0003',
  '',
].join('\r\n');

const shownMax = 200;

/** Things from a file: good rows go in, each bad one is named with what to do. */
export function ImportThings({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const { t } = useTranslation('things');
  const api = useApi();
  const refresh = useRefresh();
  const [file, setFile] = useState<File>();
  const [tokens, setTokens] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [done, setDone] = useState<Imported>();
  const send = async (chosen: File): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      const contentType = chosen.name.endsWith('json') ? 'application/x-ndjson' : 'text/csv';
      const options = { contentType, ...(tokens ? { query: { tokens } } : {}) };
      const body = new Blob([chosen], { type: contentType });
      setDone(await api.post<Imported>('things/import', body, options));
      await refresh('things');
    } catch (reason) {
      setError(reason);
    } finally {
      setBusy(false);
    }
  };
  const footer = [
    <Button key="close" onClick={onClose}>
      {t(done === undefined ? 'cancel' : 'close')}
    </Button>,
    ...(done === undefined
      ? [
          <Button
            key="send"
            type="primary"
            loading={isBusy}
            disabled={file === undefined}
            onClick={() => file !== undefined && void send(file)}
          >
            {t('import.send')}
          </Button>,
        ]
      : []),
  ];
  return (
    <Modal
      open
      width={760}
      title={t('import.title')}
      onCancel={onClose}
      footer={footer}
      mask={{ closable: false }}
    >
      {done === undefined ? (
        <Choice {...{ tokens, error }} onFile={setFile} onTokens={setTokens} />
      ) : (
        <Result done={done} />
      )}
    </Modal>
  );
}

function Choice(props: {
  readonly tokens: boolean;
  readonly error: unknown;
  readonly onFile: (file: File | undefined) => void;
  readonly onTokens: (tokens: boolean) => void;
}): JSX.Element {
  const { tokens, error, onFile, onTokens } = props;
  const { t } = useTranslation('things');
  return (
    <div className="th-form">
      <p>{t('import.text')}</p>
      <div>
        <Button size="small" onClick={() => download('things-template.csv', `\uFEFF${template}`)}>
          {t('import.template')}
        </Button>
      </div>
      <label>
        {t('import.file')}
        <input
          type="file"
          accept=".csv,.ndjson,.jsonl,text/csv"
          onChange={({ target }) => onFile(target.files?.[0])}
        />
      </label>
      <Checkbox checked={tokens} onChange={({ target }) => onTokens(target.checked)}>
        {t('import.tokens')}
      </Checkbox>
      <ProblemAlert error={error} />
    </div>
  );
}

function Result({ done }: { readonly done: Imported }): JSX.Element {
  const { t } = useTranslation('things');
  const { created, refusedCount, refused, things } = done;
  return (
    <div className="th-form">
      <Alert
        type={refusedCount === 0 ? 'success' : 'warning'}
        showIcon
        role="status"
        title={t('import.done', { created, refused: refusedCount })}
      />
      {things !== undefined && things.length > 0 && (
        <Alert
          type="info"
          title={t('import.tokensOnce')}
          action={
            <Button size="small" onClick={() => download('tokens.csv', tokensCsv(things))}>
              {t('import.tokensSave')}
            </Button>
          }
        />
      )}
      {refused.length > 0 && (
        <>
          <div className="fs-rows" tabIndex={0} role="region" aria-label={t('import.refused')}>
            <table>
              <thead>
                <tr>
                  <th scope="col">{t('import.row')}</th>
                  <th scope="col">{t('import.column')}</th>
                  <th scope="col">{t('why')}</th>
                  <th scope="col">{t('fix')}</th>
                </tr>
              </thead>
              <tbody>
                {refused.slice(0, shownMax).map(({ row, at, code, detail, fix }) => (
                  <tr key={row}>
                    <td className="fs-number">{row}</td>
                    <td>{at}</td>
                    <td>
                      {detail} <code className="fs-muted">{code}</code>
                    </td>
                    <td>{fix}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {refusedCount > shownMax && (
            <span className="fs-muted">{t('import.more', { count: refusedCount - shownMax })}</span>
          )}
          <div>
            <Button size="small" onClick={() => download('refused.csv', refusedCsv(refused))}>
              {t('import.refusedSave')}
            </Button>
          </div>
        </>
      )}
    </div>
  );
}

function refusedCsv(rows: readonly RefusedRow[]): string {
  const lines = rows.map(({ row, at = '', code, detail = '', fix }) =>
    [String(row), at, code, detail, fix].map(csvCell).join(','),
  );
  return ['row,column,code,detail,fix', ...lines, ''].join('\r\n');
}

function tokensCsv(things: NonNullable<Imported['things']>): string {
  const lines = things.map(({ row, id, username, token }) => [row, id, username, token].join(','));
  return ['row,thing,username,token', ...lines, ''].join('\r\n');
}

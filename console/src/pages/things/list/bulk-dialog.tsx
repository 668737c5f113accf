// SPDX-License-Identifier: Apache-2.0
import { Button, Input, Modal, Progress } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { PageLink } from '../../../kit/link.tsx';
import { ProblemAlert } from '../../../kit/problem.tsx';
import { LabelsField, labelsOf, type LabelRow } from '../form/labels-field.tsx';
import { useBulk, type BulkAction, type BulkKind, type BulkRun, type BulkTarget } from './bulk.ts';

export interface BulkDialogProps {
  readonly kind: BulkKind;
  readonly target: BulkTarget;
  readonly onClose: (changed: boolean) => void;
}

/** Names how many things it concerns, asks, shows how far it is and what was refused. */
export function BulkDialog({ kind, target, onClose }: BulkDialogProps): JSX.Element {
  const { t } = useTranslation('things');
  const { run, start, stop } = useBulk();
  const [set, setSet] = useState<readonly LabelRow[]>([{ name: '', value: '' }]);
  const [remove, setRemove] = useState('');
  const size = sizeOf(target);
  const action: BulkAction =
    kind === 'labels' ? { kind, set: labelsOf(set), remove: namesIn(remove) } : { kind };
  const isNothing =
    action.kind === 'labels' && Object.keys(action.set).length + action.remove.length === 0;
  const isRunning = run.state === 'running';
  const isReady = run.state === 'ready';
  const footer = isReady
    ? [
        <Button key="no" onClick={() => onClose(false)}>
          {t('cancel')}
        </Button>,
        <Button
          key="yes"
          type="primary"
          danger={kind === 'delete' || kind === 'disable'}
          disabled={isNothing}
          onClick={() => void start(target, action)}
        >
          {t(size.exact ? 'bulk.go' : 'bulk.goAbout', { count: size.count })}
        </Button>,
      ]
    : [
        <Button key="over" onClick={() => (isRunning ? stop() : onClose(true))}>
          {t(isRunning ? 'bulk.stop' : 'close')}
        </Button>,
      ];
  return (
    <Modal
      open
      title={t(`bulk.kind.${kind}`)}
      closable={!isRunning}
      keyboard={!isRunning}
      mask={{ closable: false }}
      onCancel={() => onClose(!isReady)}
      footer={footer}
    >
      {isReady ? (
        <div className="th-form">
          <p>
            {t(size.exact ? `bulk.ask.${kind}` : `bulk.askAbout.${kind}`, { count: size.count })}
          </p>
          {kind === 'labels' && (
            <>
              <LabelsField legend={t('bulk.set')} rows={set} onRows={setSet} />
              <label>
                {t('bulk.removeLabels')}
                <Input value={remove} onChange={({ target: field }) => setRemove(field.value)} />
              </label>
            </>
          )}
        </div>
      ) : (
        <Outcome run={run} count={size.count} />
      )}
    </Modal>
  );
}

function sizeOf(target: BulkTarget): { readonly count: number; readonly exact: boolean } {
  if ('ids' in target) return { count: target.ids.length, exact: true };
  return { count: target.count?.count ?? 0, exact: target.count?.exact === true };
}

function namesIn(text: string): readonly string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function Outcome({ run, count }: { readonly run: BulkRun; readonly count: number }): JSX.Element {
  const { t } = useTranslation('things');
  const { state, done, failedCount, failed, error } = run;
  const part = count === 0 ? 0 : Math.min(99, Math.floor((100 * (done + failedCount)) / count));
  return (
    <div className="th-form">
      <Progress
        percent={state === 'over' ? 100 : part}
        status={state === 'running' ? 'active' : failedCount > 0 || error ? 'exception' : 'success'}
        aria-label={t('bulk.progress')}
      />
      <p role="status">{t(`bulk.state.${state}`, { done, failed: failedCount })}</p>
      <ProblemAlert error={error} />
      {failed.length > 0 && (
        <div className="fs-rows" tabIndex={0} role="region" aria-label={t('bulk.failures')}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t('columns.name')}</th>
                <th scope="col">{t('why')}</th>
                <th scope="col">{t('fix')}</th>
              </tr>
            </thead>
            <tbody>
              {failed.map(({ thing, name, code, detail, fix }) => (
                <tr key={thing}>
                  <td>
                    <PageLink to={`/things/${thing}`}>{name === '' ? `#${thing}` : name}</PageLink>
                  </td>
                  <td>
                    <code>{code}</code> {detail}
                  </td>
                  <td>{fix}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}

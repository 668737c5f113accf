// SPDX-License-Identifier: Apache-2.0
import { App, Button, Modal, Tooltip } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from '../../kit/problem.tsx';
import { useRefresh } from '../../kit/queries.ts';
import { useApi } from '../../kit/services.tsx';
import type { Document, Vector } from './api.ts';
import type { Checked, useTrials } from './check.ts';
import { Differences } from './differences.tsx';
import { nextVersion, versionOf, withValue } from './document.ts';

export interface PublishProps {
  readonly uri: string;
  readonly stored: Document | undefined;
  readonly checked: Checked;
  readonly trials: ReturnType<typeof useTrials>;
  readonly vectors: readonly Vector[];
  readonly isDraft: boolean;
  readonly onPublished: () => void;
}

/** Why it cannot be published now, as the key of a text; undefined when it can. */
function reasonAgainst({ checked, trials, isDraft }: PublishProps): string | undefined {
  if (!isDraft) return 'publish.unchanged';
  if (checked.brokenAt !== undefined) return 'publish.notJson';
  if (checked.faults.length > 0) return 'publish.faults';
  if (!checked.isSettled) return 'publish.checking';
  if (trials.error !== null) return 'publish.vectorsUnknown';
  if (trials.verdicts === undefined) return 'publish.vectorsRunning';
  if (trials.verdicts.some(({ passes }) => !passes)) return 'publish.vectorsFail';
  return undefined;
}

/** Publishes the draft as a version, after showing what it changes and breaks. */
export function Publish(props: PublishProps): JSX.Element {
  const { t } = useTranslation('models');
  const [open, setOpen] = useState(false);
  const against = reasonAgainst(props);
  return (
    <>
      <Tooltip title={against === undefined ? undefined : t(against)}>
        <Button
          size="small"
          type="primary"
          disabled={against !== undefined}
          onClick={() => setOpen(true)}
        >
          {t('publish.open')}
        </Button>
      </Tooltip>
      {against !== undefined && against !== 'publish.unchanged' && (
        <span className="fs-warn fs-small" role="status">
          {t(against)}
        </span>
      )}
      {open && <Dialog {...props} onClose={() => setOpen(false)} />}
    </>
  );
}

function Dialog(props: PublishProps & { readonly onClose: () => void }): JSX.Element {
  const { stored, checked, onPublished, onClose } = props;
  const { t } = useTranslation('models');
  const api = useApi();
  const refresh = useRefresh();
  const { message } = App.useApp();
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const { document = {}, found } = checked;
  const { before, differences = [] } = found ?? {};
  const breaks = differences.some(({ kind }) => kind === 'breaking');
  // Beside a version of the same number everything counts from that one: its successor needs a number of its own.
  const raised = before === undefined || found?.allowed === true;
  const version =
    raised || before === undefined ? versionOf(document) : nextVersion(before.version, breaks);
  const publish = async (): Promise<void> => {
    setBusy(true);
    try {
      const body = raised ? document : withValue(document, ['version', 'model'], version);
      await api.post('models', body);
      await refresh('models');
      onPublished();
      onClose();
      void message.success(t('publish.done', { version }));
    } catch (reason) {
      setError(reason);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      open
      width={820}
      title={t('publish.title', { version })}
      okText={t('publish.confirm', { version })}
      cancelText={t('publish.cancel')}
      okButtonProps={{ loading: isBusy, danger: breaks }}
      onOk={() => void publish()}
      onCancel={onClose}
    >
      <div className="md-page">
        {before === undefined ? (
          <p>{t('publish.first')}</p>
        ) : (
          <>
            <p>{t('publish.compared', { version: before.version })}</p>
            {!raised && <p className="fs-warn">{t('publish.raise', { version })}</p>}
            <p className={breaks ? 'fs-bad' : 'fs-good'}>
              {t(breaks ? 'publish.breaks' : 'publish.fine')}
            </p>
            <Differences from={stored} to={document} differences={differences} />
          </>
        )}
        <ProblemAlert error={error} />
      </div>
    </Modal>
  );
}

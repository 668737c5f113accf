// SPDX-License-Identifier: Apache-2.0
import { DownloadOutlined, ReloadOutlined, SafetyCertificateOutlined } from '@ant-design/icons';
import { Alert, Button, Flex } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import type { QueryValue } from '../../kit/api.ts';
import { CopyAsCommand } from '../../kit/copyable.tsx';
import { ProblemAlert } from '../../kit/problem.tsx';
import { useApi } from '../../kit/services.tsx';
import { countText } from './figures.ts';
import { useChange } from './use-change.ts';

/** What following the chain has found. */
interface Verdict {
  readonly ok: boolean;
  /** Entries that were followed. */
  readonly rows: number;
  readonly first?: number;
  readonly head?: { readonly seq: number; readonly hash: string };
  /** The first that is not as it was. */
  readonly seq?: number;
  readonly why?: string;
}

export interface AuditToolsProps {
  readonly query: Readonly<Record<string, QueryValue>>;
  readonly onReload: () => void;
}

/** Checks the chain, and takes the entries out of the house. */
export function AuditTools({ query, onReload }: AuditToolsProps): JSX.Element {
  const { t } = useTranslation('system');
  const api = useApi();
  const { run, error, isBusy } = useChange();
  const [verdict, setVerdict] = useState<Verdict>();
  const verify = (): void => {
    setVerdict(undefined);
    void run(async () => setVerdict(await api.post<Verdict>('audit/verify')));
  };
  const save = (): void =>
    void run(async () => {
      const response = await api.fetch('GET', 'audit/export', { query });
      download('audit.ndjson', await response.blob());
    });
  return (
    <>
      <Flex gap="small" wrap className="sy-tools">
        <Button
          type="primary"
          icon={<SafetyCertificateOutlined />}
          disabled={isBusy}
          onClick={verify}
        >
          {t('audit.verify')}
        </Button>
        <Button icon={<DownloadOutlined />} disabled={isBusy} onClick={save}>
          {t('audit.export')}
        </Button>
        <Button icon={<ReloadOutlined />} onClick={onReload}>
          {t('audit.reload')}
        </Button>
        <CopyAsCommand method="GET" path="audit/export" cli="fengsui audit export audit.ndjson" />
      </Flex>
      <ProblemAlert error={error} />
      {verdict !== undefined && <Found verdict={verdict} onClose={() => setVerdict(undefined)} />}
    </>
  );
}

function Found(props: { readonly verdict: Verdict; readonly onClose: () => void }): JSX.Element {
  const { verdict, onClose } = props;
  const { ok, rows, first = 0, head, seq = 0, why = '' } = verdict;
  const { t } = useTranslation('system');
  return (
    <Alert
      className="sy-tools"
      type={ok ? 'success' : 'error'}
      showIcon
      role={ok ? 'status' : 'alert'}
      closable={{ onClose, 'aria-label': t('close') }}
      title={
        ok
          ? t('audit.whole', { rows: countText(rows) })
          : t('audit.broken', { seq, why: t(`audit.why.${why}`, { defaultValue: why }) })
      }
      description={
        ok ? (
          <>
            {t('audit.range', { first, last: head?.seq ?? first })}{' '}
            <code className="sy-hash">{head?.hash}</code>
          </>
        ) : (
          t('audit.brokenFix')
        )
      }
    />
  );
}

/** Saves what was fetched as a file of the browser's. */
function download(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}

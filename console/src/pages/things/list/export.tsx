// SPDX-License-Identifier: Apache-2.0
import { DownloadOutlined } from '@ant-design/icons';
import { App, Button } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import type { QueryValue } from '../../../kit/api.ts';
import { ProblemAlert } from '../../../kit/problem.tsx';
import { useApi } from '../../../kit/services.tsx';
import { download } from '../thing.ts';

/** The whole list, as it is filtered and sorted, as a file. */
export function ExportThings(props: {
  readonly query: Readonly<Record<string, QueryValue>>;
}): JSX.Element {
  const { t } = useTranslation('things');
  const api = useApi();
  const { modal } = App.useApp();
  const [isBusy, setBusy] = useState(false);
  const save = async (): Promise<void> => {
    setBusy(true);
    try {
      const response = await api.fetch('GET', 'things/export', { query: props.query });
      download('things.csv', await response.blob());
    } catch (error) {
      modal.error({ title: t('export.failed'), content: <ProblemAlert error={error} /> });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button icon={<DownloadOutlined />} loading={isBusy} onClick={() => void save()}>
      {t('export.csv')}
    </Button>
  );
}

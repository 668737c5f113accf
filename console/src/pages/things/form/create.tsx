// SPDX-License-Identifier: Apache-2.0
import { useNavigate } from '@tanstack/react-router';
import { Button, Modal } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { CopyAsCommand } from '../../../kit/copyable.tsx';
import { ProblemAlert } from '../../../kit/problem.tsx';
import { useRefresh } from '../../../kit/queries.ts';
import { useApi } from '../../../kit/services.tsx';
import type { Thing } from '../thing.ts';
import { emptyDraft, newThingOf, type Draft } from './draft.ts';
import { ThingFields } from './fields.tsx';

export interface CreateThingProps {
  readonly onClose: () => void;
  readonly parent?: number;
}

/** A new thing; its page opens when it is there. */
export function CreateThing({ onClose, parent }: CreateThingProps): JSX.Element {
  const { t } = useTranslation('things');
  const api = useApi();
  const refresh = useRefresh();
  const navigate = useNavigate();
  const [draft, setDraft] = useState<Draft>({ ...emptyDraft, parent });
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const body = newThingOf(draft);
  const create = async (): Promise<void> => {
    setBusy(true);
    try {
      const { id } = await api.post<Thing>('things', body);
      await refresh('things');
      await navigate({ to: `/things/${id}`, search: { tab: 'credentials' } });
    } catch (reason) {
      setError(reason);
      setBusy(false);
    }
  };
  return (
    <Modal
      open
      title={t('create.title')}
      onCancel={onClose}
      footer={null}
      mask={{ closable: false }}
    >
      <form
        className="th-form"
        onSubmit={(event) => {
          event.preventDefault();
          void create();
        }}
      >
        <ThingFields draft={draft} onChange={(change) => setDraft({ ...draft, ...change })} />
        <ProblemAlert error={error} />
        <div className="th-chips">
          <Button type="primary" htmlType="submit" loading={isBusy} disabled={body['name'] === ''}>
            {t('create.do')}
          </Button>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <CopyAsCommand method="POST" path="things" body={body} />
        </div>
      </form>
    </Modal>
  );
}

// SPDX-License-Identifier: Apache-2.0
import { Button, Drawer, Flex, Input, Spin } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useConfirm } from '../../../kit/confirm.tsx';
import { useList } from '../../../kit/list.ts';
import { ProblemAlert } from '../../../kit/problem.tsx';
import { useGet, useRefresh } from '../../../kit/queries.ts';
import { useApi } from '../../../kit/services.tsx';
import { useCan } from '../../../kit/session.tsx';
import { useTenantNames } from '../names.ts';
import type { FilledGroup, Grant } from '../rows.ts';
import { useChange } from '../use-change.ts';
import { Grants } from './grants.tsx';
import { Members } from './members.tsx';

export interface GroupDrawerProps {
  readonly id: number;
  readonly onClose: () => void;
}

/** One group: who is in it, and what its members may do by it. */
export function GroupDrawer({ id, onClose }: GroupDrawerProps): JSX.Element {
  const { t } = useTranslation('system');
  const tenantName = useTenantNames();
  const canManage = useCan('users.manage');
  const { data: group, error, refetch } = useGet<FilledGroup>(`groups/${id}`);
  const grants = useList<Grant>('grants', { query: { group: id } });
  return (
    <Drawer
      className="sy-drawer"
      open
      size={760}
      title={group === undefined ? `#${id}` : group.name}
      onClose={onClose}
    >
      <ProblemAlert error={error ?? grants.error} onRetry={refetch} />
      {group === undefined ? (
        error === null && <Spin />
      ) : (
        <>
          {canManage && <Acts group={group} onRemoved={onClose} />}
          <p className="fs-muted">
            {group.title} {tenantName(group.tenant)}
          </p>
          <h2>{t('groups.members', { count: group.members.length })}</h2>
          <Members group={group} />
          <h2>{t('grants.title')}</h2>
          <Grants subject={{ group: id }} tenant={group.tenant} grants={grants.rows} />
        </>
      )}
    </Drawer>
  );
}

function Acts(props: { readonly group: FilledGroup; readonly onRemoved: () => void }): JSX.Element {
  const { group, onRemoved } = props;
  const { t } = useTranslation('system');
  const api = useApi();
  const confirm = useConfirm();
  const refresh = useRefresh();
  const [title, setTitle] = useState(group.title);
  const { run, error, isBusy } = useChange('groups');
  const remove = (): void =>
    confirm({
      title: t('groups.removeTitle', { name: group.name }),
      text: t('groups.removeText', { count: group.members.length }),
      confirm: t('groups.remove'),
      name: group.name,
      act: async () => {
        await api.delete(`groups/${group.id}`);
        await refresh('groups');
        onRemoved();
      },
    });
  return (
    <>
      <Flex gap="small" wrap className="sy-tools">
        <Input
          className="sy-search"
          aria-label={t('users.title')}
          placeholder={t('users.title')}
          maxLength={128}
          value={title}
          onChange={({ target }) => setTitle(target.value)}
        />
        <Button
          loading={isBusy}
          disabled={title === group.title}
          onClick={() => void run(() => api.patch(`groups/${group.id}`, { title }))}
        >
          {t('save')}
        </Button>
        <Button danger onClick={remove}>
          {t('groups.remove')}
        </Button>
      </Flex>
      <ProblemAlert error={error} />
    </>
  );
}

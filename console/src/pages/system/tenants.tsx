// SPDX-License-Identifier: Apache-2.0
import { Button, Empty, Flex, Input, Spin, Table } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../kit/badges.tsx';
import { useConfirm } from '../../kit/confirm.tsx';
import { PageLink } from '../../kit/link.tsx';
import { ProblemAlert } from '../../kit/problem.tsx';
import { useGet, useRefresh } from '../../kit/queries.ts';
import { useServices } from '../../kit/services.tsx';
import { useCan, useSession } from '../../kit/session.tsx';
import { Time } from '../../kit/time.tsx';
import { textField, useUrlState } from '../../kit/url-state.ts';
import type { Tenant } from './rows.ts';
import { TenantDialog, type TenantTask } from './tenant-dialog.tsx';
import { treeOf, withParents, type TenantNode } from './tenant-tree.ts';
import { tabPath } from './tabs.ts';

/** More are opened one by one. */
const openedMax = 200;

/** The tree of organisations from the tenant that is acted in. */
export function Tenants(): JSX.Element {
  const { t } = useTranslation('system');
  const { data, error, refetch } = useGet<{ items: readonly Tenant[] }>('tenants');
  const canManage = useCan('tenants.manage');
  const { tenant } = useSession();
  const [{ text }, setState] = useUrlState({ text: textField() });
  const [task, setTask] = useState<TenantTask>();
  if (data === undefined) {
    return error === null ? (
      <Spin className="fs-wait" />
    ) : (
      <ProblemAlert error={error} onRetry={refetch} />
    );
  }
  const { items } = data;
  const create = (
    <Button
      type="primary"
      onClick={() => setTask({ kind: 'create', parent: tenant.id, name: tenant.name })}
    >
      {t('tenants.create')}
    </Button>
  );
  const shown = withParents(items, text);
  return (
    <>
      <Flex gap="middle" wrap align="center" className="sy-tools">
        <Input.Search
          className="sy-search"
          allowClear
          aria-label={t('tenants.search')}
          placeholder={t('tenants.search')}
          value={text}
          onChange={({ target }) => setState({ text: target.value })}
        />
        {canManage && create}
        <span className="fs-muted" role="status">
          {t('tenants.count', { count: items.length })}
        </span>
      </Flex>
      {shown.length === 0 ? (
        <Empty
          image={Empty.PRESENTED_IMAGE_SIMPLE}
          description={t(items.length === 0 ? 'tenants.none' : 'tenants.notFound')}
          className="fs-empty"
        >
          {items.length > 0 ? (
            <Button onClick={() => setState({ text: '' })}>{t('tenants.all')}</Button>
          ) : canManage ? (
            create
          ) : (
            <PageLink to="/system">{t('tenants.back')}</PageLink>
          )}
        </Empty>
      ) : (
        <Tree key={text} tenants={shown} onTask={canManage ? setTask : undefined} />
      )}
      {task !== undefined && <TenantDialog task={task} onClose={() => setTask(undefined)} />}
    </>
  );
}

interface TreeProps {
  readonly tenants: readonly Tenant[];
  /** Undefined: they are only looked at. */
  readonly onTask: ((task: TenantTask) => void) | undefined;
}

function Tree({ tenants, onTask }: TreeProps): JSX.Element {
  const { t } = useTranslation('system');
  const [toggled, setToggled] = useState<ReadonlySet<number>>(new Set());
  const known = new Set(tenants.map(({ id }) => id));
  // A small tree is open, a large one at its top only, until somebody says otherwise.
  const isOpen = ({ id, parent }: Tenant): boolean =>
    (tenants.length <= openedMax || !known.has(parent ?? 0)) !== toggled.has(id);
  return (
    <Table<TenantNode>
      size="small"
      aria-label={t('tabs.tenants')}
      dataSource={[...treeOf(tenants)]}
      rowKey="id"
      pagination={false}
      virtual={tenants.length > 300}
      scroll={{ x: 1_000, ...(tenants.length > 300 ? { y: 600 } : {}) }}
      expandable={{
        expandedRowKeys: tenants.filter(isOpen).map(({ id }) => id),
        onExpand: (_expanded, { id }) => setToggled(toggled.symmetricDifference(new Set([id]))),
      }}
      columns={[
        {
          key: 'name',
          title: t('tenants.name'),
          width: 360,
          render: (_, { id, name }) => (
            <>
              <strong>{name}</strong> <span className="fs-muted fs-small">#{id}</span>
            </>
          ),
        },
        {
          key: 'unknown',
          title: t('tenants.unknown'),
          width: 180,
          render: (_, { unknownProperties }) => t(`tenants.unknownIs.${unknownProperties}`),
        },
        {
          key: 'created',
          title: t('tenants.created'),
          width: 180,
          // The root has always been there.
          render: (_, { created }) => (Date.parse(created) === 0 ? '—' : <Time value={created} />),
        },
        {
          key: 'acts',
          title: t('tenants.acts'),
          width: 360,
          render: (_, row) => <Acts tenant={row} onTask={onTask} />,
        },
      ]}
    />
  );
}

function Acts(props: {
  readonly tenant: Tenant;
  readonly onTask: TreeProps['onTask'];
}): JSX.Element {
  const { tenant, onTask } = props;
  const { id, name } = tenant;
  const { t } = useTranslation('system');
  const { api, tenant: store } = useServices();
  const { home, tenant: acting } = useSession();
  const confirm = useConfirm();
  const refresh = useRefresh();
  const remove = (): void =>
    confirm({
      title: t('tenants.removeTitle', { name }),
      text: t('tenants.removeText'),
      confirm: t('tenants.remove'),
      act: async () => {
        await api.delete(`tenants/${id}`);
        await refresh('tenants');
      },
    });
  return (
    <Flex gap={4} wrap>
      {id === acting.id ? (
        <Badge tone="good">{t('tenants.here')}</Badge>
      ) : (
        <Button
          size="small"
          type="link"
          aria-label={t('tenants.switchTo', { name })}
          onClick={() => store.set(id === home.id ? undefined : id)}
        >
          {t('tenants.switch')}
        </Button>
      )}
      {onTask !== undefined && (
        <>
          <Button
            size="small"
            type="link"
            aria-label={t('tenants.below', { name })}
            onClick={() => onTask({ kind: 'create', parent: id, name })}
          >
            {t('tenants.addBelow')}
          </Button>
          <Button
            size="small"
            type="link"
            aria-label={t('tenants.changeOf', { name })}
            onClick={() => onTask({ kind: 'change', tenant })}
          >
            {t('change')}
          </Button>
          {id !== acting.id && (
            <Button
              size="small"
              type="link"
              danger
              aria-label={t('tenants.removeOf', { name })}
              onClick={remove}
            >
              {t('tenants.remove')}
            </Button>
          )}
        </>
      )}
      {id === acting.id && <PageLink to={tabPath('users')}>{t('tenants.people')}</PageLink>}
    </Flex>
  );
}

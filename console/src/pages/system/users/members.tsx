// SPDX-License-Identifier: Apache-2.0
import { Button, Flex, Select } from 'antd';
import { useId, useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { PageLink } from '../../../kit/link.tsx';
import { useList } from '../../../kit/list.ts';
import { ProblemAlert } from '../../../kit/problem.tsx';
import { SearchSelect, useNamedOptions } from '../../../kit/search-select.tsx';
import { useApi } from '../../../kit/services.tsx';
import { useCan } from '../../../kit/session.tsx';
import type { Account, AccountKind, FilledGroup } from '../rows.ts';
import { tabPath } from '../tabs.ts';
import { useChange } from '../use-change.ts';
import { searching } from './pickers.tsx';

const kinds = ['users', 'service-accounts'] as const;

/** Who is in a group, with names; who comes in is searched by the server. */
export function Members({ group }: { readonly group: FilledGroup }): JSX.Element {
  const { t } = useTranslation('system');
  const api = useApi();
  const canManage = useCan('users.manage');
  const [kind, setKind] = useState<AccountKind>('users');
  const { run, error, isBusy } = useChange('groups', ...kinds);
  const change = (edit: (members: Set<number>) => void): void =>
    void run(async () => {
      // As it is now: others may have changed it since it was shown.
      const { members } = await api.get<FilledGroup>(`groups/${group.id}`);
      const next = new Set(members);
      edit(next);
      await api.put(`groups/${group.id}/members`, { accounts: [...next] });
    });
  return (
    <>
      {kinds.map((each) => (
        <Those
          key={each}
          kind={each}
          group={group.id}
          onRemove={
            canManage && !isBusy ? (id) => change((members) => members.delete(id)) : undefined
          }
        />
      ))}
      {canManage && (
        <Flex gap="small" wrap>
          <KindSelect kind={kind} onChange={setKind} />
          <SearchSelect<Account>
            key={kind}
            path={kind}
            query={searching}
            optionOf={({ id, name, title }) => ({
              value: id,
              label: title === '' ? name : `${title} (${name})`,
            })}
            label={t('groups.add')}
            placeholder={t('groups.add')}
            value={undefined}
            onChange={(id) => {
              if (id !== undefined) change((members) => members.add(Number(id)));
            }}
          />
        </Flex>
      )}
      <ProblemAlert error={error} />
    </>
  );
}

function KindSelect(props: {
  readonly kind: AccountKind;
  readonly onChange: (kind: AccountKind) => void;
}): JSX.Element {
  const { t } = useTranslation('system');
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  useNamedOptions(id, t('users.kind'), isOpen);
  return (
    <Select
      id={id}
      aria-label={t('users.kind')}
      value={props.kind}
      options={kinds.map((value) => ({ value, label: t(`users.kinds.${value}`) }))}
      onOpenChange={setOpen}
      onChange={props.onChange}
    />
  );
}

interface ThoseProps {
  readonly kind: AccountKind;
  readonly group: number;
  readonly onRemove: ((id: number) => void) | undefined;
}

function Those({ kind, group, onRemove }: ThoseProps): JSX.Element {
  const { t } = useTranslation('system');
  const list = useList<Account>(kind, { query: { group } });
  return (
    <>
      <ProblemAlert error={list.error} onRetry={list.reload} />
      <ul className="fs-plain sy-members" aria-label={t(`users.kinds.${kind}`)}>
        {list.rows.map(({ id, name, title }) => (
          <li key={id}>
            <PageLink to={tabPath('users', { kind, open: String(id) })}>{name}</PageLink>
            <span className="fs-muted">{title}</span>
            {onRemove !== undefined && (
              <Button
                size="small"
                type="link"
                aria-label={t('groups.takeOutOf', { name })}
                onClick={() => onRemove(id)}
              >
                {t('groups.takeOut')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {list.hasMore && (
        <Button size="small" loading={list.isLoadingMore} onClick={() => list.loadMore()}>
          {t('groups.more')}
        </Button>
      )}
    </>
  );
}

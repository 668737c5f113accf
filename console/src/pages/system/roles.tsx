// SPDX-License-Identifier: Apache-2.0
import { Button, Checkbox, Empty, Flex, Input, Spin } from 'antd';
import { useState, type JSX, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from '../../kit/problem.tsx';
import { useGet } from '../../kit/queries.ts';
import { useCan } from '../../kit/session.tsx';
import { useLanguage, type Language } from '../../kit/texts.ts';
import { flagField, textField, useUrlState } from '../../kit/url-state.ts';
import { usePermissions } from './names.ts';
import { RoleDrawer } from './role-drawer.tsx';
import { RoleForm } from './role-form.tsx';
import { RoleMatrix } from './role-matrix.tsx';
import type { Role } from './rows.ts';

/** More do not fit on a screen; whoever wants others searches. */
const columnsMax = 24;

const fields = { text: textField(), role: textField(), own: flagField() };

/** Who may do what by which role: every role beside every permission. */
export function Roles(): JSX.Element {
  const { t } = useTranslation('system');
  const language = useLanguage();
  const canManage = useCan('roles.manage');
  const { data, error, refetch } = useGet<{ items: readonly Role[] }>('roles');
  const permissions = usePermissions();
  const [{ text, role, own }, setState] = useUrlState(fields);
  const [isNew, setNew] = useState(false);
  if (data === undefined) return <Waiting error={error} onRetry={refetch} />;
  const found = foundOf(data.items, { text, own, language });
  const create = (
    <Button type="primary" onClick={() => setNew(true)}>
      {t('roles.create')}
    </Button>
  );
  const chosen = data.items.find(({ id }) => id === role);
  return (
    <>
      <Flex gap="middle" wrap align="center" className="sy-tools">
        <Input.Search
          className="sy-search"
          allowClear
          aria-label={t('roles.search')}
          placeholder={t('roles.search')}
          value={text}
          onChange={({ target }) => setState({ text: target.value })}
        />
        <Checkbox checked={own} onChange={({ target }) => setState({ own: target.checked })}>
          {t('roles.ownOnly')}
        </Checkbox>
        {canManage && create}
        {found.length > columnsMax && (
          <span className="fs-muted">
            {t('roles.more', { shown: columnsMax, count: found.length })}
          </span>
        )}
      </Flex>
      {found.length === 0 ? (
        <None
          action={
            canManage && text === '' ? (
              create
            ) : (
              <Button onClick={() => setState({ text: '', own: false })}>{t('roles.all')}</Button>
            )
          }
        />
      ) : (
        <RoleMatrix
          permissions={permissions}
          roles={found.slice(0, columnsMax)}
          onOpen={(id) => setState({ role: id })}
        />
      )}
      {chosen !== undefined && (
        <RoleDrawer key={chosen.id} role={chosen} onClose={() => setState({ role: '' })} />
      )}
      {isNew && (
        <RoleForm
          onClose={() => setNew(false)}
          onMade={(id) => {
            setNew(false);
            setState({ role: id });
          }}
        />
      )}
    </>
  );
}

function None({ action }: { readonly action: ReactNode }): JSX.Element {
  const { t } = useTranslation('system');
  return (
    <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('roles.none')} className="fs-empty">
      {action}
    </Empty>
  );
}

/** Roles with the text in their name; with `own` only those that tenants have made. */
function foundOf(
  roles: readonly Role[],
  { text, own, language }: { text: string; own: boolean; language: Language },
): readonly Role[] {
  const wanted = text.trim().toLowerCase();
  return roles.filter(
    (each) =>
      (!own || !each.builtIn) &&
      `${each[language]} ${each.name ?? each.id}`.toLowerCase().includes(wanted),
  );
}

function Waiting(props: { readonly error: unknown; readonly onRetry: () => unknown }): JSX.Element {
  const { error, onRetry } = props;
  if (error === null) return <Spin className="fs-wait" />;
  return <ProblemAlert error={error} onRetry={onRetry} />;
}

// SPDX-License-Identifier: Apache-2.0
import { useQuery } from '@tanstack/react-query';
import { Drawer, Spin } from 'antd';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from '../../kit/problem.tsx';
import { useRefresh } from '../../kit/queries.ts';
import { useApi } from '../../kit/services.tsx';
import { useLanguage } from '../../kit/texts.ts';
import { Editing, type EditedFields } from './editing.tsx';
import { RoleFields } from './role-fields.tsx';
import type { Role } from './rows.ts';

export interface RoleDraft extends EditedFields {
  readonly name: string;
  readonly title: string;
  readonly permissions: string;
}

export interface RoleFormProps {
  /** To be changed; without it one is made. */
  readonly role?: Role;
  /** The new one begins with the permissions of this. */
  readonly from?: Role;
  readonly onClose: () => void;
  readonly onMade: (id: string) => void;
}

/** Makes or changes a role; a change counts at once, for everybody who has it. */
export function RoleForm({ role, from, onClose, onMade }: RoleFormProps): JSX.Element {
  const { t } = useTranslation('system');
  const language = useLanguage();
  const api = useApi();
  const refresh = useRefresh();
  const path = role === undefined ? undefined : `roles/${encodeURIComponent(role.id)}`;
  // Its own reading: the form keeps to the version that it began with.
  const { data, error } = useQuery({
    queryKey: ['edit', path],
    queryFn: ({ signal }) => api.getTagged<Role>(path ?? '', { signal }),
    ...{ enabled: path !== undefined, gcTime: 0, staleTime: Number.POSITIVE_INFINITY },
  });
  const draftOf = (of: Role): RoleDraft => ({
    ...{ name: of.name ?? '', title: of[language] },
    permissions: of.permissions.toSorted().join(' '),
  });
  const initial: RoleDraft = from === undefined ? nothing : { ...draftOf(from), ...unnamed };
  const waiting = path !== undefined && data === undefined;
  return (
    <Drawer
      className="sy-drawer"
      open
      size={640}
      mask={{ closable: false }}
      title={role === undefined ? t('roles.create') : t('roles.changeOf', { name: role[language] })}
      onClose={onClose}
    >
      <ProblemAlert error={error} />
      {waiting && error === null && <Spin />}
      {!waiting && (
        <Editing<RoleDraft>
          base={{ draft: data === undefined ? initial : draftOf(data.value), etag: data?.etag }}
          labels={{ name: t('roles.name'), title: t('roles.title'), permissions: t('roles.may') }}
          isBad={({ name, title }) => (role === undefined ? name : title).trim() === ''}
          submit={t(role === undefined ? 'create' : 'save')}
          read={async () => {
            const { value, etag } = await api.getTagged<Role>(path ?? '');
            return { draft: draftOf(value), etag };
          }}
          save={async ({ name, title, permissions }, etag) => {
            const body = { title, permissions: permissions.split(' ').filter(Boolean) };
            const made =
              path === undefined
                ? await api.post<Role>('roles', { ...body, name, title: title || name })
                : (await api.call<Role>('PATCH', path, { body, ifMatch: etag })).value;
            await Promise.all([refresh('roles'), refresh('users'), refresh('service-accounts')]);
            onMade(made.id);
          }}
          onClose={onClose}
          fields={(draft, onChange) => (
            <RoleFields draft={draft} isNew={role === undefined} onChange={onChange} />
          )}
        />
      )}
    </Drawer>
  );
}

const unnamed = { name: '', title: '' };
const nothing: RoleDraft = { ...unnamed, permissions: '' };

// SPDX-License-Identifier: Apache-2.0
import { useQuery } from '@tanstack/react-query';
import { Drawer, Input, Select, Spin } from 'antd';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import type { Tagged } from '../../../kit/api.ts';
import { ProblemAlert } from '../../../kit/problem.tsx';
import { useRefresh } from '../../../kit/queries.ts';
import { useApi } from '../../../kit/services.tsx';
import { Editing, type EditedFields, type Version } from '../editing.tsx';
import type { Account, AccountKind } from '../rows.ts';
import { languages } from './create-account.tsx';

interface AccountDraft extends EditedFields {
  readonly title: string;
  /** Empty: none of their own. */
  readonly language: string;
}

export interface EditAccountProps {
  readonly kind: AccountKind;
  readonly id: number;
  readonly onClose: () => void;
}

const versionOf = ({ value, etag }: Tagged<Account>): Version<AccountDraft> => ({
  draft: { title: value.title, language: value.language ?? '' },
  etag,
});

/** Changes how an account is named and spoken to. */
export function EditAccount({ kind, id, onClose }: EditAccountProps): JSX.Element {
  const { t } = useTranslation('system');
  const api = useApi();
  const refresh = useRefresh();
  const path = `${kind}/${id}`;
  // Its own reading: the form keeps to the version that it began with.
  const { data, error } = useQuery({
    queryKey: ['edit', path],
    queryFn: ({ signal }) => api.getTagged<Account>(path, { signal }),
    ...{ gcTime: 0, staleTime: Number.POSITIVE_INFINITY },
  });
  const isUser = kind === 'users';
  return (
    <Drawer
      className="sy-drawer"
      open
      size={520}
      title={t('users.edit')}
      onClose={onClose}
      mask={{ closable: false }}
    >
      <ProblemAlert error={error} />
      {data === undefined ? (
        error === null && <Spin />
      ) : (
        <Editing<AccountDraft>
          base={versionOf(data)}
          labels={{ title: t('users.title'), language: t('users.language') }}
          isBad={() => false}
          submit={t('save')}
          read={async () => versionOf(await api.getTagged<Account>(path))}
          save={async ({ title, language }, ifMatch) => {
            const body = isUser
              ? { title, language: language === '' ? null : language }
              : { title };
            await api.patch(path, body, { ifMatch });
            await refresh(kind);
            onClose();
          }}
          onClose={onClose}
          fields={(draft, onChange) => <Fields draft={draft} isUser={isUser} onChange={onChange} />}
        />
      )}
    </Drawer>
  );
}

interface FieldsProps {
  readonly draft: AccountDraft;
  readonly isUser: boolean;
  readonly onChange: (change: Partial<AccountDraft>) => void;
}

function Fields({ draft, isUser, onChange }: FieldsProps): JSX.Element {
  const { t } = useTranslation('system');
  return (
    <>
      <label className="sy-field">
        <span>{t('users.title')}</span>
        <Input
          maxLength={128}
          value={draft.title}
          autoFocus
          onChange={({ target }) => onChange({ title: target.value })}
        />
      </label>
      {isUser && (
        <div className="sy-field">
          <span>{t('users.language')}</span>
          <Select
            aria-label={t('users.language')}
            value={draft.language}
            options={[
              { value: '', label: t('users.languageAny') },
              ...languages.map((value) => ({ value, label: t(`users.languages.${value}`) })),
            ]}
            onChange={(language) => onChange({ language })}
          />
        </div>
      )}
    </>
  );
}

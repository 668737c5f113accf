// SPDX-License-Identifier: Apache-2.0
import { Button, Checkbox, Input, Select } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from '../../kit/problem.tsx';
import { useGet } from '../../kit/queries.ts';
import { SearchSelect } from '../../kit/search-select.tsx';
import { useCan, useSession } from '../../kit/session.tsx';
import { useLanguage } from '../../kit/texts.ts';
import { useCreateKey } from './use-create-key.ts';

interface PermissionRow {
  readonly name: string;
  readonly en: string;
  readonly zh: string;
  readonly strong: boolean;
}

interface Account {
  readonly id: number;
  readonly name: string;
  readonly title: string;
}

const coarse = ['read', 'write', 'ingest', 'admin'] as const;
const days = [1, 30, 90, 365] as const;
const never = 0;

/** Makes a token with no more than one chooses and has. */
export function CreateKey({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const { t } = useTranslation('developer');
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly string[]>([]);
  const [lasts, setLasts] = useState<number>(90);
  const [account, setAccount] = useState<number>();
  const mayForOthers = useCan('tokens.manage');
  const maySeeAccounts = useCan('users.read');
  const { create, error, isBusy } = useCreateKey();
  const submit = async (): Promise<void> => {
    const expires = lasts === never ? undefined : lasts;
    const made = await create({ name: name.trim(), scopes, days: expires, account });
    if (made) onClose();
  };
  return (
    <form
      className="dv-panel"
      aria-label={t('keys.new')}
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <h2>{t('keys.new')}</h2>
      <div className="dv-fields">
        <div className="dv-field">
          <label htmlFor="dv-name">{t('keys.name')}</label>
          <Input
            id="dv-name"
            autoFocus
            maxLength={128}
            placeholder={t('keys.namePlaceholder')}
            value={name}
            onChange={({ target }) => setName(target.value)}
          />
        </div>
        <div className="dv-field">
          <label htmlFor="dv-lasts">{t('keys.lasts')}</label>
          <Select<number>
            id="dv-lasts"
            value={lasts}
            options={[...days, never].map((value) => ({
              value,
              label: value === never ? t('keys.never') : t('keys.days', { count: value }),
            }))}
            onChange={setLasts}
          />
        </div>
        {mayForOthers && maySeeAccounts && (
          <div className="dv-field">
            <label htmlFor="dv-account">{t('keys.account')}</label>
            <SearchSelect<Account>
              id="dv-account"
              path="service-accounts"
              label={t('keys.account')}
              placeholder={t('keys.own')}
              query={(text) => ({ search: text === '' ? undefined : text })}
              optionOf={({ id, name: short, title }) => ({ value: id, label: title || short })}
              value={account}
              onChange={(value) => setAccount(typeof value === 'number' ? value : undefined)}
            />
          </div>
        )}
      </div>
      <Scopes chosen={scopes} onChange={setScopes} />
      <ProblemAlert error={error} />
      <div className="dv-row">
        <Button
          type="primary"
          htmlType="submit"
          loading={isBusy}
          disabled={name.trim() === '' || scopes.length === 0}
        >
          {t('keys.create')}
        </Button>
        <Button onClick={onClose}>{t('keys.cancel')}</Button>
        {scopes.length === 0 && <span className="fs-muted">{t('keys.needsScope')}</span>}
      </div>
    </form>
  );
}

interface ScopesProps {
  readonly chosen: readonly string[];
  readonly onChange: (scopes: readonly string[]) => void;
}

/** Sets of permissions by one name, and the permissions that the session has. */
function Scopes({ chosen, onChange }: ScopesProps): JSX.Element {
  const { t } = useTranslation('developer');
  const language = useLanguage();
  const { permissions } = useSession();
  const { data, error } = useGet<{ items: PermissionRow[] }>('permissions');
  const own = data?.items.filter(({ name }) => permissions.includes(name)) ?? [];
  const toggle = (scope: string, on: boolean): void =>
    onChange(on ? [...chosen, scope] : chosen.filter((each) => each !== scope));
  const box = (scope: string, text: string): JSX.Element => (
    <Checkbox
      key={scope}
      checked={chosen.includes(scope)}
      onChange={({ target }) => toggle(scope, target.checked)}
    >
      <code>{scope}</code> <span className="fs-muted">{text}</span>
    </Checkbox>
  );
  return (
    <>
      <fieldset className="dv-scopes dv-set">
        <legend>{t('keys.sets')}</legend>
        {coarse.map((scope) => box(scope, t(`keys.coarse.${scope}`)))}
      </fieldset>
      <fieldset className="dv-scopes dv-set">
        <legend>{t('keys.permissions')}</legend>
        {own.map((permission) =>
          box(
            permission.name,
            `${permission[language]}${permission.strong ? ` ${t('keys.strong')}` : ''}`,
          ),
        )}
      </fieldset>
      <ProblemAlert error={error} />
    </>
  );
}

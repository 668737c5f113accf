// SPDX-License-Identifier: Apache-2.0
import { Button, Input, Select } from 'antd';
import { useId, useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { SearchSelect, useNamedOptions } from '../../kit/search-select.tsx';
import { useCan } from '../../kit/session.tsx';
import { noFilters, type AuditState } from './audit-state.ts';
import { usePermissions } from './names.ts';
import type { Account } from './rows.ts';

const kinds = ['user', 'token', 'thing', 'anonymous', 'system'];
const results = ['done', 'refused', 'failed'];
const resources = [
  ...['things', 'models', 'users', 'service-accounts', 'groups', 'roles', 'grants', 'tenants'],
  ...['tokens', 'authorities', 'provisioning-keys', 'bans', 'backups', 'audit', 'demo', 'me'],
];

export interface AuditFiltersProps {
  readonly state: AuditState;
  readonly onChange: (change: Partial<AuditState>) => void;
}

/** Who, what, to what, with which result, when. */
export function AuditFilters({ state, onChange }: AuditFiltersProps): JSX.Element {
  const { t } = useTranslation('system');
  const canSeeUsers = useCan('users.read');
  const acts = usePermissions().map(({ name }) => name);
  const isFiltered = Object.values(state).some((value) => value !== '');
  const choices = { actorKind: kinds, result: results } as const;
  return (
    <div className="sy-filters" role="search">
      {canSeeUsers && (
        <SearchSelect<Account>
          path="users"
          query={(text) => (text.trim() === '' ? {} : { search: text.trim() })}
          optionOf={({ id, name, title }) => ({
            value: id,
            label: title === '' ? name : `${title} (${name})`,
          })}
          label={t('audit.account')}
          placeholder={t('audit.account')}
          value={state.account === '' ? undefined : Number(state.account)}
          onChange={(id) => onChange({ account: id === undefined ? '' : String(id) })}
        />
      )}
      {(['actorKind', 'result'] as const).map((name) => (
        <Choice
          key={name}
          label={t(`audit.${name}`)}
          value={state[name]}
          options={choices[name].map((value) => ({
            value,
            label: t(name === 'result' ? `audit.is.${value}` : `audit.kinds.${value}`),
          }))}
          onChange={(value) => onChange({ [name]: value })}
        />
      ))}
      <Choice
        label={t('audit.act')}
        value={state.act}
        options={[...acts, 'login', 'logout', 'link.made'].map((value) => ({
          value,
          label: value,
        }))}
        onChange={(act) => onChange({ act })}
      />
      <Choice
        label={t('audit.resourceKind')}
        value={state.resourceKind}
        options={resources.map((value) => ({ value, label: value }))}
        onChange={(resourceKind) => onChange({ resourceKind })}
      />
      <Typed
        key={`resource ${state.resource}`}
        label={t('audit.resourceId')}
        value={state.resource}
        onDone={(resource) => onChange({ resource })}
      />
      {(['from', 'to'] as const).map((name) => (
        <label key={name} className="sy-when">
          <span className="fs-muted">{t(`audit.${name}`)}</span>
          <Input
            type="datetime-local"
            value={state[name]}
            onChange={({ target }) => onChange({ [name]: target.value })}
          />
        </label>
      ))}
      {isFiltered && <Button onClick={() => onChange(noFilters)}>{t('audit.clear')}</Button>}
    </div>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: { readonly value: string; readonly label: string }[];
  readonly onChange: (value: string) => void;
}

function Choice({ label, value, options, onChange }: ChoiceProps): JSX.Element {
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  useNamedOptions(id, label, isOpen);
  return (
    <Select
      id={id}
      aria-label={label}
      placeholder={label}
      className="sy-choice"
      allowClear
      showSearch
      value={value === '' ? null : value}
      options={options}
      onOpenChange={setOpen}
      onChange={(chosen) => onChange(chosen ?? '')}
    />
  );
}

/** A text that counts when it is entered, not at each letter. */
function Typed(props: {
  readonly label: string;
  readonly value: string;
  readonly onDone: (text: string) => void;
}): JSX.Element {
  const { label, value, onDone } = props;
  const [text, setText] = useState(value);
  return (
    <Input
      className="sy-choice"
      aria-label={label}
      placeholder={label}
      allowClear
      value={text}
      onChange={({ target }) => {
        setText(target.value);
        if (target.value === '') onDone('');
      }}
      onPressEnter={() => onDone(text.trim())}
      onBlur={() => text.trim() !== value && onDone(text.trim())}
    />
  );
}

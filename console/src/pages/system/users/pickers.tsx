// SPDX-License-Identifier: Apache-2.0
import { Select } from 'antd';
import { useId, useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useGet } from '../../../kit/queries.ts';
import { SearchSelect, useNamedOptions } from '../../../kit/search-select.tsx';
import { useCan } from '../../../kit/session.tsx';
import { useLanguage } from '../../../kit/texts.ts';
import type { Role, Tenant } from '../rows.ts';

export interface TenantSelectProps {
  readonly value: number | undefined;
  readonly onChange: (id: number | undefined) => void;
  /** What counts while nothing is chosen. */
  readonly placeholder: string;
  readonly id?: string;
}

/** A tenant of the sub-tree, searched by the server; only the own one for those who see no others. */
export function TenantSelect(props: TenantSelectProps): JSX.Element {
  const { value, onChange, placeholder, id } = props;
  const { t } = useTranslation('system');
  const canSee = useCan('tenants.read');
  if (!canSee) return <span>{placeholder}</span>;
  return (
    <SearchSelect<Tenant>
      path="tenants"
      query={searching}
      optionOf={(tenant) => ({ value: tenant.id, label: tenant.name })}
      label={t('users.tenant')}
      placeholder={placeholder}
      value={value}
      onChange={(chosen) => onChange(chosen === undefined ? undefined : Number(chosen))}
      {...(id === undefined ? {} : { id })}
    />
  );
}

export function searching(text: string): { readonly search?: string } {
  return text.trim() === '' ? {} : { search: text.trim() };
}

/** A role: their number is bounded, and the server sends them all at once. */
export function RoleSelect(props: {
  readonly value: string | undefined;
  readonly onChange: (id: string) => void;
}): JSX.Element {
  const { t } = useTranslation('system');
  const language = useLanguage();
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const { data } = useGet<{ items: readonly Role[] }>('roles', { enabled: isOpen });
  useNamedOptions(id, t('grants.role'), isOpen);
  return (
    <Select
      id={id}
      className="fs-select"
      aria-label={t('grants.role')}
      placeholder={t('grants.role')}
      showSearch={{ optionFilterProp: 'label' }}
      value={props.value ?? null}
      options={data?.items.map((role) => ({ value: role.id, label: role[language] })) ?? []}
      onOpenChange={setOpen}
      onChange={(chosen) => {
        if (chosen !== null) props.onChange(chosen);
      }}
    />
  );
}

// SPDX-License-Identifier: Apache-2.0
import { Select } from 'antd';
import { useId, useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useGet } from '../kit/queries.ts';
import { useNamedOptions, useSettled } from '../kit/search-select.tsx';
import { useServices } from '../kit/services.tsx';
import { useCan, useSession, type TenantName } from '../kit/session.tsx';

/** The tenant everything is shown of: the user's own or one below it. */
export function TenantSwitch(): JSX.Element | null {
  const { t } = useTranslation();
  const { tenant: store } = useServices();
  const { tenant, home } = useSession();
  const canSee = useCan('tenants.read');
  const id = useId();
  const [text, setText] = useState('');
  const [isOpen, setOpen] = useState(false);
  useNamedOptions(id, t('tenant.label'), isOpen);
  const q = useSettled(text).trim();
  const { data } = useGet<{ items: readonly TenantName[] }>('tenants', {
    query: { limit: 20, search: q === '' ? undefined : q },
    enabled: canSee && isOpen,
  });
  const listed = (data?.items ?? []).filter(({ id }) => id !== home.id && id !== tenant.id);
  const choices = [home, ...(tenant.id === home.id ? [] : [tenant]), ...listed];
  if (!canSee) return <span className="fs-tenant fs-wide">{tenant.name}</span>;
  return (
    <Select
      id={id}
      className="fs-tenant"
      aria-label={t('tenant.label')}
      variant="borderless"
      showSearch={{ filterOption: false, onSearch: setText }}
      value={tenant.id}
      options={choices.map(({ id, name }) => ({ value: id, label: name }))}
      onOpenChange={setOpen}
      onChange={(id) => store.set(id === home.id ? undefined : id)}
    />
  );
}

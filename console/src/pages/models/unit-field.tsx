// SPDX-License-Identifier: Apache-2.0
import { AutoComplete } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useGet } from '../../kit/queries.ts';
import { useSettled } from '../../kit/search-select.tsx';
import { useLanguage } from '../../kit/texts.ts';
import type { Fault, Unit } from './api.ts';
import { Field } from './field.tsx';

export interface UnitFieldProps {
  readonly value: string;
  readonly faults: readonly Fault[];
  readonly onChange: (value: string | undefined) => void;
}

/** A UCUM unit, found by code, symbol or name; ℃ and kWh become their codes when they are chosen. */
export function UnitField({ value, faults, onChange }: UnitFieldProps): JSX.Element {
  const { t } = useTranslation('models');
  const language = useLanguage();
  const [isOpen, setOpen] = useState(false);
  const search = useSettled(value);
  const { data } = useGet<{ items: Unit[]; code?: string }>('units', {
    query: { search: search === '' ? undefined : search },
    enabled: isOpen || value !== '',
  });
  const exact = search === value ? data?.items.find(({ code }) => code === data.code) : undefined;
  const items = data?.items ?? [];
  return (
    <Field label={t('form.unit')} faults={faults}>
      {(id, status) => (
        <>
          <AutoComplete
            id={id}
            status={status}
            value={value}
            placeholder="Cel"
            options={items.map(({ code, symbol, [language]: name }) => ({
              value: code,
              label: [code, symbol === code ? '' : symbol, name === code ? '' : name]
                .filter(Boolean)
                .join(' · '),
            }))}
            onOpenChange={setOpen}
            onChange={(next) => onChange(next === '' ? undefined : next)}
          />
          {exact !== undefined && (
            <span className="fs-muted fs-small">
              {[exact.code, exact.symbol, exact[language]]
                .filter((part, index, all) => all.indexOf(part) === index && part !== '')
                .join(' · ')}
            </span>
          )}
        </>
      )}
    </Field>
  );
}

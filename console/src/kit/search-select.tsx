// SPDX-License-Identifier: Apache-2.0
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Select, Spin } from 'antd';
import { useEffect, useId, useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import type { QueryValue } from './api.ts';
import { useServices } from './services.tsx';

const rowsMax = 20;
const typingMs = 250;

export interface SearchSelectProps<T> {
  /** The list that is asked, such as `things`. */
  readonly path: string;
  /** How the typed text is asked for; what is typed is not a filter yet. */
  readonly query: (text: string) => Readonly<Record<string, QueryValue>>;
  readonly optionOf: (item: T) => { readonly value: string | number; readonly label: string };
  readonly value: string | number | undefined;
  readonly onChange: (value: string | number | undefined, item: T | undefined) => void;
  readonly label: string;
  readonly placeholder?: string;
  readonly id?: string;
}

/** Chooses one of any number of things: the server searches, at most 20 are shown. */
export function SearchSelect<T>(props: SearchSelectProps<T>): JSX.Element {
  const { path, query, optionOf, value, onChange, label, placeholder } = props;
  const ownId = useId();
  const id = props.id ?? ownId;
  const { t } = useTranslation('kit');
  const { api } = useServices();
  const [text, setText] = useState('');
  const [isOpen, setOpen] = useState(false);
  const asked = { ...query(useSettled(text)), limit: rowsMax };
  const { data, isFetching } = useQuery({
    queryKey: ['api', path, asked],
    queryFn: ({ signal }) =>
      api.get<{ readonly items: readonly T[] }>(path, { query: asked, signal }),
    placeholderData: keepPreviousData,
    enabled: isOpen || value !== undefined,
  });
  const items = data?.items ?? [];
  useNamedOptions(id, label, isOpen);
  return (
    <Select
      id={id}
      aria-label={label}
      className="fs-select"
      showSearch={{ filterOption: false, onSearch: setText }}
      allowClear
      placeholder={placeholder ?? t('select.type')}
      value={value ?? null}
      options={items.map(optionOf)}
      onOpenChange={setOpen}
      onChange={(chosen) => {
        onChange(
          chosen ?? undefined,
          items.find((item) => optionOf(item).value === chosen),
        );
      }}
      notFoundContent={isFetching ? <Spin size="small" /> : t('select.none')}
    />
  );
}

/** Gives the list of options of antd's Select `id` the name that it lacks for those who hear it. */
export function useNamedOptions(id: string, label: string, isOpen: boolean): void {
  useEffect(() => {
    if (isOpen) document.getElementById(`${id}_list`)?.setAttribute('aria-label', label);
  });
}

/** A text after nobody has typed for a moment. */
export function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), typingMs);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

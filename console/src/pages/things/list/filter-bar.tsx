// SPDX-License-Identifier: Apache-2.0
import { Button, Checkbox, Flex, Input, Popover, Select, Tag } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { SearchSelect } from '../../../kit/search-select.tsx';
import { useCan } from '../../../kit/session.tsx';
import { lifecycles, type ModelSummary } from '../thing.ts';
import { conditionsOf, filterOf, type Conditions, type Label } from './filter-text.ts';

export interface FilterBarProps {
  readonly filter: string;
  readonly onFilter: (filter: string) => void;
  readonly below: boolean;
  readonly onBelow: (below: boolean) => void;
}

/** Writes the platform's filter language with fields and chips; what has no field stays editable as text. */
export function FilterBar({ filter, onFilter, below, onBelow }: FilterBarProps): JSX.Element {
  const { t } = useTranslation('things');
  const [isRaw, setRaw] = useState(false);
  const conditions = conditionsOf(filter);
  const change = (some: Partial<Conditions>): void =>
    onFilter(filterOf({ ...conditions, ...some }));
  return (
    <div className="th-filter" role="search" aria-label={t('filter.label')}>
      <Flex gap="small" wrap align="center">
        <TextField text={conditions.text} onText={(text) => change({ text })} />
        <Choice
          label={t('filter.online')}
          value={conditions.online}
          options={[
            { value: 'true', label: t('filter.isOnline') },
            { value: 'false', label: t('filter.isOffline') },
          ]}
          onChange={(value) =>
            change({ online: value === 'true' || value === 'false' ? value : '' })
          }
        />
        <Choice
          label={t('filter.lifecycle')}
          value={conditions.lifecycle}
          options={lifecycles.map((value) => ({ value, label: t(`lifecycle.${value}`) }))}
          onChange={(lifecycle) => change({ lifecycle })}
        />
        {useCan('models.read') && (
          <SearchSelect<ModelSummary>
            path="models"
            query={(text) => ({ text })}
            optionOf={({ uri, title }) => ({ value: uri, label: title })}
            value={conditions.model === '' ? undefined : conditions.model}
            onChange={(model) => change({ model: String(model ?? '') })}
            label={t('filter.model')}
            placeholder={t('filter.model')}
          />
        )}
        <AddLabel onLabel={(label) => change({ labels: [...conditions.labels, label] })} />
        <Checkbox checked={below} onChange={({ target }) => onBelow(target.checked)}>
          {t('filter.below')}
        </Checkbox>
        <Button type="text" aria-pressed={isRaw} onClick={() => setRaw(!isRaw)}>
          {t('filter.raw')}
        </Button>
        {filter !== '' && (
          <Button type="link" onClick={() => onFilter('')}>
            {t('filter.clear')}
          </Button>
        )}
      </Flex>
      <Chips conditions={conditions} onChange={change} />
      {isRaw && <RawField key={filter} filter={filter} onFilter={onFilter} />}
    </div>
  );
}

function TextField(props: {
  readonly text: string;
  readonly onText: (text: string) => void;
}): JSX.Element {
  const { t } = useTranslation('things');
  const [typed, setTyped] = useState(props.text);
  const [known, setKnown] = useState(props.text);
  if (known !== props.text) {
    setKnown(props.text);
    setTyped(props.text);
  }
  return (
    <Input.Search
      className="th-search"
      aria-label={t('filter.text')}
      placeholder={t('filter.text')}
      allowClear
      value={typed}
      onChange={({ target }) => setTyped(target.value)}
      onSearch={(text) => props.onText(text)}
    />
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: { value: string; label: string }[];
  readonly onChange: (value: string) => void;
}

function Choice({ label, value, options, onChange }: ChoiceProps): JSX.Element {
  return (
    <Select<string>
      className="th-choice"
      aria-label={label}
      placeholder={label}
      allowClear
      value={value === '' ? null : value}
      options={options}
      onChange={(chosen) => onChange(chosen ?? '')}
    />
  );
}

function AddLabel({ onLabel }: { readonly onLabel: (label: Label) => void }): JSX.Element {
  const { t } = useTranslation('things');
  const [isOpen, setOpen] = useState(false);
  const [name, setName] = useState('');
  const [value, setValue] = useState('');
  const add = (): void => {
    onLabel({ name: name.trim(), value });
    setName('');
    setValue('');
    setOpen(false);
  };
  const form = (
    <form
      className="th-add-label"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== '') add();
      }}
    >
      <Input
        aria-label={t('labels.name')}
        placeholder={t('labels.name')}
        value={name}
        onChange={({ target }) => setName(target.value)}
      />
      <Input
        aria-label={t('labels.value')}
        placeholder={t('labels.value')}
        value={value}
        onChange={({ target }) => setValue(target.value)}
      />
      <Button htmlType="submit" type="primary" disabled={name.trim() === ''}>
        {t('filter.add')}
      </Button>
    </form>
  );
  return (
    <Popover trigger="click" open={isOpen} onOpenChange={setOpen} content={form}>
      <Button>{t('filter.addLabel')}</Button>
    </Popover>
  );
}

function Chips(props: {
  readonly conditions: Conditions;
  readonly onChange: (change: Partial<Conditions>) => void;
}): JSX.Element | null {
  const { labels, others } = props.conditions;
  if (labels.length + others.length === 0) return null;
  return (
    <div className="th-chips">
      {labels.map((label, at) => (
        <Chip
          key={`${label.name} ${label.value}`}
          text={`${label.name} = ${label.value}`}
          onRemove={() => props.onChange({ labels: labels.toSpliced(at, 1) })}
        />
      ))}
      {others.map((clause, at) => (
        <Chip
          key={clause}
          text={clause}
          onRemove={() => props.onChange({ others: others.toSpliced(at, 1) })}
        />
      ))}
    </div>
  );
}

function Chip({ text, onRemove }: { text: string; onRemove: () => void }): JSX.Element {
  const { t } = useTranslation('things');
  return (
    <Tag closable={{ 'aria-label': t('filter.remove', { text }) }} onClose={onRemove}>
      {text}
    </Tag>
  );
}

function RawField({ filter, onFilter }: Pick<FilterBarProps, 'filter' | 'onFilter'>): JSX.Element {
  const { t } = useTranslation('things');
  const [typed, setTyped] = useState(filter);
  return (
    <Input.Search
      aria-label={t('filter.rawLabel')}
      className="th-raw"
      enterButton={t('filter.apply')}
      value={typed}
      onChange={({ target }) => setTyped(target.value)}
      onSearch={(text) => onFilter(text.trim())}
    />
  );
}

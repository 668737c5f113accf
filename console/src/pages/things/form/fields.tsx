// SPDX-License-Identifier: Apache-2.0
import { Input, Select } from 'antd';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { SearchSelect } from '../../../kit/search-select.tsx';
import { useCan } from '../../../kit/session.tsx';
import { lifecycles, type ModelSummary, type Thing } from '../thing.ts';
import { filterOf } from '../list/filter-text.ts';
import { lifecycleOf, propertiesOf, type Draft } from './draft.ts';
import { LabelsField } from './labels-field.tsx';

export interface FieldsProps {
  readonly draft: Draft;
  readonly onChange: (change: Partial<Draft>) => void;
  /** A thing that is there has a lifecycle and properties too. */
  readonly thing?: number;
}

/** The fields of a thing. */
export function ThingFields({ draft, onChange, thing }: FieldsProps): JSX.Element {
  const { t } = useTranslation('things');
  const isNew = thing === undefined;
  return (
    <>
      <label>
        {t('fields.name')}
        <Input
          autoFocus={isNew}
          required
          maxLength={256}
          value={draft.name}
          onChange={({ target }) => onChange({ name: target.value })}
        />
      </label>
      <Choices {...{ draft, onChange }} />
      <LabelsField
        legend={t('fields.labels')}
        rows={draft.labels}
        onRows={(labels) => onChange({ labels })}
      />
      <label>
        {t('fields.uri')}
        <Input
          maxLength={1_024}
          placeholder={t('fields.uriOwn')}
          value={draft.uri}
          onChange={({ target }) => onChange({ uri: target.value })}
        />
      </label>
      <label>
        {t('fields.kind')}
        <Input
          maxLength={32}
          value={draft.kind}
          onChange={({ target }) => onChange({ kind: target.value })}
        />
      </label>
      <label>
        {t('fields.description')}
        <Input.TextArea
          rows={2}
          maxLength={4_096}
          value={draft.description}
          onChange={({ target }) => onChange({ description: target.value })}
        />
      </label>
      {!isNew && <Further {...{ draft, onChange }} />}
    </>
  );
}

function Choices({ draft, onChange }: FieldsProps): JSX.Element {
  const { t } = useTranslation('things');
  return (
    <>
      {useCan('models.read') && (
        <div className="th-field">
          <span>{t('fields.model')}</span>
          <SearchSelect<ModelSummary>
            path="models"
            query={(text) => ({ text })}
            optionOf={({ uri, title }) => ({ value: uri, label: title })}
            value={draft.model}
            onChange={(model) => onChange({ model: model === undefined ? model : String(model) })}
            label={t('fields.model')}
          />
        </div>
      )}
      <div className="th-field">
        <span>{t('fields.parent')}</span>
        <SearchSelect<Thing>
          path="things"
          query={(text) => ({ filter: text.trim() === '' ? undefined : textFilter(text) })}
          optionOf={({ id, name }) => ({ value: id, label: `${name} #${id}` })}
          value={draft.parent}
          onChange={(parent) =>
            onChange({ parent: parent === undefined ? parent : Number(parent) })
          }
          label={t('fields.parent')}
        />
      </div>
    </>
  );
}

function textFilter(text: string): string {
  return filterOf({ text, online: '', lifecycle: '', model: '', labels: [], others: [] });
}

function Further({ draft, onChange }: FieldsProps): JSX.Element {
  const { t } = useTranslation('things');
  const isBad = propertiesOf(draft.properties) === undefined;
  return (
    <>
      <div className="th-field">
        <span>{t('fields.lifecycle')}</span>
        <Select<string>
          aria-label={t('fields.lifecycle')}
          value={draft.lifecycle}
          options={lifecycles.map((value) => ({ value, label: t(`lifecycle.${value}`) }))}
          onChange={(value) => onChange({ lifecycle: lifecycleOf(value) })}
        />
      </div>
      <label>
        {t('fields.properties')}
        <Input.TextArea
          rows={5}
          className="th-raw"
          status={isBad ? 'error' : ''}
          value={draft.properties}
          onChange={({ target }) => onChange({ properties: target.value })}
        />
        {isBad && <span className="fs-bad">{t('fields.badJson')}</span>}
      </label>
    </>
  );
}

// SPDX-License-Identifier: Apache-2.0
import { Button, Checkbox, Flex } from 'antd';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { isObject, type Document, type Fault } from './api.ts';
import {
  renamed,
  typeOf,
  types,
  valueAt,
  versionOf,
  withType,
  withValue,
  type Kind,
} from './document.ts';
import { ChoiceField, NumberField, TextField } from './field.tsx';
import { tokenOf } from './json-places.ts';
import { UnitField } from './unit-field.tsx';

type At = (faults: readonly Fault[], pointer: string) => readonly Fault[];

const exactly: At = (faults, pointer) => faults.filter(({ at }) => at === pointer);

interface HeadProps {
  readonly document: Document;
  readonly faults: readonly Fault[];
  readonly onChange: (document: Document) => void;
}

/** Title in both languages, identifier and version of the model. */
export function HeadFields({ document, faults, onChange }: HeadProps): JSX.Element {
  const { t } = useTranslation('models');
  const text = (pointer: string): string => textAt(document, pointer);
  const set = (path: readonly string[], value: string): void =>
    onChange(withValue(document, path, value === '' ? undefined : value));
  return (
    <div className="md-fields">
      <TextField
        label={t('form.modelTitle')}
        faults={exactly(faults, '/title')}
        value={text('/title')}
        onChange={(value) => set(['title'], value)}
      />
      <TextField
        label={t('form.titleZh')}
        faults={exactly(faults, '/titles/zh')}
        value={text('/titles/zh')}
        onChange={(value) => set(['titles', 'zh'], value)}
      />
      <TextField
        label={t('form.titleEn')}
        faults={exactly(faults, '/titles/en')}
        value={text('/titles/en')}
        onChange={(value) => set(['titles', 'en'], value)}
      />
      <TextField
        label={t('form.version')}
        faults={exactly(faults, '/version/model')}
        value={versionOf(document)}
        onChange={(value) => set(['version', 'model'], value)}
      />
    </div>
  );
}

export interface AffordanceFieldsProps extends HeadProps {
  readonly kind: Kind;
  readonly name: string;
  readonly onChoose: (pointer: string) => void;
  readonly onShow: (pointer: string) => void;
}

/** Fields of one property, action or event. */
export function AffordanceFields(props: AffordanceFieldsProps): JSX.Element {
  const { document, kind, name, faults, onChange, onChoose, onShow } = props;
  const { t } = useTranslation('models');
  const pointer = `/${kind}/${tokenOf(name)}`;
  const found = valueAt(document, pointer);
  const member = isObject(found) ? found : {};
  const set = (path: readonly string[], value: unknown): void =>
    onChange(withValue(document, [kind, name, ...path], value === '' ? undefined : value));
  const rename = (to: string): void => {
    const next = renamed(document, kind, { from: name, to });
    if (next === document) return;
    onChange(next);
    onChoose(`/${kind}/${tokenOf(to)}`);
  };
  const part = { member, pointer, faults, set };
  return (
    <div className="md-fields" role="group" aria-label={t('form.of', { name })}>
      <TextField
        label={t('form.name')}
        faults={exactly(faults, pointer)}
        value={name}
        onChange={rename}
        whenLeft
      />
      {(['zh', 'en'] as const).map((language) => (
        <TextField
          key={language}
          label={t(language === 'zh' ? 'form.titleZh' : 'form.titleEn')}
          faults={exactly(faults, `${pointer}/titles/${language}`)}
          placeholder={textAt(member, '/title')}
          value={textAt(member, `/titles/${language}`)}
          onChange={(value) => set(['titles', language], value)}
        />
      ))}
      {kind === 'properties' ? (
        <PropertyFields {...part} onType={(next) => set([], next)} />
      ) : (
        <DataFields {...part} data={kind === 'actions' ? 'input' : 'data'} />
      )}
      <Flex gap="small" align="center" className="md-wide">
        <Button size="small" onClick={() => onShow(pointer)}>
          {t('form.show')}
        </Button>
        <Button size="small" danger onClick={() => set([], undefined)}>
          {t('form.remove')}
        </Button>
        <span className="fs-muted fs-small">{t('form.more')}</span>
      </Flex>
    </div>
  );
}

interface PartProps {
  readonly member: Document;
  readonly pointer: string;
  readonly faults: readonly Fault[];
  readonly set: (path: readonly string[], value: unknown) => void;
}

function PropertyFields(
  props: PartProps & { readonly onType: (member: Document) => void },
): JSX.Element {
  const { member, pointer, faults, set, onType } = props;
  const { t } = useTranslation('models');
  const type = typeOf(member);
  const numeric = type === 'number' || type === 'integer';
  const at = (name: string): readonly Fault[] => exactly(faults, `${pointer}/${name}`);
  return (
    <>
      <ChoiceField
        label={t('form.type')}
        faults={at('type')}
        value={type}
        choices={types.map((value) => ({ value, label: t(`types.${value}`) }))}
        onChange={(value) => {
          const chosen = types.find((known) => known === value);
          if (chosen !== undefined) onType(withType(member, chosen));
        }}
      />
      {numeric && (
        <>
          <UnitField
            value={textAt(member, '/unit')}
            faults={at('unit')}
            onChange={(value) => set(['unit'], value)}
          />
          <NumberField
            label={t('form.minimum')}
            faults={at('minimum')}
            value={member['minimum']}
            onChange={(value) => set(['minimum'], value)}
          />
          <NumberField
            label={t('form.maximum')}
            faults={at('maximum')}
            value={member['maximum']}
            onChange={(value) => set(['maximum'], value)}
          />
        </>
      )}
      <Checkbox
        className="md-check"
        checked={member['readOnly'] === true}
        onChange={({ target }) => set(['readOnly'], target.checked ? true : undefined)}
      >
        {t('form.readOnly')}
      </Checkbox>
    </>
  );
}

/** What goes with an action or comes with an event. */
function DataFields(props: PartProps & { readonly data: 'input' | 'data' }): JSX.Element {
  const { member, pointer, faults, set, data } = props;
  const { t } = useTranslation('models');
  const schema = member[data];
  const nothing = 'nothing';
  return (
    <ChoiceField
      label={t(`form.${data}`)}
      faults={exactly(faults, `${pointer}/${data}/type`)}
      value={isObject(schema) ? typeOf(schema) : nothing}
      choices={[
        { value: nothing, label: t('form.nothing') },
        ...types.map((value) => ({ value, label: t(`types.${value}`) })),
      ]}
      onChange={(value) => {
        const chosen = types.find((known) => known === value);
        const before = isObject(schema) ? schema : {};
        set([data], chosen === undefined ? undefined : withType(before, chosen));
      }}
    />
  );
}

function textAt(value: unknown, pointer: string): string {
  const found = valueAt(value, pointer);
  return typeof found === 'string' ? found : '';
}

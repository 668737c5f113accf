// SPDX-License-Identifier: Apache-2.0
import { Input, InputNumber, Select } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import type { JsonSchema } from './model.ts';

export interface SchemaFieldProps {
  readonly schema: JsonSchema;
  /** What it is called where the schema has no title. */
  readonly name: string;
  readonly value: unknown;
  /** `undefined`: left empty, or not JSON. */
  readonly onChange: (value: unknown) => void;
  readonly required?: boolean;
}

/** A field, or a group of them, for what a schema describes; JSON for what forms cannot show. */
export function SchemaField(props: SchemaFieldProps): JSX.Element {
  const { schema, name, required = false } = props;
  if (schema.type === 'object' && schema.properties !== undefined) return <Group {...props} />;
  const title = schema.title ?? name;
  return (
    <div className="th-field">
      <span>
        {title}
        {required && ' *'}
        {schema.unit !== undefined && <span className="fs-muted"> ({schema.unit})</span>}
      </span>
      <One {...props} label={title} />
      {schema.description !== undefined && (
        <span className="fs-muted fs-small">{schema.description}</span>
      )}
    </div>
  );
}

function Group({ schema, name, value, onChange }: SchemaFieldProps): JSX.Element {
  const members: Record<string, unknown> =
    typeof value === 'object' && value !== null ? { ...value } : {};
  const change = (member: string, next: unknown): void => {
    const { [member]: _before, ...rest } = members;
    onChange(next === undefined ? rest : { ...rest, [member]: next });
  };
  return (
    <div className="th-form" role="group" aria-label={schema.title ?? name}>
      {Object.entries(schema.properties ?? {}).map(([member, inner]) => (
        <SchemaField
          key={member}
          schema={inner}
          name={member}
          value={members[member]}
          required={schema.required?.includes(member) === true}
          onChange={(next) => change(member, next)}
        />
      ))}
    </div>
  );
}

function One(props: SchemaFieldProps & { readonly label: string }): JSX.Element {
  const { schema, value, onChange, label } = props;
  const { t } = useTranslation('things');
  const choices = schema.enum ?? (schema.type === 'boolean' ? [true, false] : undefined);
  if (choices !== undefined) {
    return (
      <Select<number>
        aria-label={label}
        allowClear
        placeholder={t('schema.choose')}
        value={value === undefined ? null : choices.indexOf(value)}
        options={choices.map((choice, at) => ({ value: at, label: String(choice) }))}
        onChange={(at) => onChange(at === undefined ? undefined : choices[at])}
      />
    );
  }
  switch (schema.type) {
    case 'number':
    case 'integer':
      return (
        <InputNumber<number>
          aria-label={label}
          className="th-number"
          value={typeof value === 'number' ? value : null}
          {...(schema.minimum === undefined ? {} : { min: schema.minimum })}
          {...(schema.maximum === undefined ? {} : { max: schema.maximum })}
          {...(schema.type === 'integer' ? { precision: 0 } : {})}
          onChange={(next) => onChange(next ?? undefined)}
        />
      );
    case 'string':
      return (
        <Input
          aria-label={label}
          value={typeof value === 'string' ? value : ''}
          onChange={({ target }) => onChange(target.value === '' ? undefined : target.value)}
        />
      );
    default:
      return <JsonField label={label} value={value} onChange={onChange} />;
  }
}

function JsonField(props: {
  readonly label: string;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}): JSX.Element {
  const { label, value, onChange } = props;
  const { t } = useTranslation('things');
  const [text, setText] = useState(value === undefined ? '' : JSON.stringify(value));
  const isBad = text.trim() !== '' && parsed(text) === undefined;
  return (
    <>
      <Input.TextArea
        rows={3}
        aria-label={label}
        placeholder="JSON"
        status={isBad ? 'error' : ''}
        value={text}
        onChange={({ target }) => {
          setText(target.value);
          onChange(parsed(target.value)?.value);
        }}
      />
      {isBad && <span className="fs-bad">{t('schema.badJson')}</span>}
    </>
  );
}

function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return { value };
  } catch {
    return undefined;
  }
}

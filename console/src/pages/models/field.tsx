// SPDX-License-Identifier: Apache-2.0
import { Input, InputNumber, Select } from 'antd';
import { useId, useState, type JSX, type ReactNode } from 'react';
import type { Fault } from './api.ts';

export interface FieldProps {
  readonly label: string;
  /** What is wrong with this member. */
  readonly faults: readonly Fault[];
  readonly wide?: boolean;
  readonly children: (id: string, status: '' | 'error') => ReactNode;
}

/** A labelled field with its faults beneath. */
export function Field({ label, faults, wide = false, children }: FieldProps): JSX.Element {
  const id = useId();
  return (
    <div className={wide ? 'md-field md-wide' : 'md-field'}>
      <label htmlFor={id}>{label}</label>
      {children(id, faults.length === 0 ? '' : 'error')}
      {faults.map(({ code, detail, fix }) => (
        <span key={`${code} ${detail}`} className="fs-bad fs-small" role="alert">
          {`✕ ${[detail, fix].filter(Boolean).join(' · ')}`}
        </span>
      ))}
    </div>
  );
}

interface TextFieldProps extends Omit<FieldProps, 'children'> {
  readonly value: string;
  readonly placeholder?: string;
  readonly onChange: (value: string) => void;
  /** True: told only when the field is left or Enter is pressed. */
  readonly whenLeft?: boolean;
}

export function TextField(props: TextFieldProps): JSX.Element {
  const { value, placeholder = '', onChange, whenLeft = false, ...field } = props;
  const [typed, setTyped] = useState<string>();
  const leave = (): void => {
    if (typed !== undefined && typed !== value) onChange(typed);
    setTyped(undefined);
  };
  return (
    <Field {...field}>
      {(id, status) => (
        <Input
          id={id}
          status={status}
          placeholder={placeholder}
          value={typed ?? value}
          onChange={({ target }) => (whenLeft ? setTyped(target.value) : onChange(target.value))}
          {...(whenLeft ? { onBlur: leave, onPressEnter: leave } : {})}
        />
      )}
    </Field>
  );
}

interface NumberFieldProps extends Omit<FieldProps, 'children'> {
  readonly value: unknown;
  readonly onChange: (value: number | undefined) => void;
}

export function NumberField({ value, onChange, ...field }: NumberFieldProps): JSX.Element {
  return (
    <Field {...field}>
      {(id, status) => (
        <InputNumber<number>
          id={id}
          status={status}
          controls={false}
          style={{ width: '100%' }}
          value={typeof value === 'number' ? value : null}
          onChange={(next) => onChange(next ?? undefined)}
        />
      )}
    </Field>
  );
}

interface ChoiceFieldProps extends Omit<FieldProps, 'children'> {
  readonly value: string | undefined;
  readonly choices: readonly { readonly value: string; readonly label: string }[];
  readonly onChange: (value: string) => void;
}

export function ChoiceField({ value, choices, onChange, ...field }: ChoiceFieldProps): JSX.Element {
  return (
    <Field {...field}>
      {(id, status) => (
        <Select<string>
          id={id}
          status={status}
          value={value ?? null}
          options={[...choices]}
          onChange={onChange}
        />
      )}
    </Field>
  );
}

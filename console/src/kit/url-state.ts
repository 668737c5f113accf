// SPDX-License-Identifier: Apache-2.0
import { useNavigate, useSearch } from '@tanstack/react-router';

/** How a value stands in the address; what does not parse becomes the default, which is left out. */
export interface UrlField<T> {
  readonly initial: T;
  parse(text: string): T | undefined;
  format(value: T): string;
}

export const textField = (initial = ''): UrlField<string> => ({
  initial,
  parse: (text) => text,
  format: (value) => value,
});

export const numberField = (initial: number): UrlField<number> => ({
  initial,
  parse: (text) => (text !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined),
  format: String,
});

export const flagField = (initial = false): UrlField<boolean> => ({
  initial,
  parse: (text) => text === '1',
  format: (value) => (value ? '1' : '0'),
});

export function choiceField<const T extends string>(
  choices: readonly T[],
  initial: NoInfer<T>,
): UrlField<T> {
  return {
    initial,
    parse: (text) => choices.find((choice) => choice === text),
    format: (value) => value,
  };
}

type Fields = Readonly<Record<string, UrlField<unknown>>>;
type Values<F> = { readonly [K in keyof F]: F[K] extends UrlField<infer T> ? T : never };
export type SetUrlState<F> = (change: Partial<Values<F>>, how?: 'replace' | 'push') => void;

/**
 * State of a page that is kept in the address, so that a link shows the same:
 * `const [state, setState] = useUrlState({ q: textField(), tab: choiceField(['list', 'map'], 'list') })`.
 * Setting replaces the entry of the history; `push` makes a new one.
 */
export function useUrlState<F extends Fields>(fields: F): [Values<F>, SetUrlState<F>] {
  const search: Readonly<Record<string, unknown>> = useSearch({ strict: false });
  const navigate = useNavigate();
  const set: SetUrlState<F> = (change, how = 'replace') => {
    const next = (now: Readonly<Record<string, unknown>>): Record<string, unknown> => {
      const all: Record<string, unknown> = { ...now };
      for (const [name, value] of Object.entries(change)) {
        const text = formatted(fields[name], value);
        if (text === undefined) delete all[name];
        else all[name] = text;
      }
      return all;
    };
    void navigate({ to: '.', search: next, replace: how === 'replace' });
  };
  return [valuesOf(fields, search), set];
}

function formatted(field: UrlField<unknown> | undefined, value: unknown): string | undefined {
  if (field === undefined || value === undefined) return undefined;
  const text = field.format(value);
  return text === field.format(field.initial) ? undefined : text;
}

function valuesOf<F extends Fields>(
  fields: F,
  search: Readonly<Record<string, unknown>>,
): Values<F> {
  const entries: unknown[][] = Object.entries(fields).map(([name, field]) => {
    const text = search[name];
    const value = typeof text === 'string' ? field.parse(text) : undefined;
    return [name, value ?? field.initial];
  });
  return Object.fromEntries(entries);
}

/** `?a=1&b=x` as flat texts, both ways: addresses stay readable. */
export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

export function formatSearch(search: Readonly<Record<string, unknown>>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    const isText = typeof value === 'string' || typeof value === 'number';
    if (isText && value !== '') parameters.set(name, String(value));
  }
  return parameters.size === 0 ? '' : `?${parameters.toString()}`;
}

// SPDX-License-Identifier: Apache-2.0
import { useGet } from '../../../kit/queries.ts';
import { useCan } from '../../../kit/session.tsx';
import type { Thing } from '../thing.ts';

/** What of JSON Schema the forms know. */
export interface JsonSchema {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly unit?: string;
  readonly readOnly?: boolean;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
}

/** A Thing Model as far as a thing's page needs it. */
export interface Model {
  readonly title?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly actions?: Readonly<
    Record<
      string,
      { readonly title?: string; readonly description?: string; readonly input?: JsonSchema }
    >
  >;
}

/** The model of a thing; undefined while it is read, where there is none, and without the right to read it. */
export function useModel(thing: Thing): Model | undefined {
  const { model } = thing;
  const enabled = useCan('models.read') && model !== undefined;
  const { data } = useGet<Model>(`models/${encodeURIComponent(model?.uri ?? '')}`, {
    ...(model === undefined ? {} : { query: { version: model.version } }),
    enabled,
  });
  return enabled ? data : undefined;
}

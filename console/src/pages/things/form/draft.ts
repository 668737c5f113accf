// SPDX-License-Identifier: Apache-2.0
import { lifecycles, type Lifecycle, type Thing } from '../thing.ts';
import { labelsOf, type LabelRow } from './labels-field.tsx';

/** What a form holds of a thing. */
export interface Draft {
  readonly name: string;
  readonly uri: string;
  readonly kind: string;
  readonly description: string;
  readonly model: string | undefined;
  readonly parent: number | undefined;
  readonly labels: readonly LabelRow[];
  /** JSON. */
  readonly properties: string;
  readonly lifecycle: Lifecycle;
}

export const emptyDraft: Draft = {
  name: '',
  uri: '',
  kind: 'device',
  description: '',
  model: undefined,
  parent: undefined,
  labels: [],
  properties: '{}',
  lifecycle: 'registered',
};

export function draftOf(thing: Thing): Draft {
  const { name, uri, kind, description, model, parent, labels, properties, lifecycle } = thing;
  return {
    ...{ name, uri, kind, description, parent, lifecycle },
    model: model?.uri,
    labels: Object.entries(labels).map(([label, value]) => ({ name: label, value })),
    properties: JSON.stringify(properties, null, 2),
  };
}

export const draftFields = [
  'name',
  'uri',
  'kind',
  'description',
  'model',
  'parent',
  'labels',
  'properties',
  'lifecycle',
] as const satisfies readonly (keyof Draft)[];
export type DraftField = (typeof draftFields)[number];

/** A field as the API takes it; undefined properties are not JSON. */
export function valueOf(draft: Draft, field: DraftField): unknown {
  switch (field) {
    case 'labels':
      return labelsOf(draft.labels);
    case 'properties':
      return propertiesOf(draft.properties);
    case 'model':
    case 'parent':
      return draft[field] ?? null;
    default:
      return draft[field];
  }
}

/** The same text for the same value, whatever the order of its members. */
export function sameText(value: unknown): string {
  return JSON.stringify(value, (_name, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** Fields in which two differ. */
export function changedFields(before: Draft, after: Draft): readonly DraftField[] {
  return draftFields.filter(
    (field) => sameText(valueOf(before, field)) !== sameText(valueOf(after, field)),
  );
}

/** The body of a change: only what differs. */
export function patchOf(before: Draft, after: Draft): Record<string, unknown> {
  return Object.fromEntries(
    changedFields(before, after).map((field) => [field, valueOf(after, field)]),
  );
}

/** The body of a new thing: only what was filled in. */
export function newThingOf(draft: Draft): Record<string, unknown> {
  const { name, uri, kind, description, model, parent } = draft;
  const labels = labelsOf(draft.labels);
  return {
    name: name.trim(),
    kind,
    ...(uri.trim() === '' ? {} : { uri: uri.trim() }),
    ...(description === '' ? {} : { description }),
    ...(model === undefined ? {} : { model }),
    ...(parent === undefined ? {} : { parent }),
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
  };
}

/** An object of JSON; undefined where the text is none. */
export function propertiesOf(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A draft with some fields of another. */
export function withFields(draft: Draft, other: Draft, fields: readonly DraftField[]): Draft {
  return fields.reduce((mixed, field) => ({ ...mixed, [field]: other[field] }), draft);
}

export function lifecycleOf(text: string): Lifecycle {
  return lifecycles.find((each) => each === text) ?? 'registered';
}

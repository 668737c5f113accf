// SPDX-License-Identifier: Apache-2.0
import { useState } from 'react';
import { remember, remembered } from '../../kit/memory.ts';
import { useSession } from '../../kit/session.tsx';
import { isObject, type Vector } from './api.ts';

/** What was written and is not published yet; kept in this browser. */
export interface Draft {
  readonly text: string;
  /** The version that it began with; absent for a new model. */
  readonly base?: string;
}

const vectorsMax = 100;

function useKept<T>(
  key: string,
  read: (value: unknown) => T,
): readonly [T, (next: T | undefined) => void] {
  const { tenant } = useSession();
  const place = `${key} ${tenant.id}`;
  const [value, setValue] = useState(() => readKept(place, read));
  const keep = (next: T | undefined): void => {
    remember(place, next === undefined ? undefined : JSON.stringify(next));
    setValue(next ?? read(undefined));
  };
  return [value, keep];
}

function readKept<T>(place: string, read: (value: unknown) => T): T {
  try {
    const value: unknown = JSON.parse(remembered(place) ?? 'null');
    return read(value);
  } catch {
    return read(undefined);
  }
}

/** The draft of a model, and how to keep or drop it. */
export function useDraft(
  uri: string,
): readonly [Draft | undefined, (draft: Draft | undefined) => void] {
  return useKept<Draft | undefined>(`model-draft ${uri}`, draftOf);
}

function draftOf(value: unknown): Draft | undefined {
  if (!isObject(value) || typeof value['text'] !== 'string') return undefined;
  const { text, base } = value;
  return typeof base === 'string' ? { text, base } : { text };
}

/** Test vectors of a model; they stay when it is published. */
export function useVectors(
  uri: string,
): readonly [readonly Vector[], (vectors: readonly Vector[]) => void] {
  const [vectors, keep] = useKept<readonly Vector[]>(`model-vectors ${uri}`, (value) =>
    Array.isArray(value) ? value.filter(isVector).slice(0, vectorsMax) : [],
  );
  return [vectors, (next) => keep(next.length === 0 ? undefined : next.slice(0, vectorsMax))];
}

function isVector(value: unknown): value is Vector {
  return (
    isObject(value) &&
    ['name', 'contentType', 'payload'].every((name) => typeof value[name] === 'string') &&
    (value['form'] === 'text' || value['form'] === 'hex') &&
    isObject(value['expected'])
  );
}

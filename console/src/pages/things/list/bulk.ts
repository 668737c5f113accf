// SPDX-License-Identifier: Apache-2.0
import { useRef, useState } from 'react';
import type { Count } from '../../../kit/list.ts';
import { useRefresh } from '../../../kit/queries.ts';
import { useApi } from '../../../kit/services.tsx';

export const bulkKinds = ['labels', 'enable', 'disable', 'delete'] as const;
export type BulkKind = (typeof bulkKinds)[number];

export type BulkAction =
  | {
      readonly kind: 'labels';
      readonly set: Readonly<Record<string, string>>;
      readonly remove: readonly string[];
    }
  | { readonly kind: 'enable' | 'disable' | 'delete' };

export type BulkTarget =
  | { readonly ids: readonly number[] }
  | { readonly filter: string; readonly below: boolean; readonly count: Count | undefined };

export interface BulkFailure {
  readonly thing: number;
  readonly name: string;
  readonly code: string;
  readonly detail?: string;
  readonly fix: string;
}

interface BulkAnswer {
  readonly done: number;
  readonly failed: readonly BulkFailure[];
  readonly next?: string;
}

export interface BulkRun {
  readonly state: 'ready' | 'running' | 'over' | 'stopped';
  readonly done: number;
  readonly failedCount: number;
  /** The first of them. */
  readonly failed: readonly BulkFailure[];
  readonly error: unknown;
}

/** Things a request, so that the progress is seen and it can be stopped. */
const idsMax = 100;
const failuresMax = 1_000;
const ready: BulkRun = { state: 'ready', done: 0, failedCount: 0, failed: [], error: null };

/** One act on many things, request after request. */
export function useBulk(): {
  readonly run: BulkRun;
  readonly start: (target: BulkTarget, action: BulkAction) => Promise<void>;
  readonly stop: () => void;
} {
  const api = useApi();
  const refresh = useRefresh();
  const [run, setRun] = useState(ready);
  const stopping = useRef(false);
  const ask = async (body: object): Promise<string | undefined> => {
    const { done, failed, next } = await api.post<BulkAnswer>('things/bulk', body);
    setRun((before) => ({
      ...before,
      done: before.done + done,
      failedCount: before.failedCount + failed.length,
      failed: [...before.failed, ...failed].slice(0, failuresMax),
    }));
    return next;
  };
  const work = async (target: BulkTarget, action: BulkAction): Promise<void> => {
    if ('ids' in target) {
      for (let at = 0; at < target.ids.length && !stopping.current; at += idsMax)
        await ask({ ids: target.ids.slice(at, at + idsMax), action });
      return;
    }
    const { filter, below } = target;
    const body = { filter, action, ...(below ? { below } : {}) };
    let cursor: string | undefined;
    do cursor = await ask(cursor === undefined ? body : { ...body, cursor });
    while (cursor !== undefined && !stopping.current);
  };
  return {
    run,
    stop: () => {
      stopping.current = true;
    },
    start: async (target, action) => {
      stopping.current = false;
      setRun({ ...ready, state: 'running' });
      let error: unknown = null;
      await work(target, action).catch((reason: unknown) => {
        error = reason;
      });
      const state = stopping.current ? 'stopped' : 'over';
      setRun((before) => ({ ...before, state, error }));
      await refresh('things');
    },
  };
}

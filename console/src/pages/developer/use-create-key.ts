// SPDX-License-Identifier: Apache-2.0
import { useState } from 'react';
import { useRefresh } from '../../kit/queries.ts';
import { useApi } from '../../kit/services.tsx';
import { useSession } from '../../kit/session.tsx';
import { useMadeKeys, type MadeKey } from './made-keys.ts';

const dayMs = 86_400_000;

export interface KeyRequest {
  readonly name: string;
  readonly scopes: readonly string[];
  /** Undefined: it never ends. */
  readonly days: number | undefined;
  readonly account?: number | undefined;
}

export interface KeyMaker {
  /** The token; undefined when it was refused. */
  create(request: KeyRequest): Promise<MadeKey | undefined>;
  readonly error: unknown;
  readonly isBusy: boolean;
}

/** Makes tokens and keeps their texts while the page is open. */
export function useCreateKey(): KeyMaker {
  const api = useApi();
  const refresh = useRefresh();
  const { add } = useMadeKeys();
  const { tenant } = useSession();
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const create = async (request: KeyRequest): Promise<MadeKey | undefined> => {
    const { name, scopes, days, account } = request;
    setBusy(true);
    try {
      const made = await api.post<{ id: number; token: string }>('tokens', {
        name,
        scopes,
        ...(account === undefined ? {} : { account }),
        ...(days === undefined
          ? {}
          : { expires: new Date(Date.now() + days * dayMs).toISOString() }),
      });
      const key = { ...made, name, scopes, tenant: tenant.id };
      add(key);
      setError(null);
      await refresh('tokens');
      return key;
    } catch (reason) {
      setError(reason);
      return undefined;
    } finally {
      setBusy(false);
    }
  };
  return { create, error, isBusy };
}

// SPDX-License-Identifier: Apache-2.0
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import type { QueryValue, Tagged } from './api.ts';
import { usePollMs } from './live.ts';
import { useServices } from './services.tsx';

export interface GetOptions {
  readonly query?: Readonly<Record<string, QueryValue>>;
  /** Asks again after so long; `whenNotLive`: only while the live channel is away. */
  readonly everyMs?: number | 'whenNotLive';
  /** Nothing is asked while false. */
  readonly enabled?: boolean;
}

/**
 * Reads below `api/v1/`. The key is `['api', path, query]`: after a change invalidate `['api', 'things']` for a path
 * of that name exactly.
 */
export function useGet<T>(path: string, options: GetOptions = {}): UseQueryResult<T> {
  const { api } = useServices();
  const { query = {}, enabled = true } = options;
  const refetchInterval = useInterval(options.everyMs);
  return useQuery({
    queryKey: ['api', path, query],
    queryFn: ({ signal }) => api.get<T>(path, { query, signal }),
    enabled,
    refetchInterval,
  });
}

/** The same with the ETag that an edit names in `ifMatch`; for forms. */
export function useGetTagged<T>(path: string, options: GetOptions = {}): UseQueryResult<Tagged<T>> {
  const { api } = useServices();
  const { query = {}, enabled = true } = options;
  const refetchInterval = useInterval(options.everyMs);
  return useQuery({
    queryKey: ['api', path, query, 'tagged'],
    queryFn: ({ signal }) => api.getTagged<T>(path, { query, signal }),
    enabled,
    refetchInterval,
  });
}

function useInterval(everyMs: GetOptions['everyMs']): number | false {
  const poll = usePollMs();
  return everyMs === 'whenNotLive' ? poll : (everyMs ?? false);
}

/** Makes everything read anew whose path begins so: `refresh('things')` after a thing was changed. */
export function useRefresh(): (path: string) => Promise<void> {
  const { queries } = useServices();
  return (path) =>
    queries.invalidateQueries({
      predicate: ({ queryKey: [kind, name] }) =>
        kind === 'api' && typeof name === 'string' && `${name}/`.startsWith(`${path}/`),
    });
}

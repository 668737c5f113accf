// SPDX-License-Identifier: Apache-2.0
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { QueryValue } from './api.ts';
import { usePollMs } from './live.ts';
import { useServices } from './services.tsx';

/** A page of a list as the server sends it. */
interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

/** Rows that are held at most; whoever wants others filters. */
const rowsMax = 5_000;

export interface ListOptions {
  /** Filter and sort for the server; undefined values are left out. */
  readonly query?: Readonly<Record<string, QueryValue>>;
  readonly pageSize?: number;
  /** Asks again after so long; `whenNotLive`: only while the live channel is away. */
  readonly everyMs?: number | 'whenNotLive';
  readonly enabled?: boolean;
}

export interface KeysetList<T> {
  readonly rows: readonly T[];
  readonly error: unknown;
  /** Nothing has come yet. */
  readonly isLoading: boolean;
  /** The rows are of the question before. */
  readonly isChanging: boolean;
  readonly isLoadingMore: boolean;
  readonly hasMore: boolean;
  /** There are more than are held here. */
  readonly isFull: boolean;
  loadMore(): void;
  reload(): void;
}

/** Rows of a list of the API, page after page by cursor. */
export function useList<T>(path: string, options: ListOptions = {}): KeysetList<T> {
  const { api } = useServices();
  const { query = {}, pageSize = 100, everyMs, enabled = true } = options;
  const poll = usePollMs();
  const result = useInfiniteQuery({
    queryKey: ['api', path, query, 'list'],
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<T>>(path, { query: { ...query, limit: pageSize, cursor: pageParam }, signal }),
    initialPageParam: firstPage(),
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
    refetchInterval: everyMs === 'whenNotLive' ? poll : (everyMs ?? false),
    enabled,
  });
  const rows = result.data?.pages.flatMap((page) => page.items) ?? [];
  const isFull = result.hasNextPage && rows.length >= rowsMax;
  return {
    rows,
    error: result.error,
    isLoading: result.isPending && enabled,
    isChanging: result.isPlaceholderData,
    isLoadingMore: result.isFetchingNextPage,
    hasMore: result.hasNextPage && !isFull,
    isFull,
    loadMore: () => {
      if (!result.isFetchingNextPage && result.hasNextPage && !isFull) void result.fetchNextPage();
    },
    reload: () => void result.refetch(),
  };
}

function firstPage(): string | undefined {
  return undefined;
}

export interface Count {
  readonly count: number;
  /** False: at least so many. */
  readonly exact: boolean;
}

/** How many there are, asked beside the rows, which never wait for it. */
export function useCount(path: string, query: ListOptions['query'] = {}): Count | undefined {
  const { api } = useServices();
  const { data } = useQuery({
    queryKey: ['api', path, query, 'count'],
    queryFn: ({ signal }) => api.get<Count>(path, { query, signal }),
    placeholderData: keepPreviousData,
  });
  return data;
}

// SPDX-License-Identifier: Apache-2.0
import type { UseQueryResult } from '@tanstack/react-query';
import type { KeysetList } from '../../kit/list.ts';

/** A list that the server sends whole, for a table of lists. */
export function wholeList<T>(
  { error, isPending, refetch }: Pick<UseQueryResult, 'error' | 'isPending' | 'refetch'>,
  rows: readonly T[],
): KeysetList<T> {
  return {
    ...{ rows, error, isLoading: isPending, isChanging: false, isLoadingMore: false },
    ...{ hasMore: false, isFull: false, loadMore: () => undefined },
    reload: () => void refetch(),
  };
}

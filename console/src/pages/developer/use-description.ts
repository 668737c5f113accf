// SPDX-License-Identifier: Apache-2.0
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { addressOf } from '../../kit/place.ts';
import type { Description } from './openapi.ts';

/** The description of the API as this server gives it. */
export function useDescription(): UseQueryResult<Description> {
  return useQuery({
    queryKey: ['openapi'],
    queryFn: async ({ signal }) => {
      const response = await fetch(addressOf('openapi.json'), { signal });
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      const description: Description = await response.json();
      return description;
    },
    staleTime: Infinity,
  });
}

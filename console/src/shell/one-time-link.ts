// SPDX-License-Identifier: Apache-2.0
import type { Api } from '../kit/api.ts';

/**
 * Redeems the one-time link of `?link=CODE`, which leaves the address bar and the history at once; undefined when
 * the address has none.
 */
export function redeemLink(api: Api): Promise<void> | undefined {
  const place = new URL(location.href);
  const link = place.searchParams.get('link');
  if (link === null) return undefined;
  place.searchParams.delete('link');
  history.replaceState(history.state, '', place);
  return api.post('session', { link });
}

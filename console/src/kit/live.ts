// SPDX-License-Identifier: Apache-2.0
import { useEffect, useEffectEvent } from 'react';
import type { LiveRequest, LiveState, OnItems } from './live-socket.ts';
import { useServices } from './services.tsx';
import { useStore } from './store.ts';

const pollEveryMs = 5_000;

export function useLiveState(): LiveState {
  return useStore(useServices().live.state);
}

/** For `refetchInterval`: 5 s while the live channel is away, else never. */
export function usePollMs(): number | false {
  return useLiveState() === 'live' ? false : pollEveryMs;
}

/**
 * Items of the live channel while the component is shown; `undefined` asks for none. At most
 * `ratePerSecond` items a second come (2 a view is plenty for the eye); `dropped` tells how many were left out.
 */
export function useLive(request: LiveRequest | undefined, onItems: OnItems): void {
  const { live } = useServices();
  const take = useEffectEvent(onItems);
  const key = request === undefined ? undefined : JSON.stringify(request);
  useEffect(() => {
    if (key === undefined) return undefined;
    const asked: LiveRequest = JSON.parse(key);
    return live.listen(asked, (items, dropped) => take(items, dropped));
  }, [live, key]);
}

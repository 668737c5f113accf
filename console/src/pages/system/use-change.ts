// SPDX-License-Identifier: Apache-2.0
import { useState } from 'react';
import { useRefresh } from '../../kit/queries.ts';

export interface Change {
  /** Does it, then reads anew what it touches. Resolves with whether it was done. */
  run(act: () => Promise<unknown>): Promise<boolean>;
  readonly error: unknown;
  readonly isBusy: boolean;
}

/** A change on the server that concerns lists below `paths`. */
export function useChange(...paths: readonly string[]): Change {
  const refresh = useRefresh();
  const [state, setState] = useState<{ readonly error: unknown; readonly isBusy: boolean }>({
    error: null,
    isBusy: false,
  });
  const run = async (act: () => Promise<unknown>): Promise<boolean> => {
    setState({ error: null, isBusy: true });
    try {
      await act();
      await Promise.all(paths.map((path) => refresh(path)));
      setState({ error: null, isBusy: false });
      return true;
    } catch (error) {
      setState({ error, isBusy: false });
      return false;
    }
  };
  return { ...state, run };
}

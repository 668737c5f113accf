// SPDX-License-Identifier: Apache-2.0
import { useState } from 'react';
import { useServices } from '../../kit/services.tsx';

export interface Act {
  run(act: () => Promise<unknown>): void;
  readonly error: unknown;
  readonly isBusy: boolean;
  /** It has been done. */
  readonly isDone: boolean;
}

/** A change of one's own account, after which all of it is read anew. */
export function useAct(): Act {
  const { queries } = useServices();
  const [state, setState] = useState<Omit<Act, 'run'>>({
    error: undefined,
    isBusy: false,
    isDone: false,
  });
  const run = async (act: () => Promise<unknown>): Promise<void> => {
    setState({ error: undefined, isBusy: true, isDone: false });
    try {
      await act();
      await queries.invalidateQueries();
      setState({ error: undefined, isBusy: false, isDone: true });
    } catch (error) {
      setState({ error, isBusy: false, isDone: false });
    }
  };
  return { ...state, run: (act) => void run(act) };
}

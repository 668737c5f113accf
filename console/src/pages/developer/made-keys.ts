// SPDX-License-Identifier: Apache-2.0
import { createContext, useContext } from 'react';

/** A token that was made since the page was opened: only so long its text is known. */
export interface MadeKey {
  readonly id: number;
  readonly name: string;
  readonly token: string;
  /** The tenant that it is of. */
  readonly tenant: number;
  readonly scopes: readonly string[];
}

export interface MadeKeys {
  readonly keys: readonly MadeKey[];
  readonly add: (key: MadeKey) => void;
}

export const MadeKeysContext = createContext<MadeKeys>({ keys: [], add: () => undefined });

export function useMadeKeys(): MadeKeys {
  return useContext(MadeKeysContext);
}

// SPDX-License-Identifier: Apache-2.0
import { useState } from 'react';
import { assertion } from '../kit/passkeys.ts';
import { useServices } from '../kit/services.tsx';

export type SecondFactorMethod = 'totp' | 'passkey' | 'recovery';

export type SessionState =
  | { readonly state: 'open' }
  | { readonly state: 'second-factor'; readonly methods: readonly SecondFactorMethod[] };

export interface SignIn {
  /** `{name, password}`, `{token}` or `{link}`. */
  open(proof: object): void;
  openWithPasskey(): void;
  /** `{totp}` or `{recovery}`, after the first factor. */
  second(proof: object): void;
  secondWithPasskey(): void;
  readonly error: unknown;
  readonly isBusy: boolean;
}

/** Opens a session step by step; when it is open the console appears by itself. */
export function useSignIn(onState: (state: SessionState) => void): SignIn {
  const { api, queries } = useServices();
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const run = async (ask: () => Promise<SessionState | undefined>): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      const state = (await ask()) ?? { state: 'open' };
      if (state.state === 'open') await queries.invalidateQueries({ queryKey: ['session'] });
      onState(state);
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  const passkey = async (path: string): Promise<SessionState | undefined> => {
    const options = await api.post<PublicKeyCredentialRequestOptionsJSON>('session/passkey', {});
    return api.post<SessionState | undefined>(path, { passkey: await assertion(options) });
  };
  return {
    open: (proof) => void run(() => api.post<SessionState | undefined>('session', proof)),
    openWithPasskey: () => void run(() => passkey('session')),
    second: (proof) => void run(() => api.post<SessionState>('session/second-factor', proof)),
    secondWithPasskey: () => void run(() => passkey('session/second-factor')),
    error,
    isBusy,
  };
}

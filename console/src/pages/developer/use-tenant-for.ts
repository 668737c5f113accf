// SPDX-License-Identifier: Apache-2.0
import { useSession } from '../../kit/session.tsx';
import type { MadeKey } from './made-keys.ts';

/** The tenant that a request with a token has to name: the one acted in, where it is not the token's own. */
export function useTenantFor(key: MadeKey | undefined): number | undefined {
  const { tenant, home } = useSession();
  return tenant.id === (key?.tenant ?? home.id) ? undefined : tenant.id;
}

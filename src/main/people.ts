// SPDX-License-Identifier: Apache-2.0
import type { ApiServices } from '#api';
import { Hours, Minutes, type LimitName } from '#core';
import type { LimitHits } from '#runtime';
import { Administration, Identity, identityActOf } from '#security';
import type { Storage } from './storage.ts';

type PeopleParts = Storage &
  Pick<ApiServices, 'bindings' | 'tokens'> & { readonly limitHit: LimitHits };

/** Who signs in, and who administers them. */
// oxlint-disable-next-line typescript/explicit-module-boundary-types -- its parts are its type
export async function openPeople(
  { config, registry, limitHit, ...storage }: PeopleParts,
  stack: AsyncDisposableStack,
) {
  const { session, oidc: providers } = config.auth;
  const { audit, bindings } = storage;
  const hit = (name: LimitName): void => limitHit.hit(name);
  const identity = stack.use(
    new Identity({
      ...{ ...storage, registry, providers },
      publicUrl: config.server.publicUrl,
      rightsChanged: () => storage.policy.changed(),
      session: { idleMs: Minutes(session.idleMinutes), lifeMs: Hours(session.lifeHours) },
      hit,
      // What cannot be written now is kept, and the log says itself that it has stopped.
      tell: (event) => void audit.record(identityActOf(event)).catch(() => undefined),
    }),
  );
  identity.start();
  const singleFactor = (): Promise<readonly string[]> => identity.singleFactor();
  const { separationOfDuties } = config.auth;
  const tenantChanged = (tenant: number): void => bindings.invalidateTenant(tenant);
  const administration = new Administration({
    ...{ ...storage, registry, identity, hit, separationOfDuties, tenantChanged },
  });
  return { identity, singleFactor, administration };
}

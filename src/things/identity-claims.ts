// SPDX-License-Identifier: Apache-2.0
import { FaultError, fault, type Limits } from '#core';
import type { Clock } from '#runtime';
import type { RegistryAuthenticator, ShownSecret } from '#security';
import type { NewCredential, Registry, RegistryTables, Thing } from '#store';
import { insertCredential } from './credential-rows.ts';
import type { ThingService } from './service.ts';

/** The thing that a refused client is: one that is there, or a new one. */
export type ClaimedAs =
  | { readonly thing: Thing }
  | { readonly name: string; readonly model?: string | undefined };

export interface IdentityClaimsOptions {
  readonly registry: Registry;
  readonly things: ThingService;
  readonly authenticator: RegistryAuthenticator;
  readonly limits: Limits;
  readonly clock: Clock;
}

/** Makes what a refused client has shown a credential of a thing, so that it is let in as it is. */
export class IdentityClaims {
  readonly #options: IdentityClaimsOptions;

  constructor(options: IdentityClaimsOptions) {
    this.#options = options;
  }

  /**
   * The thing that the client is from now on. Faults: `access.weak-secret`, `common.conflict` when another thing has the
   * same secret, `common.limit`, and those of a new thing.
   */
  async claim(tenant: number, shown: ShownSecret, as: ClaimedAs): Promise<Thing> {
    const { registry, things, authenticator, limits } = this.#options;
    if (shown.weak) throw new FaultError(fault('access.weak-secret'));
    const add = async (tables: RegistryTables, thing: Pick<Thing, 'id' | 'tenant'>) => {
      if ((await tables.credentials.byHash(shown.hash)) !== undefined)
        throw new FaultError(fault('common.conflict', 'credential', 'in use by a thing'));
      await insertCredential(tables, limits, this.#row(thing, shown));
    };
    if ('thing' in as) {
      const { thing } = as;
      await registry.write((tables) => add(tables, thing));
      authenticator.refresh(thing.id);
      return thing;
    }
    const { name, model: uri } = as;
    const model = uri === undefined ? undefined : { uri };
    return things.create(tenant, { name, model }, (tables, id) => add(tables, { id, tenant }));
  }

  #row(
    { id, tenant }: Pick<Thing, 'id' | 'tenant'>,
    { hash, username }: ShownSecret,
  ): NewCredential {
    const none = { fingerprint: undefined, subject: undefined, expires: undefined } as const;
    const created = this.#options.clock.now();
    return { ...none, tenant, thing: id, kind: 'token', name: 'claimed', hash, username, created };
  }
}

// SPDX-License-Identifier: Apache-2.0
import { FaultError, fault, type TimeMs } from '#core';
import type { Clock } from '#runtime';
import type { ApiToken, Registry } from '#store';
import type { RegistryAuthenticator } from './authenticator.ts';
import { newToken } from './secret.ts';

export interface ApiTokenRequest {
  readonly tenant: number;
  /** Whose it is; undefined only for the administrator's own. */
  readonly account?: number | undefined;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly expires?: TimeMs | undefined;
}

/** API tokens of applications: made, listed and revoked. */
export class ApiTokens {
  readonly #registry: Registry;
  readonly #authenticator: RegistryAuthenticator;
  readonly #clock: Clock;

  constructor(registry: Registry, authenticator: RegistryAuthenticator, clock: Clock) {
    this.#registry = registry;
    this.#authenticator = authenticator;
    this.#clock = clock;
  }

  /** Makes a token; its text is in the answer and nowhere else. */
  async create(request: ApiTokenRequest): Promise<{ readonly id: number; readonly token: string }> {
    const { token, hash } = newToken('api');
    const { tenant, account, name, scopes, expires } = request;
    const created = this.#clock.now();
    const id = await this.#registry.write((tables) =>
      tables.tokens.insert({ tenant, account, name, scopes, hash, created, expires }),
    );
    return { id, token };
  }

  list(tenant: number): Promise<readonly ApiToken[]> {
    return this.#registry.read.tokens.list(tenant);
  }

  /** Ends a token; connections that it opened close within a second. */
  async revoke(tenant: number, id: number): Promise<void> {
    const now = this.#clock.now();
    const was = await this.#registry.write((tables) => tables.tokens.revoke(tenant, id, now));
    if (!was) throw new FaultError(fault('common.not-found', 'id', String(id)));
    this.#authenticator.revoke({ token: id });
  }
}

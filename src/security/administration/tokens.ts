// SPDX-License-Identifier: Apache-2.0
import { FaultError, fault, unwrap, type TimeMs } from '#core';
import type { ApiToken, Page, PageRequest } from '#store';
import type { ApiTokens } from '../api-tokens.ts';
import {
  isPermission,
  permissionSpec,
  permissionsOfScopes,
  scopeNames,
  type Permission,
} from '../policy/permissions.ts';
import { rootTenant, type Principal } from '../port.ts';
import type { Desk } from './desk.ts';
import { ownAccount } from './powers.ts';

export interface TokenRequest {
  readonly name: string;
  /** Names of sets of permissions, or permissions. */
  readonly scopes: readonly string[];
  readonly expires?: TimeMs | undefined;
  /** A service account; one's own token when left out. */
  readonly account?: number | undefined;
}

/** API tokens as people make and end them. */
export class Tokens {
  readonly #desk: Desk;
  readonly #tokens: ApiTokens;

  constructor(desk: Desk, tokens: ApiTokens) {
    this.#desk = desk;
    this.#tokens = tokens;
  }

  /** One's own; with `tokens.manage` all of the sub-tree. */
  async list(
    actor: Principal,
    query: PageRequest & { readonly account?: number | undefined },
  ): Promise<Page<ApiToken>> {
    const { powers, read } = this.#desk;
    const own = ownAccount(actor);
    const manages = (await powers.rightsAt(actor, actor.tenant)).has('tokens.manage');
    const account = manages ? query.account : own;
    if (!manages && account === undefined) return { items: [], cursor: undefined };
    // One's own may count wherever one has been granted something.
    const top = account !== undefined && account === own ? rootTenant : actor.tenant;
    const tenants = (await powers.tree()).subTree(top);
    return read.tokens.page({ ...query, account, tenants });
  }

  /**
   * A token that may no more than its scopes, and no more than its owner at any time. Its text is only in this answer.
   * Faults: `security.beyond-own-rights`, `security.second-factor-required`, `common.not-found`, `common.limit`.
   */
  async create(
    actor: Principal,
    request: TokenRequest,
  ): Promise<{ readonly id: number; readonly token: string }> {
    const { account } = request;
    demandScopes(request.scopes);
    if (request.expires !== undefined && request.expires <= this.#desk.now)
      throw new FaultError(fault('common.invalid', 'expires', 'it is over already'));
    return account === undefined || account === ownAccount(actor)
      ? this.#createOwn(actor, request)
      : this.#createFor(actor, account, request);
  }

  /** Ends a token, one's own or with `tokens.manage` one of the sub-tree. Faults: `common.not-found`. */
  async revoke(actor: Principal, id: number): Promise<ApiToken> {
    const row = await this.#desk.read.tokens.byId(id);
    if (row === undefined || row.revoked !== undefined) throw noToken(id);
    const own = ownAccount(actor);
    if (own === undefined || row.account !== own) {
      await this.#desk.demand(actor, 'tokens.manage');
      await this.#desk.powers.demandReach(actor, row.tenant, 'token');
    }
    await this.#tokens.revoke(row.tenant, id);
    return row;
  }

  #createOwn(actor: Principal, request: TokenRequest): ReturnType<ApiTokens['create']> {
    const { tenant } = actor;
    const account = ownAccount(actor);
    return this.#desk.change(actor, 'tokens.create', async () => {
      const rights = await this.#desk.powers.rightsAt(actor, tenant);
      const wanted = this.#wanted(actor, request.scopes);
      const missing = wanted.filter((permission) => !rights.has(permission));
      for (const permission of missing) {
        const demanded = rights.demand(permission);
        if (!demanded.ok && demanded.fault.code === 'security.second-factor-required')
          unwrap(demanded);
        throw new FaultError(fault('security.beyond-own-rights', 'scopes', missing.join(', ')));
      }
      if (account !== undefined) await this.#demandRoom(account);
      return this.#tokens.create({ ...request, account, tenant });
    });
  }

  #createFor(
    actor: Principal,
    account: number,
    request: TokenRequest,
  ): ReturnType<ApiTokens['create']> {
    return this.#desk.change(actor, 'tokens.manage', async () => {
      const { tenant, kind } = await this.#desk.account(actor, account);
      if (kind !== 'service') {
        const detail = 'a person makes their own tokens';
        throw new FaultError(fault('common.invalid', 'account', detail));
      }
      const permissions = permissionsOfScopes(request.scopes);
      const whole = { labels: undefined, properties: undefined };
      await this.#desk.powers.demandGive(actor, { tenant, permissions, ...whole }, 'token');
      await this.#demandRoom(account);
      return this.#tokens.create({ ...request, account, tenant });
    });
  }

  /** What scopes would give here; a token of nobody has one duty only, with 三员分立. */
  #wanted(actor: Principal, scopes: readonly string[]): readonly Permission[] {
    const apart = this.#desk.options.separationOfDuties && ownAccount(actor) === undefined;
    const root = actor.tenant === rootTenant;
    return [...permissionsOfScopes(scopes)].filter((permission) => {
      const { on, duty } = permissionSpec(permission);
      if (on === 'installation' && !root) return false;
      return !apart || duty === undefined || duty === 'security';
    });
  }

  async #demandRoom(account: number): Promise<void> {
    const { now, read } = this.#desk;
    const all = await read.tokens.ofAccount(account);
    const inUse = all.filter(({ expires }) => expires === undefined || expires > now);
    this.#desk.demandRoom(inUse.length, 'auth.tokensPerAccountMax');
  }
}

function demandScopes(scopes: readonly string[]): void {
  const unknown = scopes.find((scope) => !scopeNames.includes(scope) && !isPermission(scope));
  if (unknown !== undefined) throw new FaultError(fault('common.invalid', 'scopes', unknown));
}

function noToken(id: number): FaultError {
  return new FaultError(fault('common.not-found', 'token', String(id)));
}

// SPDX-License-Identifier: Apache-2.0
import {
  wholeScope,
  type Policy as SecurityPolicy,
  type Principal,
  type Rights,
  type ThingScope,
} from '#security';
import { hadPermission, type BrokerPermission, type Owner } from './message.ts';

type Token = Extract<Principal, { kind: 'token' }>;

/** Tokens of which rights are at hand; beyond it the one that came in first goes by what it had then. */
const tokensMax = 100_000;

/** What tokens may do now, at hand for every message: a right that is taken away counts from the next one on. */
export class TokenRights {
  readonly #policy: Pick<SecurityPolicy, 'rightsOf' | 'peek'>;
  readonly #held = new Map<number, { readonly token: Token; rights: Rights }>();

  constructor(policy: Pick<SecurityPolicy, 'rightsOf' | 'peek'>) {
    this.#policy = policy;
  }

  /** Works out what a token that comes in may do. */
  async hold(token: Token): Promise<Rights> {
    const rights = await this.#policy.rightsOf(token);
    this.#held.delete(token.token);
    this.#held.set(token.token, { token, rights });
    if (this.#held.size > tokensMax) {
      const oldest = this.#held.keys().next();
      if (oldest.done !== true) this.#held.delete(oldest.value);
    }
    return rights;
  }

  /** The things that a permission of a token reaches; undefined: none. */
  scope(owner: Owner, permission: BrokerPermission): ThingScope | undefined {
    const held = this.#held.get(owner.id);
    // Of a session that nobody has taken up since the start: it is asked again when somebody does.
    if (held === undefined) return hadPermission(owner, permission) ? wholeScope : undefined;
    if (held.rights.stale) held.rights = this.#policy.peek(held.token) ?? held.rights;
    return held.rights.stale ? undefined : held.rights.scope(permission);
  }
}

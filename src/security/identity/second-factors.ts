// SPDX-License-Identifier: Apache-2.0
import type { Clock } from '#runtime';
import type { Account, Passkey, Registry } from '#store';
import type { AssertionJson, PasskeyCeremonies } from './passkeys/ceremonies.ts';
import type { RelyingParty } from './passkeys/relying-party.ts';
import { useRecoveryCode } from './recovery.ts';
import type { SecretBox } from './secret-box.ts';
import { matchTotp } from './totp.ts';

export type SecondFactorMethod = 'totp' | 'passkey' | 'recovery';

/** What somebody shows as a second factor. */
export type SecondFactorProof =
  | { readonly totp: string }
  | { readonly recovery: string }
  | { readonly passkey: AssertionJson; readonly party: RelyingParty };

export interface SecondFactorsOptions {
  readonly registry: Pick<Registry, 'read' | 'write'>;
  readonly clock: Clock;
  readonly box: SecretBox;
  readonly ceremonies: PasskeyCeremonies;
}

/** Checks second factors. What is good once is used up in the transaction that checks it. */
export class SecondFactors {
  readonly #options: SecondFactorsOptions;

  constructor(options: SecondFactorsOptions) {
    this.#options = options;
  }

  passkeysOf(account: number): Promise<readonly Passkey[]> {
    return this.#options.registry.read.passkeys.ofAccount(account);
  }

  /** The ways that an account has; none: it has no second factor. */
  async methodsOf(account: Account): Promise<readonly SecondFactorMethod[]> {
    const passkeys = await this.passkeysOf(account.id);
    const methods: SecondFactorMethod[] = [];
    if (account.totp !== undefined) methods.push('totp');
    if (passkeys.length > 0) methods.push('passkey');
    if (methods.length > 0 && account.recovery.length > 0) methods.push('recovery');
    return methods;
  }

  /** Whether the proof is good, which it then is no more. */
  async check(account: number, proof: SecondFactorProof): Promise<boolean> {
    if ('totp' in proof) return this.#totp(account, proof.totp);
    if ('recovery' in proof) return this.#recovery(account, proof.recovery);
    const { passkey, party } = proof;
    return (await this.checkPasskey(passkey, party, account)) === account;
  }

  /** The account whose passkey has answered; with an account only its own count. */
  async checkPasskey(
    assertion: AssertionJson,
    party: RelyingParty,
    account?: number,
  ): Promise<number | undefined> {
    const { registry, clock, ceremonies } = this.#options;
    const found = await registry.read.passkeys.byCredential(assertion.id);
    if (found === undefined) return undefined;
    return registry.write(async (tables) => {
      // Read again: the counter may have grown meanwhile.
      const passkey = await tables.passkeys.byCredential(assertion.id);
      if (passkey === undefined) return undefined;
      const counter = ceremonies.assert(passkey, assertion, { party, account });
      if (!counter.ok) return undefined;
      await tables.passkeys.used(passkey.id, counter.value, clock.now());
      return passkey.account;
    });
  }

  #totp(account: number, code: string): Promise<boolean> {
    const { registry, clock, box } = this.#options;
    return registry.write(async (tables) => {
      const row = await tables.accounts.byId(account);
      if (row?.totp === undefined) return false;
      const secret = box.open(totpPurpose(account), row.totp);
      const now = clock.now();
      const step = matchTotp(secret, code, { now, last: row.totpStep });
      if (step === undefined) return false;
      return tables.accounts.update(account, { totpStep: step }, { now });
    });
  }

  #recovery(account: number, code: string): Promise<boolean> {
    const { registry, clock } = this.#options;
    return registry.write(async (tables) => {
      const row = await tables.accounts.byId(account);
      const recovery = row && useRecoveryCode(row.recovery, code);
      if (recovery === undefined) return false;
      return tables.accounts.update(account, { recovery }, { now: clock.now() });
    });
  }
}

/** What the secret of an account's codes is sealed for. */
export function totpPurpose(account: number): string {
  return `totp ${account}`;
}

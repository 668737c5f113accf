// SPDX-License-Identifier: Apache-2.0
import { createHash, timingSafeEqual, type webcrypto } from 'node:crypto';
import { fail, Minutes, ok, type Result } from '#core';
import type { Account, NewPasskey, Passkey } from '#store';
import { Pending, type PendingOptions } from '../pending.ts';
import { parseAuthenticatorData, type AuthenticatorData } from './authenticator-data.ts';
import { isCborMap, readCbor } from './cbor.ts';
import { parseClientData } from './client-data.ts';
import { coseAlgorithms, verifySignature } from './cose-key.ts';
import { isOwnOrigin, type RelyingParty } from './relying-party.ts';

/** How long a browser has to answer a challenge. */
const challengeLife = Minutes(5);
const siteName = 'Fengsui';

/** `PublicKeyCredential.toJSON()` of a registration; binary members are base64url. */
export interface RegistrationJson {
  readonly id: string;
  readonly response: { readonly clientDataJSON: string; readonly attestationObject: string };
}

/** The same of an assertion. */
export interface AssertionJson {
  readonly id: string;
  readonly response: {
    readonly clientDataJSON: string;
    readonly authenticatorData: string;
    readonly signature: string;
    readonly userHandle?: string | null | undefined;
  };
}

export type RegisteredPasskey = Pick<
  NewPasskey,
  'credential' | 'publicKey' | 'algorithm' | 'counter'
>;

interface Descriptor {
  readonly type: 'public-key';
  readonly id: string;
}

/** `PublicKeyCredentialCreationOptionsJSON` (WebAuthn Level 3 § 5.4). */
export interface CreationOptions {
  readonly challenge: string;
  readonly rp: { readonly id: string; readonly name: string };
  readonly user: { readonly id: string; readonly name: string; readonly displayName: string };
  readonly pubKeyCredParams: readonly { readonly type: 'public-key'; readonly alg: number }[];
  readonly timeout: number;
  readonly attestation: 'none';
  readonly authenticatorSelection: {
    readonly residentKey: 'required';
    readonly requireResidentKey: true;
    readonly userVerification: 'required';
  };
  readonly excludeCredentials: readonly Descriptor[];
}

/** `PublicKeyCredentialRequestOptionsJSON` (§ 5.5). */
export interface RequestOptions {
  readonly challenge: string;
  readonly rpId: string;
  readonly timeout: number;
  readonly userVerification: 'required';
  readonly allowCredentials: readonly Descriptor[];
}

interface Challenge {
  readonly use: 'webauthn.create' | 'webauthn.get';
  /** Undefined: whoever has a key. */
  readonly account: number | undefined;
}

interface Answer {
  readonly challenge: Challenge;
  readonly clientData: Buffer;
}

/** The two ceremonies of WebAuthn Level 3 on the side of the relying party (§ 7.1, § 7.2), without attestation. */
export class PasskeyCeremonies {
  readonly #challenges: Pending<Challenge>;

  constructor(options: PendingOptions) {
    this.#challenges = new Pending(options, challengeLife);
  }

  /** Asks for a discoverable key that asks for a PIN or a finger. */
  creationOptions(
    { id, name, title }: Pick<Account, 'id' | 'name' | 'title'>,
    existing: readonly Passkey[],
    party: RelyingParty,
  ): CreationOptions {
    return {
      challenge: this.#challenges.add({ use: 'webauthn.create', account: id }),
      rp: { id: party.id, name: siteName },
      user: { id: userHandleOf(id), name, displayName: title === '' ? name : title },
      pubKeyCredParams: coseAlgorithms.map((alg) => ({ type: 'public-key', alg })),
      timeout: challengeLife,
      attestation: 'none',
      authenticatorSelection: {
        residentKey: 'required',
        requireResidentKey: true,
        userVerification: 'required',
      },
      excludeCredentials: existing.map(descriptorOf),
    };
  }

  /** Asks one of an account's keys, or for whichever the person has. */
  requestOptions(
    account: { readonly id: number; readonly passkeys: readonly Passkey[] } | undefined,
    party: RelyingParty,
  ): RequestOptions {
    return {
      challenge: this.#challenges.add({ use: 'webauthn.get', account: account?.id }),
      rpId: party.id,
      timeout: challengeLife,
      userVerification: 'required',
      allowCredentials: account?.passkeys.map(descriptorOf) ?? [],
    };
  }

  /** Checks a registration (§ 7.1). Faults: `security.passkey-refused` with what was wrong. */
  register(
    account: number,
    { id, response }: RegistrationJson,
    party: RelyingParty,
  ): Result<RegisteredPasskey> {
    const answer = this.#answer('webauthn.create', response.clientDataJSON, party);
    if (!answer.ok) return answer;
    if (answer.value.challenge.account !== account) return refused('challenge', 'of another login');
    const object = readCbor(Buffer.from(response.attestationObject, 'base64url'), 0);
    if (!object.ok) return object;
    const bytes = isCborMap(object.value.value) ? object.value.value.get('authData') : undefined;
    if (!Buffer.isBuffer(bytes)) return refused('attestationObject', 'has no authData');
    const data = checkedData(bytes, party);
    if (!data.ok) return data;
    const { attested, counter } = data.value;
    if (attested === undefined) return refused('authenticatorData', 'has no key');
    const credential = attested.credential.toString('base64url');
    if (credential !== id) return refused('id', 'is not that of the key');
    const { algorithm, jwk } = attested.key;
    return ok({ credential, publicKey: JSON.stringify(jwk), algorithm, counter });
  }

  /**
   * Checks an assertion of a stored key (§ 7.2); the result is its new counter. A counter that does not grow is that
   * of a copy. With an account the key and the challenge have to be its; without, the challenge must have been for anybody or for
   * the key's own account.
   */
  assert(
    passkey: Passkey,
    { id, response }: AssertionJson,
    { party, account }: { readonly party: RelyingParty; readonly account: number | undefined },
  ): Result<number> {
    const answer = this.#answer('webauthn.get', response.clientDataJSON, party);
    if (!answer.ok) return answer;
    const { account: asked } = answer.value.challenge;
    // Who was asked for a second factor may as well sign in by the key alone.
    if (asked !== account && (account !== undefined || asked !== passkey.account))
      return refused('challenge', 'of another login');
    if (passkey.credential !== id || (account !== undefined && account !== passkey.account))
      return refused('id', 'is not that of the key');
    const { userHandle } = response;
    const named = typeof userHandle === 'string' && userHandle !== '';
    // § 7.2 step 6: who signs in without a name is named by the handle.
    if (named ? userHandle !== userHandleOf(passkey.account) : asked === undefined)
      return refused('userHandle', 'is not that of the account');
    const bytes = Buffer.from(response.authenticatorData, 'base64url');
    const data = checkedData(bytes, party);
    if (!data.ok) return data;
    const digest = createHash('sha256').update(answer.value.clientData).digest();
    const signature = Buffer.from(response.signature, 'base64url');
    const jwk: webcrypto.JsonWebKey = JSON.parse(passkey.publicKey);
    const key = { algorithm: passkey.algorithm, jwk };
    if (!verifySignature(key, Buffer.concat([bytes, digest]), signature))
      return refused('signature', 'is wrong');
    const { counter } = data.value;
    const counts = counter !== 0 || passkey.counter !== 0;
    return counts && counter <= passkey.counter
      ? refused('counter', `${counter} after ${passkey.counter}: the key may have been copied`)
      : ok(counter);
  }

  /** What the client has signed for, of a challenge that is ours and is used up by this. */
  #answer(use: Challenge['use'], clientDataJson: string, party: RelyingParty): Result<Answer> {
    const clientData = Buffer.from(clientDataJson, 'base64url');
    const parsed = parseClientData(clientData);
    if (!parsed.ok) return parsed;
    const { type, challenge: secret, origin, crossOrigin } = parsed.value;
    const challenge = this.#challenges.take(secret);
    if (challenge === undefined) return refused('challenge', 'unknown, used or too old');
    if (type !== use || challenge.use !== use) return refused('type', type);
    if (crossOrigin || !isOwnOrigin(party, origin)) return refused('origin', origin);
    return ok({ challenge, clientData });
  }
}

/** An account as authenticators remember it: no name, nothing that says who it is. */
export function userHandleOf(account: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(account));
  return bytes.toString('base64url');
}

function checkedData(bytes: Buffer, party: RelyingParty): Result<AuthenticatorData> {
  const data = parseAuthenticatorData(bytes);
  if (!data.ok) return data;
  const expected = createHash('sha256').update(party.id).digest();
  if (!timingSafeEqual(data.value.rpIdHash, expected)) return refused('rpIdHash', 'another site');
  if (!data.value.userPresent || !data.value.userVerified)
    return refused('flags', 'the person was not verified');
  return data;
}

function descriptorOf({ credential }: Passkey): Descriptor {
  return { type: 'public-key', id: credential };
}

function refused(at: string, detail: string): Result<never> {
  return fail('security.passkey-refused', at, detail);
}

// SPDX-License-Identifier: Apache-2.0
import { fail, ok, type Result } from '#core';
import type { Clock } from '#runtime';
import type { ApiToken, CredentialMatch, RegistryReads } from '#store';
import { AttemptGuard, type AttemptGuardOptions } from './attempt-guard.ts';
import type { Authenticator, CredentialAttempt, Principal, Revocation, Scope } from './port.ts';
import { hashToken } from './secret.ts';

/** What the registry has of a secret or a certificate. */
type Proof = { readonly credential: CredentialMatch } | { readonly token: ApiToken };

export interface RegistryAuthenticatorOptions extends AttemptGuardOptions {
  readonly registry: Pick<RegistryReads, 'credentials' | 'tokens'>;
}

/**
 * Checks credentials against the registry. What was found is kept in memory, so that a reconnect
 * storm does not wait for the registry; whoever changes a credential, a thing's names or its
 * lifecycle calls `revoke` or `refresh` after the commit.
 */
export class RegistryAuthenticator implements Authenticator {
  readonly guard: AttemptGuard;
  readonly #registry: RegistryAuthenticatorOptions['registry'];
  readonly #clock: Clock;
  readonly #proofsMax: number;
  readonly #proofs = new Map<string, Proof>();
  readonly #proved: ((principal: Principal) => void)[] = [];
  readonly #listeners: ((revocation: Revocation) => void)[] = [];
  /** For each look-up under way, what was revoked or changed since it began. */
  readonly #lookUps = new Set<Revocation[]>();

  constructor(options: RegistryAuthenticatorOptions) {
    this.#registry = options.registry;
    this.#clock = options.clock;
    this.#proofsMax = options.limits['auth.rememberedMax'];
    this.guard = new AttemptGuard(options);
  }

  async authenticate(attempt: CredentialAttempt): Promise<Result<Principal>> {
    const { source, username } = attempt;
    if (!this.guard.admits(source, username)) return fail('security.too-many-attempts', source);
    const principal = await this.#prove(attempt);
    if (principal === undefined) {
      this.guard.failed(source, username);
      return fail('security.bad-credentials', username);
    }
    // The name beside an API token is not proved by it.
    if (username !== undefined && principal.kind === 'thing') this.guard.succeeded(username);
    for (const listener of this.#proved) listener(principal);
    return ok(principal);
  }

  /** Called with each login that succeeds. */
  onProved(listener: (principal: Principal) => void): void {
    this.#proved.push(listener);
  }

  onRevoked(listener: (revocation: Revocation) => void): void {
    this.#listeners.push(listener);
  }

  /** Forgets what is remembered of a credential, thing or token and tells the listeners. */
  revoke(revocation: Revocation): void {
    this.#forget(revocation);
    for (const listener of this.#listeners) listener(revocation);
  }

  /** Forgets proofs of a thing whose names or state changed, without ending its connections. */
  refresh(thing: number): void {
    this.#forget({ thing });
  }

  #forget(revocation: Revocation): void {
    for (const meanwhile of this.#lookUps) meanwhile.push(revocation);
    for (const [key, proof] of this.#proofs)
      if (concerns(proof, revocation)) this.#proofs.delete(key);
  }

  async #prove(attempt: CredentialAttempt): Promise<Principal | undefined> {
    const { username, password, certificate } = attempt;
    const proof = await this.#proofOf(password, certificate);
    if (proof === undefined) return undefined;
    if ('credential' in proof) return this.#device(proof.credential, username);
    return this.#application(proof.token);
  }

  /**
   * Keys tell a token from a certificate: a certificate is public, and its bytes may be shown as a
   * password.
   */
  #proofOf(
    password: Uint8Array | undefined,
    certificate: string | undefined,
  ): Promise<Proof | undefined> {
    const { credentials, tokens } = this.#registry;
    if (password !== undefined) {
      const hash = hashToken(password);
      return this.#lookUp(`token ${hash}`, async () => {
        const credential = await credentials.byHash(hash);
        if (credential !== undefined) return { credential };
        const token = await tokens.byHash(hash);
        return token && { token };
      });
    }
    if (certificate === undefined) return Promise.resolve(undefined);
    return this.#lookUp(`certificate ${certificate}`, async () => {
      const credential = await credentials.byFingerprint(certificate);
      return credential && { credential };
    });
  }

  async #lookUp(key: string, find: () => Promise<Proof | undefined>): Promise<Proof | undefined> {
    const known = this.#proofs.get(key);
    if (known !== undefined) return known;
    const meanwhile: Revocation[] = [];
    this.#lookUps.add(meanwhile);
    const proof = await find().finally(() => this.#lookUps.delete(meanwhile));
    if (proof === undefined) return undefined;
    // What was read may be from before the change: read again.
    if (meanwhile.some((revocation) => concerns(proof, revocation))) return this.#lookUp(key, find);
    this.#proofs.set(key, proof);
    if (this.#proofs.size > this.#proofsMax) {
      const oldest = this.#proofs.keys().next();
      if (oldest.done !== true) this.#proofs.delete(oldest.value);
    }
    return proof;
  }

  #device(found: CredentialMatch, username: string | undefined): Principal | undefined {
    if (this.#isOver(found)) return undefined;
    if (found.lifecycle === 'disabled' || found.lifecycle === 'retired') return undefined;
    const named =
      username === undefined || username === String(found.thing) || username === found.thingUri;
    if (!named) return undefined;
    return { kind: 'thing', tenant: found.tenant, thing: found.thing, credential: found.id };
  }

  #application(found: ApiToken): Principal | undefined {
    if (this.#isOver(found)) return undefined;
    const { id, name, tenant } = found;
    return { kind: 'token', tenant, token: id, name, scopes: found.scopes.filter(isScope) };
  }

  #isOver({ expires }: { readonly expires: number | undefined }): boolean {
    return expires !== undefined && expires <= this.#clock.now();
  }
}

const scopes: readonly string[] = ['admin', 'read', 'write', 'ingest'] satisfies Scope[];

function isScope(text: string): text is Scope {
  return scopes.includes(text);
}

function concerns(proof: Proof, revocation: Revocation): boolean {
  if ('token' in proof) return proof.token.id === revocation.token;
  const { thing, id } = proof.credential;
  return thing === revocation.thing || id === revocation.credential;
}

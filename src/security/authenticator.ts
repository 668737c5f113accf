// SPDX-License-Identifier: Apache-2.0
import { fail, ok, type Result, type TimeMs } from '#core';
import type { Clock } from '#runtime';
import type { ApiToken, CredentialMatch, RegistryReads } from '#store';
import { AttemptGuard, type AttemptGuardOptions } from './attempt-guard.ts';
import type {
  Authenticator,
  CredentialAttempt,
  Principal,
  Revocation,
  SignedCertificate,
} from './port.ts';
import { Expiry } from './expiry.ts';
import { refusalOf } from './refusal.ts';
import { hashToken, pairHash } from './secret.ts';
import type { TrustedAuthorities } from './x509/trust.ts';

/** What the registry has of a secret or a certificate. */
type Proof = { readonly credential: CredentialMatch } | { readonly token: ApiToken };

export interface RegistryAuthenticatorOptions extends AttemptGuardOptions {
  readonly registry: Pick<RegistryReads, 'credentials' | 'tokens'>;
  /** Certificate authorities in use; without them only certificates of the configured file count. */
  readonly authorities?: Pick<TrustedAuthorities, 'get'>;
}

/** A certificate that an authority in use has signed and nobody has registered. */
export interface UnregisteredCertificate extends SignedCertificate {
  /** SHA-256, hex. */
  readonly fingerprint: string;
  /** Remote address. */
  readonly source: string;
}

/** Registers it, or says why not: `security.unregistered-certificate`. */
export type Registrar = (shown: UnregisteredCertificate) => Promise<Result<CredentialMatch>>;

/**
 * Checks credentials against the registry. What was found is kept in memory, so that a reconnect
 * storm does not wait for the registry; whoever changes a credential, a thing's names or its
 * lifecycle calls `revoke` or `refresh` after the commit.
 */
export class RegistryAuthenticator implements Authenticator {
  readonly guard: AttemptGuard;
  readonly #registry: RegistryAuthenticatorOptions['registry'];
  readonly #authorities: RegistryAuthenticatorOptions['authorities'];
  readonly #clock: Clock;
  readonly #proofsMax: number;
  #registrar: Registrar | undefined;
  readonly #proofs = new Map<string, Proof>();
  readonly #proved: ((principal: Principal) => void)[] = [];
  readonly #listeners: ((revocation: Revocation) => void)[] = [];
  /** For each look-up under way, what was revoked or changed since it began. */
  readonly #lookUps = new Set<Revocation[]>();
  readonly #expiry: Expiry;

  constructor(options: RegistryAuthenticatorOptions) {
    this.#registry = options.registry;
    this.#authorities = options.authorities;
    this.#clock = options.clock;
    this.#proofsMax = options.limits['auth.rememberedMax'];
    this.guard = new AttemptGuard(options);
    this.#expiry = new Expiry(options.clock, (revocation) => this.revoke(revocation));
  }

  async authenticate(attempt: CredentialAttempt): Promise<Result<Principal>> {
    const { source, username } = attempt;
    if (!this.guard.admits(source, username)) return fail('security.too-many-attempts', source);
    const principal = await this.#prove(attempt);
    if (principal !== undefined && 'ok' in principal) return principal;
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

  /** Sets who is asked about certificates that nobody has registered. */
  onUnregistered(registrar: Registrar): void {
    this.#registrar = registrar;
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

  /** Ends a credential, and connections that it has opened or opens until then, at a time. */
  endAt(end: { readonly thing: number; readonly credential: number }, time: TimeMs): void {
    const { thing, credential } = end;
    // What is remembered of it has another end.
    this.refresh(thing);
    this.#expiry.watch({ credential }, time);
  }

  #forget(revocation: Revocation): void {
    for (const meanwhile of this.#lookUps) meanwhile.push(revocation);
    for (const [key, proof] of this.#proofs)
      if (concerns(proof, revocation)) this.#proofs.delete(key);
  }

  /** Who it is; undefined for nobody, or why a certificate that has no thing is not let in. */
  async #prove(attempt: CredentialAttempt): Promise<Principal | Result<never> | undefined> {
    const { username, password, certificate, signed } = attempt;
    const proof = await this.#proofOf({ username, password, certificate });
    if (proof === undefined) return this.#register(attempt);
    const by =
      'credential' in proof && proof.credential.kind === 'certificate' ? signed : undefined;
    const principal =
      'token' in proof
        ? this.#application(proof.token)
        : this.#device(proof.credential, { username, authority: by?.authority });
    if (principal === undefined) attempt.refused?.(refusalOf(proof, username, this.#clock.now()));
    return principal;
  }

  /** A certificate alone that an authority in use vouches for may be registered now. */
  async #register(attempt: CredentialAttempt): Promise<Principal | Result<never> | undefined> {
    const { certificate: fingerprint, signed, password, username, source } = attempt;
    if (fingerprint === undefined || signed === undefined) return undefined;
    if (password !== undefined || this.#registrar === undefined) return undefined;
    const { authority } = signed;
    if (this.#authorities?.get(authority) === undefined) return undefined;
    const found = await this.#registrar({ ...signed, fingerprint, source });
    return found.ok ? this.#device(found.value, { username, authority }) : found;
  }

  /**
   * Keys tell a token from a certificate: a certificate is public, and its bytes may be shown as a
   * password.
   */
  async #proofOf({
    username,
    password,
    certificate,
  }: Omit<CredentialAttempt, 'source'>): Promise<Proof | undefined> {
    const { credentials, tokens } = this.#registry;
    if (password !== undefined) {
      const hash = hashToken(password);
      const byToken = () =>
        this.#lookUp(`token ${hash}`, async () => {
          const credential = await credentials.byHash(hash);
          if (credential !== undefined) return { credential };
          const token = await tokens.byHash(hash);
          return token && { token };
        });
      if (username === undefined) return byToken();
      const pair = pairHash(username, password);
      const byPair = () =>
        this.#lookUp(`token ${pair}`, async () => {
          const credential = await credentials.byHash(pair);
          return credential && { credential };
        });
      // A device that was claimed comes back without asking about its secret as a token.
      if (this.#proofs.has(`token ${pair}`)) return byPair();
      return (await byToken()) ?? byPair();
    }
    if (certificate === undefined) return undefined;
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

  #device(
    found: CredentialMatch,
    {
      username,
      authority,
    }: { readonly username: string | undefined; readonly authority: number | undefined },
  ): Principal | undefined {
    if (this.#isOver(found)) return undefined;
    if (found.lifecycle === 'disabled' || found.lifecycle === 'retired') return undefined;
    const named =
      username === undefined ||
      [String(found.thing), found.thingUri, found.username].includes(username);
    if (!named) return undefined;
    const { tenant, thing, id: credential } = found;
    const principal = { kind: 'thing', tenant, thing, credential } as const;
    this.#expiry.watch({ credential }, found.expires);
    if (authority === undefined) return principal;
    // An authority vouches in its own tenant: elsewhere its certificates could be registered under other names.
    const vouches = this.#authorities?.get(authority)?.row.tenant === tenant;
    return vouches ? { ...principal, authority } : undefined;
  }

  #application(found: ApiToken): Principal | undefined {
    if (this.#isOver(found)) return undefined;
    const { id, name, tenant, account, scopes } = found;
    this.#expiry.watch({ token: id }, found.expires);
    return { kind: 'token', tenant, home: tenant, token: id, account, name, scopes };
  }

  #isOver({ expires }: { readonly expires: number | undefined }): boolean {
    return expires !== undefined && expires <= this.#clock.now();
  }
}

function concerns(proof: Proof, revocation: Revocation): boolean {
  if ('token' in proof) {
    const { id, account } = proof.token;
    return id === revocation.token || (account !== undefined && account === revocation.account);
  }
  const { thing, id } = proof.credential;
  // What an authority vouches for is asked at each login: nothing is remembered of that.
  return thing === revocation.thing || id === revocation.credential;
}

// SPDX-License-Identifier: Apache-2.0
import {
  FaultError,
  fault,
  Minutes,
  unwrap,
  type DurationMs,
  type Limits,
  type TimeMs,
} from '#core';
import type { Clock } from '#runtime';
import type { Account, AccountChanges, Passkey, Registry, SessionRow } from '#store';
import type { Principal } from '../port.ts';
import type { IdentityAct, IdentityListener } from './events.ts';
import type { Logins } from './logins.ts';
import { passwordFault } from './password-rules.ts';
import type { Passwords } from './password.ts';
import type {
  CreationOptions,
  PasskeyCeremonies,
  RegistrationJson,
} from './passkeys/ceremonies.ts';
import type { RelyingParty } from './passkeys/relying-party.ts';
import { newRecoveryCodes } from './recovery.ts';
import { totpPurpose, type SecondFactors } from './second-factors.ts';
import type { SecretBox } from './secret-box.ts';
import type { Sessions } from './sessions.ts';
import { encodeBase32 } from './base32.ts';
import { matchTotp, newTotpSecret, totpUri } from './totp.ts';

/** For so long after signing in nobody asks for the password again. */
const freshMs: DurationMs = Minutes(15);
const enrolmentLife: DurationMs = Minutes(15);
const issuer = 'Fengsui';

export type UserPrincipal = Principal & { readonly kind: 'user' };

/** Who asks, from where, and with the password typed again where that was asked for. */
export interface OwnRequest {
  readonly principal: UserPrincipal;
  readonly source: string;
  readonly password?: string | undefined;
}

export interface OwnAccountOptions {
  readonly registry: Pick<Registry, 'read' | 'write'>;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly box: SecretBox;
  readonly passwords: Passwords;
  readonly ceremonies: PasskeyCeremonies;
  readonly factors: SecondFactors;
  readonly logins: Logins;
  readonly sessions: Sessions;
  readonly tell: IdentityListener;
  /** What the account may do has changed. */
  readonly rightsChanged: () => Promise<void>;
}

/**
 * What a person does with the own account. Whatever opens it asks for a proof that the person is there: a login of the
 * last quarter of an hour or the password again, and the second factor where there is one, so that neither a session
 * left open nor a stolen password is enough to take an account over.
 */
export class OwnAccount {
  readonly #options: OwnAccountOptions;
  /** Secrets of code generators that have not shown a code yet, by account. */
  readonly #enrolments = new Map<number, { readonly secret: Buffer; readonly until: TimeMs }>();

  constructor(options: OwnAccountOptions) {
    this.#options = options;
  }

  find({ account }: UserPrincipal): Promise<Account | undefined> {
    return this.#options.registry.read.accounts.byId(account);
  }

  /** The same; throws `common.not-found`. */
  async account(principal: UserPrincipal): Promise<Account> {
    const row = await this.find(principal);
    if (row === undefined) throw new FaultError(fault('common.not-found', 'account'));
    return row;
  }

  async changeProfile(
    request: OwnRequest,
    changes: Pick<AccountChanges, 'title' | 'language'>,
  ): Promise<void> {
    await this.#change(request, changes, 'profile.changed');
  }

  /**
   * Sets the password; all other sessions end. `password` is the present one, which may be left out by who has none.
   * Faults: `security.weak-password`, `security.wrong-password`, and those of a missing proof.
   */
  async changePassword(request: OwnRequest, password: string): Promise<void> {
    const { passwords, limits, sessions } = this.#options;
    const account = await this.account(request.principal);
    // Without the present password a session left open would be enough, however fresh.
    if (account.password !== undefined && request.password === undefined)
      throw new FaultError(fault('security.fresh-login-required', 'currentPassword'));
    await this.#demandProof(request, account);
    const weak = passwordFault(password, account, limits);
    if (weak !== undefined) throw new FaultError(weak);
    if (password === request.password)
      throw new FaultError(fault('security.weak-password', 'password', 'the present one'));
    const hash = await passwords.hash(password);
    const changes = { password: hash, passwordTemporary: false };
    await this.#change(request, changes, 'password.changed');
    await sessions.endOfAccount(account.id, request.principal.session);
    if (account.passwordTemporary) await this.#options.rightsChanged();
  }

  /** A new secret for a code generator; it counts when a code of it has come back. */
  async beginTotp(request: OwnRequest): Promise<{ readonly secret: string; readonly uri: string }> {
    const { clock, limits } = this.#options;
    const account = await this.account(request.principal);
    await this.#demandProof(request, account);
    const secret = newTotpSecret();
    this.#enrolments.delete(account.id);
    this.#enrolments.set(account.id, { secret, until: clock.now() + enrolmentLife });
    if (this.#enrolments.size > limits['auth.loginsOpenMax']) {
      const [oldest] = this.#enrolments.keys();
      if (oldest !== undefined) this.#enrolments.delete(oldest);
    }
    return { secret: encodeBase32(secret), uri: totpUri(secret, account.name, issuer) };
  }

  /** Enrols the generator that shows this code; recovery codes are in the answer and nowhere else. */
  async confirmTotp(request: OwnRequest, code: string): Promise<readonly string[]> {
    const { clock, box, sessions } = this.#options;
    const { account: id, session } = request.principal;
    const enrolment = this.#enrolments.get(id);
    const now = clock.now();
    if (enrolment === undefined || enrolment.until < now)
      throw new FaultError(fault('security.login-expired', 'code'));
    const step = matchTotp(enrolment.secret, code, { now, last: 0 });
    if (step === undefined) throw new FaultError(fault('security.bad-second-factor', 'code'));
    this.#enrolments.delete(id);
    const { codes, hashes } = newRecoveryCodes();
    const totp = box.seal(totpPurpose(id), enrolment.secret);
    await this.#change(request, { totp, totpStep: step, recovery: hashes }, 'totp.enrolled');
    await sessions.strengthen(session);
    return codes;
  }

  async removeTotp(request: OwnRequest): Promise<void> {
    await this.#demandProof(request, await this.account(request.principal));
    await this.#change(request, { totp: undefined, recovery: [] }, 'totp.removed');
  }

  passkeys({ account }: UserPrincipal): Promise<readonly Passkey[]> {
    return this.#options.registry.read.passkeys.ofAccount(account);
  }

  /** Options for `navigator.credentials.create`. Throws `common.limit` when there are too many. */
  async beginPasskey(request: OwnRequest, party: RelyingParty): Promise<CreationOptions> {
    const { ceremonies, limits } = this.#options;
    const account = await this.account(request.principal);
    await this.#demandProof(request, account);
    const existing = await this.passkeys(request.principal);
    if (existing.length >= limits['auth.passkeysPerAccountMax'])
      throw new FaultError(fault('common.limit', 'auth.passkeysPerAccountMax'));
    return ceremonies.creationOptions(account, existing, party);
  }

  /** Adds the key that has answered. Faults: `security.passkey-refused`, `common.conflict`. */
  async addPasskey(
    request: OwnRequest,
    {
      name,
      answer,
      party,
    }: {
      readonly name: string;
      readonly answer: RegistrationJson;
      readonly party: RelyingParty;
    },
  ): Promise<number> {
    const { ceremonies, registry, clock, sessions } = this.#options;
    const { account, session } = request.principal;
    const registered = unwrap(ceremonies.register(account, answer, party));
    const passkey = { ...registered, account, name, created: clock.now() };
    const id = await registry.write((tables) => tables.passkeys.insert(passkey));
    this.#tell(request, 'passkey.added', name);
    await sessions.strengthen(session);
    return id;
  }

  async removePasskey(request: OwnRequest, id: number): Promise<void> {
    const account = await this.account(request.principal);
    await this.#demandProof(request, account);
    const { registry } = this.#options;
    const was = await registry.write((tables) => tables.passkeys.remove(account.id, id));
    if (!was) throw new FaultError(fault('common.not-found', 'passkey', String(id)));
    this.#tell(request, 'passkey.removed', String(id));
  }

  sessions({ account }: UserPrincipal): Promise<readonly SessionRow[]> {
    return this.#options.sessions.ofAccount(account);
  }

  /** Ends a session by the beginning of its hash, or all but this one. */
  async endSessions(request: OwnRequest, id?: string): Promise<void> {
    const { sessions } = this.#options;
    const { account, session } = request.principal;
    const open = await sessions.ofAccount(account);
    const chosen = open.filter(({ hash }) =>
      id === undefined ? hash !== session : sessionId(hash) === id,
    );
    if (id !== undefined && chosen.length === 0)
      throw new FaultError(fault('common.not-found', 'session', id));
    await sessions.end(chosen.map(({ hash }) => hash));
    if (chosen.length > 0) this.#tell(request, 'session.ended', String(chosen.length));
  }

  async #demandProof(request: OwnRequest, account: Account): Promise<void> {
    const { factors, logins, sessions, clock } = this.#options;
    const { strong, session } = request.principal;
    if (!strong && (await factors.methodsOf(account)).length > 0)
      throw new FaultError(fault('security.second-factor-required'));
    if (request.password !== undefined && account.password !== undefined) {
      unwrap(await logins.confirm(account, request.password, request.source));
      return;
    }
    const opened = (await sessions.opened(session)) ?? 0;
    if (clock.now() - opened > freshMs)
      throw new FaultError(fault('security.fresh-login-required', 'password'));
  }

  async #change(request: OwnRequest, changes: AccountChanges, act: IdentityAct): Promise<void> {
    const { registry, clock } = this.#options;
    const { account } = request.principal;
    const now = clock.now();
    await registry.write((tables) => tables.accounts.update(account, changes, { now }));
    this.#tell(request, act);
  }

  #tell({ principal, source }: OwnRequest, act: IdentityAct, detail?: string): void {
    const { account, name, home } = principal;
    this.#options.tell({ act, account, name, tenant: home, source, detail });
  }
}

/** A session as its owner sees it: enough of the hash to tell it from others. */
export function sessionId(hash: string): string {
  return hash.slice(0, 16);
}

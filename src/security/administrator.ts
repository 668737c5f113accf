// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from 'node:crypto';
import { chmod, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FaultError, fault, Hours, type DurationMs } from '#core';
import type { Clock } from '#runtime';
import type { Account, Registry } from '#store';
import type { ApiTokens } from './api-tokens.ts';
import { rootTenant, type Authenticator, type Principal } from './port.ts';
import { hashToken } from './secret.ts';

const administratorTokenFile = 'admin.token';
const tokenName = `administrator (${administratorTokenFile})`;
const linkLife: DurationMs = Hours(1);
/** Name of the first account, and the setting that holds its id. */
const firstName = 'admin';
const settingKey = 'first-account';

/** What the first start needs. */
export interface AdministratorOptions {
  readonly directory: string;
  readonly tokens: ApiTokens;
  readonly authenticator: Authenticator;
  readonly clock: Clock;
  readonly registry: Pick<Registry, 'read' | 'write'>;
  /** 三员分立: the first account hands out rights and has none of the others. */
  readonly separationOfDuties: boolean;
}

/**
 * The first administrator: an account without a password that a one-time link opens, and an API token in a file that
 * only the owner can read. There is no default password: who can read the data directory is the administrator.
 */
export class Administrator {
  readonly #options: AdministratorOptions;
  readonly #path: string;
  #principal: (Principal & { readonly kind: 'token' }) | undefined;
  #link: { readonly hash: string; readonly until: DurationMs } | undefined;

  constructor(options: AdministratorOptions) {
    this.#options = options;
    this.#path = join(options.directory, administratorTokenFile);
  }

  /**
   * Makes the token at the first start, and again when its file is missing or what it holds is not
   * valid any more; then the token before it, which may be in wrong hands, ends.
   */
  async start(): Promise<void> {
    this.#options.authenticator.onRevoked(({ token }) => {
      if (token !== undefined && token === this.#principal?.token) this.#principal = undefined;
    });
    this.#principal = await this.#read();
    if (this.#principal === undefined) await this.#renew();
    await chmod(this.#path, 0o600);
    await this.#makeAccount();
  }

  /** Whether the first account is there and still lacks a password or a second factor: then a start prints a link. */
  async needsLink(): Promise<boolean> {
    const account = await this.account();
    if (account === undefined || account.disabled) return false;
    if (account.password === undefined) return true;
    const { passkeys } = this.#options.registry.read;
    return account.totp === undefined && (await passkeys.ofAccount(account.id)).length === 0;
  }

  /** The first account; undefined when it was removed. */
  async account(): Promise<Account | undefined> {
    const { settings, accounts } = this.#options.registry.read;
    const id = await settings.get(settingKey);
    return typeof id === 'number' ? accounts.byId(id) : undefined;
  }

  /** Whether a principal is the token in the file: it alone may make links. */
  isOwn(principal: Principal): boolean {
    return principal.kind === 'token' && principal.token === this.#principal?.token;
  }

  /**
   * A new link code, good once and for an hour; the one before it is void. Throws `common.not-found` when the first
   * account was removed or disabled.
   */
  async newLink(): Promise<string> {
    const account = await this.account();
    if (account === undefined || account.disabled)
      throw new FaultError(fault('common.not-found', 'account', firstName));
    const code = randomBytes(24).toString('base64url');
    this.#link = { hash: hashToken(code), until: this.#options.clock.monotonic() + linkLife };
    return code;
  }

  /**
   * The account that a link code opens, once. Compared by hash, so that timing tells nothing of the code. A link is
   * void when the token that it came with is.
   */
  async redeem(code: string): Promise<Account | undefined> {
    const link = this.#link;
    if (link === undefined || link.hash !== hashToken(code)) return undefined;
    this.#link = undefined;
    const late = link.until < this.#options.clock.monotonic();
    return late || this.#principal === undefined ? undefined : this.account();
  }

  /** Once in the life of an installation: an account that was removed stays so. */
  async #makeAccount(): Promise<void> {
    const { registry, clock, separationOfDuties } = this.#options;
    if ((await registry.read.settings.get(settingKey)) !== undefined) return;
    const created = clock.now();
    const role = separationOfDuties ? 'security-administrator' : 'administrator';
    await registry.write(async (tables) => {
      const account = await tables.accounts.insert({
        ...{ tenant: rootTenant, kind: 'user', name: firstName, title: '', created },
        ...{ password: undefined, passwordTemporary: false, language: undefined },
      });
      const whole = { group: undefined, labels: undefined, properties: undefined };
      await tables.grants.insert({ ...whole, account, role, tenant: rootTenant, created });
      await tables.settings.put(settingKey, account);
    });
  }

  async #renew(): Promise<void> {
    const { tokens } = this.#options;
    for (const { id, name, revoked } of await tokens.list(rootTenant))
      if (name === tokenName && revoked === undefined) await tokens.revoke(rootTenant, id);
    const request = { tenant: rootTenant, name: tokenName, scopes: ['admin'] } as const;
    const { token } = await tokens.create(request);
    const temporary = `${this.#path}.new`;
    await rm(temporary, { force: true });
    await using file = await open(temporary, 'wx', 0o600);
    await file.writeFile(`${token}\n`);
    await file.sync();
    await rename(temporary, this.#path);
    this.#principal = await this.#read();
  }

  async #read(): Promise<(Principal & { readonly kind: 'token' }) | undefined> {
    const token = await readFile(this.#path, 'utf8').catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
    if (token === undefined) return undefined;
    const attempt = { password: Buffer.from(token.trim()), source: 'local' };
    const result = await this.#options.authenticator.authenticate(attempt);
    if (!result.ok || result.value.kind !== 'token') return undefined;
    return result.value.scopes.includes('admin') ? result.value : undefined;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

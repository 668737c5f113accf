// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from 'node:crypto';
import { chmod, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Hours, type DurationMs } from '#core';
import type { Clock } from '#runtime';
import type { ApiTokens } from './api-tokens.ts';
import { rootTenant, type Authenticator, type Principal } from './port.ts';
import { hashToken } from './secret.ts';

const administratorTokenFile = 'admin.token';
const tokenName = `administrator (${administratorTokenFile})`;
const linkLife: DurationMs = Hours(1);

/** What the first start needs. */
export interface AdministratorOptions {
  readonly directory: string;
  readonly tokens: ApiTokens;
  readonly authenticator: Authenticator;
  readonly clock: Clock;
}

/**
 * The first administrator: an API token in a file that only the owner can read, and a one-time link
 * for the browser. There is no default password: who can read the data directory is the
 * administrator.
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
  }

  /** A new link code, good once and for an hour; the one before it is void. */
  newLink(): string {
    const code = randomBytes(24).toString('base64url');
    this.#link = { hash: hashToken(code), until: this.#options.clock.monotonic() + linkLife };
    return code;
  }

  /**
   * The administrator for a link code, once. Compared by hash, so that timing tells nothing of the
   * code.
   */
  redeem(code: string): Principal | undefined {
    const link = this.#link;
    if (link === undefined || link.hash !== hashToken(code)) return undefined;
    this.#link = undefined;
    return link.until >= this.#options.clock.monotonic() ? this.#principal : undefined;
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

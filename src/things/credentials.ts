// SPDX-License-Identifier: Apache-2.0
import { FaultError, fault, type TimeMs } from '#core';
import type { Clock } from '#runtime';
import { newToken, type RegistryAuthenticator } from '#security';
import type { Credential, Registry, Thing } from '#store';

export interface TokenRequest {
  readonly name?: string | undefined;
  readonly expires?: TimeMs | undefined;
}

export interface CertificateRequest extends TokenRequest {
  /** SHA-256 of the certificate in hex; colons and case do not matter. */
  readonly fingerprint: string;
}

/**
 * Credentials of things: made, listed and revoked. Several may be valid at once, so that one can be
 * rotated.
 */
export class DeviceCredentials {
  readonly #registry: Registry;
  readonly #authenticator: RegistryAuthenticator;
  readonly #clock: Clock;

  constructor(registry: Registry, authenticator: RegistryAuthenticator, clock: Clock) {
    this.#registry = registry;
    this.#authenticator = authenticator;
    this.#clock = clock;
  }

  /** Makes a token; its text is in the answer and nowhere else. */
  async createToken(
    thing: Thing,
    request: TokenRequest,
  ): Promise<{ readonly id: number; readonly username: string; readonly token: string }> {
    const { token, hash } = newToken('device');
    const id = await this.#insert(thing, request, { kind: 'token', hash, fingerprint: undefined });
    return { id, username: String(thing.id), token };
  }

  /** Makes a token for each of many things in one transaction; in the order of the things. */
  async createTokens(tenant: number, things: readonly number[]): Promise<string[]> {
    const secrets = things.map(() => newToken('device'));
    const created = this.#clock.now();
    const proof = { kind: 'token', fingerprint: undefined, subject: undefined } as const;
    await this.#registry.write(async (tables) => {
      for (const [i, thing] of things.entries()) {
        const hash = secrets[i]?.hash;
        const row = { ...proof, tenant, thing, name: '', hash, created, expires: undefined };
        await tables.credentials.insert(row);
      }
    });
    return secrets.map((secret) => secret.token);
  }

  /** Lets a client certificate in as the thing. */
  async addCertificate(
    thing: Thing,
    request: CertificateRequest,
  ): Promise<{ readonly id: number }> {
    const fingerprint = request.fingerprint.replaceAll(':', '').toLowerCase();
    if (!/^[0-9a-f]{64}$/.test(fingerprint)) {
      throw new FaultError(fault('common.invalid', 'fingerprint', 'SHA-256 in hex expected'));
    }
    const id = await this.#insert(thing, request, {
      kind: 'certificate',
      hash: undefined,
      fingerprint,
    });
    return { id };
  }

  list(thing: Thing): Promise<readonly Credential[]> {
    return this.#registry.read.credentials.ofThing(thing.id);
  }

  /** Ends a credential; a connection that it opened closes within a second. */
  async revoke(thing: Thing, id: number): Promise<void> {
    const now = this.#clock.now();
    const was = await this.#registry.write((tables) =>
      tables.credentials.revoke(thing.id, id, now),
    );
    if (!was) throw new FaultError(fault('common.not-found', 'credential', String(id)));
    this.#authenticator.revoke({ credential: id });
  }

  #insert(
    thing: Thing,
    request: TokenRequest,
    proof: Pick<Credential, 'kind' | 'hash' | 'fingerprint'>,
  ): Promise<number> {
    const { name = '', expires } = request;
    const created = this.#clock.now();
    const { id, tenant } = thing;
    return this.#registry.write((tables) =>
      tables.credentials.insert({
        ...proof,
        tenant,
        thing: id,
        name,
        subject: undefined,
        created,
        expires,
      }),
    );
  }
}

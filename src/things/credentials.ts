// SPDX-License-Identifier: Apache-2.0
import { generateKeyPairSync } from 'node:crypto';
import { Days, FaultError, fault, unwrap, type Limits, type TimeMs } from '#core';
import type { Clock } from '#runtime';
import { fingerprintOf, newToken, readCsr, toPem, type RegistryAuthenticator } from '#security';
import type { Credential, NewCredential, Registry, RegistryTables, Thing } from '#store';
import type { Authorities } from './authorities.ts';
import { certificateSubject, insertCredential, isInUse } from './credential-rows.ts';

/** Life of a certificate when nobody says otherwise. */
const certificateLifeMs = Days(365);

export interface TokenRequest {
  readonly name?: string | undefined;
  readonly expires?: TimeMs | undefined;
}

export interface CertificateRequest extends TokenRequest {
  /** SHA-256 of the certificate in hex; colons and case do not matter. */
  readonly fingerprint: string;
}

export interface IssueRequest extends TokenRequest {
  /** PEM of PKCS#10; without it the server makes the key. */
  readonly csr?: string | undefined;
  /** The authority that signs; the tenant's newest own one where left out. */
  readonly authority?: number | undefined;
}

export interface RotateRequest {
  readonly overlapMs: number;
  /** Changes to a certificate, or renews one. */
  readonly certificate?: Pick<IssueRequest, 'csr'> | undefined;
}

/** A credential as it is shown once. */
export interface NewDeviceCredential {
  readonly id: number;
  readonly username: string;
  readonly token?: string;
  /** PEM. */
  readonly certificate?: string;
  readonly chain?: string;
  readonly key?: string;
  readonly expires?: TimeMs;
}

export interface DeviceCredentialsOptions {
  readonly registry: Registry;
  readonly authenticator: RegistryAuthenticator;
  readonly authorities: Pick<Authorities, 'issue'>;
  readonly clock: Clock;
  readonly limits: Limits;
}

/** What is shown, and the row that is stored instead. */
interface Made {
  readonly shown: Omit<NewDeviceCredential, 'id' | 'username'>;
  readonly row: Pick<NewCredential, 'kind' | 'hash' | 'fingerprint' | 'subject' | 'expires'>;
}

/**
 * Credentials of things: made, listed, rotated and revoked. Several may be valid at once, so that one can be rotated
 * without a gap.
 */
export class DeviceCredentials {
  readonly #options: DeviceCredentialsOptions;

  constructor(options: DeviceCredentialsOptions) {
    this.#options = options;
  }

  /** Makes a token; its text is in the answer and nowhere else. */
  async createToken(
    thing: Thing,
    request: TokenRequest,
  ): Promise<{ readonly id: number; readonly username: string; readonly token: string }> {
    const { token, hash } = newToken('device');
    const id = await this.#insert(thing, request.name, tokenRow(hash, request.expires));
    return { id, username: String(thing.id), token };
  }

  /** Makes a token for each of many things in one transaction; in the order of the things. */
  async createTokens(tenant: number, things: readonly number[]): Promise<string[]> {
    const { registry, clock } = this.#options;
    const secrets = things.map(() => newToken('device'));
    const created = clock.now();
    await registry.write(async (tables) => {
      for (const [i, thing] of things.entries()) {
        const row = tokenRow(secrets[i]?.hash, undefined);
        const base = { tenant, thing, name: '', username: undefined, created };
        await tables.credentials.insert({ ...base, ...row });
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
    const { expires } = request;
    const proof = { kind: 'certificate', hash: undefined, subject: undefined } as const;
    return { id: await this.#insert(thing, request.name, { ...proof, fingerprint, expires }) };
  }

  /**
   * Has an authority of the tenant sign a certificate; a key that the server made is in the answer and nowhere else.
   * Faults: `security.bad-csr`, `things.no-authority`, `common.limit`, `common.invalid` for its end.
   */
  async issueCertificate(thing: Thing, request: IssueRequest): Promise<NewDeviceCredential> {
    const { row, shown } = await this.#issue(thing, request);
    return {
      id: await this.#insert(thing, request.name, row),
      username: String(thing.id),
      ...shown,
    };
  }

  list(thing: Thing): Promise<readonly Credential[]> {
    return this.#options.registry.read.credentials.ofThing(thing.id);
  }

  /** Ends a credential; a connection that it opened closes within a second. */
  async revoke(thing: Thing, id: number): Promise<void> {
    const { registry, clock, authenticator } = this.#options;
    const now = clock.now();
    const was = await registry.write((tables) => tables.credentials.revoke(thing.id, id, now));
    if (!was) throw new FaultError(fault('common.not-found', 'credential', String(id)));
    authenticator.revoke({ credential: id });
  }

  /**
   * Puts a new credential in the place of one that is in use, which stays valid for the overlap. Faults:
   * `common.not-found`, `common.limit`, `common.invalid` for a certificate without a request, and those of
   * `issueCertificate`.
   */
  async rotate(thing: Thing, id: number, request: RotateRequest): Promise<NewDeviceCredential> {
    const { registry, clock, limits, authenticator } = this.#options;
    const { overlapMs } = request;
    if (overlapMs > limits['credentials.overlapMsMax'])
      throw new FaultError(fault('common.limit', 'credentials.overlapMsMax'));
    const old = await this.#inUse(thing, id);
    const made = await this.#successor(thing, old, request);
    const now = clock.now();
    const ends = now + overlapMs;
    const created = await registry.write(async (tables) => {
      const expired = await tables.credentials.expire(thing.id, id, ends);
      if (!expired) throw new FaultError(fault('common.not-found', 'credential', String(id)));
      return insert(tables, limits, { thing, name: old.name, now, made: made.row });
    });
    if (overlapMs > 0) {
      const credential = id;
      authenticator.endAt({ thing: thing.id, credential }, Math.min(ends, old.expires ?? ends));
    } else authenticator.revoke({ credential: id });
    return { id: created, username: String(thing.id), ...made.shown };
  }

  /** The same by the device itself, not in quick succession. */
  async rotateOwn(thing: Thing, id: number, request: RotateRequest): Promise<NewDeviceCredential> {
    const { clock, limits } = this.#options;
    const newest = Math.max(0, ...(await this.list(thing)).map(({ created }) => created));
    if (clock.now() - newest < limits['credentials.rotateMsMin'])
      throw new FaultError(fault('common.limit', 'credentials.rotateMsMin'));
    return this.rotate(thing, id, request);
  }

  async #inUse(thing: Thing, id: number): Promise<Credential> {
    const now = this.#options.clock.now();
    const row = (await this.list(thing)).find((each) => each.id === id && isInUse(each, now));
    if (row === undefined)
      throw new FaultError(fault('common.not-found', 'credential', String(id)));
    return row;
  }

  async #successor(thing: Thing, old: Credential, request: RotateRequest): Promise<Made> {
    const { certificate } = request;
    if (certificate !== undefined) return this.#issue(thing, certificate);
    if (old.kind === 'certificate')
      throw new FaultError(fault('common.invalid', 'body/csr', 'a certificate needs a request'));
    const { token, hash } = newToken('device');
    return { shown: { token }, row: tokenRow(hash, undefined) };
  }

  async #issue(thing: Thing, request: IssueRequest): Promise<Made> {
    const { authorities, clock, limits } = this.#options;
    const now = clock.now();
    const wanted = request.expires ?? now + certificateLifeMs;
    if (wanted <= now) throw new FaultError(fault('common.invalid', 'body/expires', 'in the past'));
    const { publicKey, key } = keyOf(request.csr);
    const { authority } = request;
    const expires = Math.min(wanted, now + limits['certificates.lifeMsMax']);
    const issued = await authorities.issue(thing, { publicKey, expires, authority });
    const { der, serial, notAfter } = issued.certificate;
    return {
      shown: {
        certificate: toPem('CERTIFICATE', der),
        chain: issued.chain,
        ...(key === undefined ? {} : { key }),
        expires: notAfter,
      },
      row: {
        ...{ kind: 'certificate', hash: undefined, fingerprint: fingerprintOf(der) },
        subject: certificateSubject(issued.authority, serial),
        expires: notAfter,
      },
    };
  }

  #insert(thing: Thing, name: string | undefined, made: Made['row']): Promise<number> {
    const { registry, clock, limits } = this.#options;
    const now = clock.now();
    return registry.write((tables) => insert(tables, limits, { thing, name, now, made }));
  }
}

function insert(
  tables: RegistryTables,
  limits: Limits,
  entry: {
    readonly thing: Pick<Thing, 'id' | 'tenant'>;
    readonly name: string | undefined;
    readonly now: TimeMs;
    readonly made: Made['row'];
  },
): Promise<number> {
  const { thing, name = '', now, made } = entry;
  const base = { tenant: thing.tenant, thing: thing.id, username: undefined, created: now };
  return insertCredential(tables, limits, { ...base, name, ...made });
}

export function tokenRow(hash: string | undefined, expires: TimeMs | undefined): Made['row'] {
  return { kind: 'token', hash, fingerprint: undefined, subject: undefined, expires };
}

/** The key that a request proves, or a new one on P-256. */
function keyOf(csr: string | undefined): { readonly publicKey: Buffer; readonly key?: string } {
  if (csr !== undefined) return { publicKey: unwrap(readCsr(csr)) };
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    publicKey: pair.publicKey.export({ format: 'der', type: 'spki' }),
    key: pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  };
}

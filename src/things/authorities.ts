// SPDX-License-Identifier: Apache-2.0
import { createPrivateKey, randomBytes } from 'node:crypto';
import { Days, FaultError, fault, Hours, type Limits, type TimeMs } from '#core';
import type { Clock } from '#runtime';
import {
  fingerprintOf,
  fromPem,
  isIssuedBy,
  issueCertificate,
  isValidAt,
  makeAuthority,
  makeCrl,
  maySign,
  publicKeyOf,
  readCertificate,
  toPem,
  type Certificate,
  type RegistryAuthenticator,
  type Signer,
  type TrustedAuthorities,
} from '#security';
import type {
  CertificateAuthority,
  JustInTime,
  NewCertificateAuthority,
  Registry,
  Thing,
} from '#store';
import { subjectPrefix } from './credential-rows.ts';
import type { ModelService } from './models.ts';

const codeLifeMs = Hours(1);
const authorityLifeMs = Days(3_650);
const crlLifeMs = Days(7);
/** Clocks of devices and servers differ a little. */
const backdatedMs = 300_000;

/** Seals keys so that the registry and its backups do not give them away. */
export interface KeySealer {
  seal(purpose: string, secret: Uint8Array): string;
  open(purpose: string, sealed: string): Buffer;
}

export interface AuthoritiesOptions {
  readonly registry: Registry;
  readonly trusted: TrustedAuthorities;
  readonly authenticator: RegistryAuthenticator;
  readonly models: Pick<ModelService, 'find'>;
  readonly box: KeySealer;
  readonly clock: Clock;
  readonly limits: Limits;
}

export interface AuthorityRequest {
  readonly name: string;
  readonly justInTime?: JustInTime | undefined;
  readonly model?: string | undefined;
}

export interface UploadRequest extends AuthorityRequest {
  /** PEM of the authority. */
  readonly certificate: string;
  /** PEM of a certificate that it has signed, with a code of ours as common name. */
  readonly proof: string;
}

/** A certificate that an authority of ours has signed. */
export interface IssuedCertificate {
  readonly authority: number;
  readonly certificate: Certificate;
  /** PEM of the authority. */
  readonly chain: string;
}

/** Certificate authorities of tenants: our own ones sign, uploaded ones vouch for what was signed elsewhere. */
export class Authorities {
  readonly #options: AuthoritiesOptions;
  /** Codes for proofs of possession: whose, and until when. The oldest is first. */
  readonly #codes = new Map<string, { readonly tenant: number; readonly expires: TimeMs }>();

  constructor(options: AuthoritiesOptions) {
    this.#options = options;
  }

  list(tenant: number): Promise<readonly CertificateAuthority[]> {
    return this.#options.registry.read.authorities.ofTenant(tenant);
  }

  /** Fault: `common.not-found`. */
  async find(tenant: number, id: number): Promise<CertificateAuthority> {
    const row = await this.#options.registry.read.authorities.byId(id);
    if (row?.tenant !== tenant)
      throw new FaultError(fault('common.not-found', 'authority', String(id)));
    return row;
  }

  /** Makes an authority with a key of its own. Faults: `common.limit`, `things.no-such-model`. */
  async create(tenant: number, request: AuthorityRequest): Promise<CertificateAuthority> {
    const { box, clock } = this.#options;
    const notBefore = clock.now() - backdatedMs;
    const made = makeAuthority({
      ...{ name: request.name, notBefore, notAfter: notBefore + authorityLifeMs },
    });
    const fingerprint = fingerprintOf(made.certificate);
    const secret = made.key.export({ format: 'der', type: 'pkcs8' });
    const key = box.seal(keyPurpose(fingerprint), secret);
    secret.fill(0);
    return this.#insert(tenant, request, { certificate: made.certificate, fingerprint, key });
  }

  /** A code that shows, as common name of a certificate, that its signer is here now. Fault: `common.limit`. */
  newCode(tenant: number): { readonly code: string; readonly expires: TimeMs } {
    const { clock, limits } = this.#options;
    const now = clock.now();
    for (const [code, { expires }] of this.#codes) {
      if (expires > now) break;
      this.#codes.delete(code);
    }
    if (this.#codes.size >= limits['authorities.codesMax'])
      throw new FaultError(fault('common.limit', 'authorities.codesMax'));
    const code = randomBytes(20).toString('hex');
    const expires = now + codeLifeMs;
    this.#codes.set(code, { tenant, expires });
    return { code, expires };
  }

  /**
   * Takes an authority whose key somebody else has. Faults: `security.bad-authority`, `security.no-possession`,
   * `common.conflict` when it is in use already, and those of `create`.
   */
  async upload(tenant: number, request: UploadRequest): Promise<CertificateAuthority> {
    const certificate = this.#authorityOf(request.certificate);
    this.#prove(tenant, certificate, request.proof);
    const fingerprint = fingerprintOf(certificate.der);
    return this.#insert(tenant, request, {
      ...{ certificate: certificate.der, fingerprint, key: undefined },
    });
  }

  /** Faults: `common.not-found`, `things.no-such-model`. */
  async change(
    tenant: number,
    id: number,
    changes: { readonly justInTime?: JustInTime; readonly model?: string | undefined },
  ): Promise<CertificateAuthority> {
    const { registry, trusted } = this.#options;
    await this.find(tenant, id);
    await this.#checkModel(tenant, changes.model);
    await registry.write((tables) => tables.authorities.change(id, changes));
    await trusted.reload();
    return this.find(tenant, id);
  }

  /** Ends an authority: connections of devices that it vouched for close within a second. Fault: `common.not-found`. */
  async revoke(tenant: number, id: number): Promise<void> {
    const { registry, trusted, authenticator, clock } = this.#options;
    const now = clock.now();
    const was = await registry.write((tables) => tables.authorities.revoke(tenant, id, now));
    if (!was) throw new FaultError(fault('common.not-found', 'authority', String(id)));
    trusted.drop(id);
    authenticator.revoke({ authority: id });
    await trusted.reload();
  }

  /** The revocation list of an authority of ours, in DER. Faults: `common.not-found`, `things.no-authority`. */
  async crl(tenant: number, id: number): Promise<Buffer> {
    const { registry, clock, limits } = this.#options;
    const signer = this.#signerOf(await this.find(tenant, id));
    const max = limits['authorities.revokedMax'];
    const prefix = subjectPrefix(id);
    const rows = await registry.read.credentials.revokedBySubject(prefix, max);
    const revoked = rows.map(({ subject = '', revoked: time = 0 }) => ({
      serial: Buffer.from(subject.slice(prefix.length), 'hex'),
      revoked: time,
    }));
    const now = clock.now();
    return makeCrl(signer, { revoked, now, nextUpdate: now + crlLifeMs });
  }

  /** Signs a certificate of the thing. Fault: `things.no-authority`. */
  async issue(
    thing: Thing,
    request: {
      /** SubjectPublicKeyInfo in DER, checked. */
      readonly publicKey: Buffer;
      readonly expires: TimeMs;
      /** The newest of the tenant's own where left out. */
      readonly authority?: number | undefined;
    },
  ): Promise<IssuedCertificate> {
    const { publicKey, expires, authority } = request;
    const rows = await this.list(thing.tenant);
    const fits = ({ id, key, revoked }: CertificateAuthority): boolean =>
      key !== undefined && revoked === undefined && (authority === undefined || id === authority);
    const row = rows.findLast(fits);
    if (row === undefined) throw new FaultError(fault('things.no-authority', 'authority'));
    const notBefore = this.#options.clock.now() - backdatedMs;
    const subject = { uri: thing.uri, fallbackName: `thing ${thing.id}` };
    const signer = this.#signerOf(row);
    const der = issueCertificate(signer, { ...subject, publicKey, notBefore, notAfter: expires });
    const certificate = readCertificate(der);
    if (certificate === undefined) throw new FaultError(fault('common.internal'));
    return { authority: row.id, certificate, chain: row.certificate };
  }

  #signerOf({ certificate: pem, fingerprint, key, revoked }: CertificateAuthority): Signer {
    const [der] = fromPem('CERTIFICATE', pem);
    const certificate = der && readCertificate(der);
    if (key === undefined || certificate === undefined || revoked !== undefined)
      throw new FaultError(fault('things.no-authority', 'authority'));
    const secret = this.#options.box.open(keyPurpose(fingerprint), key);
    const signer = createPrivateKey({ key: secret, format: 'der', type: 'pkcs8' });
    secret.fill(0);
    return { certificate, key: signer };
  }

  #authorityOf(pem: string): Certificate {
    const [der, ...more] = fromPem('CERTIFICATE', pem);
    const certificate = der && readCertificate(der);
    const bad = (detail: string): FaultError =>
      new FaultError(fault('security.bad-authority', 'certificate', detail));
    if (certificate === undefined || more.length > 0) throw bad('one PEM certificate expected');
    if (!isValidAt(certificate, this.#options.clock.now())) throw bad('not valid now');
    if (!certificate.understood) throw bad('it has a critical extension that is not supported');
    if (!maySign(certificate, 0, this.#options.clock.now())) throw bad('it may not sign devices');
    if (publicKeyOf(certificate.publicKey) === undefined)
      throw bad('EC P-256 or P-384, Ed25519 or RSA from 2,048 bits expected');
    return certificate;
  }

  #prove(tenant: number, authority: Certificate, pem: string): void {
    const [der, ...more] = fromPem('CERTIFICATE', pem);
    const proof = der && more.length === 0 ? readCertificate(der) : undefined;
    const code = proof?.commonName ?? '';
    const given = this.#codes.get(code);
    const refused = (detail: string): FaultError =>
      new FaultError(fault('security.no-possession', 'proof', detail));
    if (proof === undefined) throw refused('one PEM certificate expected');
    if (given?.tenant !== tenant || given.expires <= this.#options.clock.now())
      throw refused('its common name is no code that was given to this tenant within the hour');
    if (!isIssuedBy(proof, authority)) throw refused('the authority has not signed it');
    this.#codes.delete(code);
  }

  async #insert(
    tenant: number,
    request: AuthorityRequest,
    made: { readonly certificate: Buffer } & Pick<NewCertificateAuthority, 'fingerprint' | 'key'>,
  ): Promise<CertificateAuthority> {
    const { registry, trusted, clock, limits } = this.#options;
    const { name, justInTime = 'refuse', model } = request;
    await this.#checkModel(tenant, model);
    const certificate = toPem('CERTIFICATE', made.certificate);
    const created = clock.now();
    const id = await registry.write(async ({ authorities }) => {
      const rows = await authorities.ofTenant(tenant);
      const inUse = rows.filter((row) => row.revoked === undefined).length;
      if (inUse >= limits['authorities.perTenantMax'])
        throw new FaultError(fault('common.limit', 'authorities.perTenantMax'));
      const row = { ...made, tenant, name, certificate, justInTime, model, created };
      return authorities.insert(row);
    });
    await trusted.reload();
    return this.find(tenant, id);
  }

  async #checkModel(tenant: number, uri: string | undefined): Promise<void> {
    if (uri === undefined) return;
    if ((await this.#options.models.find(tenant, { uri })) === undefined)
      throw new FaultError(fault('things.no-such-model', 'model', uri));
  }
}

function keyPurpose(fingerprint: string): string {
  return `authority ${fingerprint}`;
}

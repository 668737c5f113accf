// SPDX-License-Identifier: Apache-2.0
import { fail, FaultError, fault, ok, type Limits, type Result, type TimeMs } from '#core';
import type { Clock } from '#runtime';
import {
  readCertificate,
  type Certificate,
  type TrustedAuthorities,
  type UnregisteredCertificate,
} from '#security';
import type { CredentialMatch, NewCredential, Registry, RegistryTables, Thing } from '#store';
import { Arrivals } from './arrivals.ts';
import { certificateSubject, insertCredential, subjectPrefix } from './credential-rows.ts';
import type { ThingService } from './service.ts';
import { checkUri, type ThingInput } from './thing-input.ts';

const nameLengthMax = 128;

/** A certificate that an authority vouches for and that waits for somebody to say which thing it is. */
export interface Claim {
  readonly fingerprint: string;
  readonly authority: number;
  /** What the certificate says of the device; data, not to be trusted as anything but text. */
  readonly commonName: string | undefined;
  readonly uri: string | undefined;
  /** Remote address that it last came from. */
  readonly source: string;
  readonly first: TimeMs;
  readonly last: TimeMs;
  readonly count: number;
}

interface Waiting extends Claim {
  readonly tenant: number;
  readonly certificate: Certificate;
}

/** What is said of the thing when a certificate is claimed. */
export interface ClaimRequest {
  /** A thing that is there already; a new one is made where left out. */
  readonly thing?: number | undefined;
  readonly name?: string | undefined;
  readonly model?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

export interface JustInTimeOptions {
  readonly registry: Registry;
  readonly trusted: TrustedAuthorities;
  readonly things: ThingService;
  readonly clock: Clock;
  readonly limits: Limits;
}

/** Registers devices at their first connection by the word of the authority that signed their certificates. */
export class JustInTimeRegistration {
  readonly #options: JustInTimeOptions;
  readonly #arrivals: Arrivals;
  /** The same certificate at two connections at once is registered once. */
  readonly #under = new Map<string, Promise<Result<CredentialMatch>>>();
  /** By fingerprint, the one seen longest ago first. */
  readonly #waiting = new Map<string, Waiting>();

  constructor(options: JustInTimeOptions) {
    this.#options = options;
    this.#arrivals = new Arrivals(options.limits);
  }

  /**
   * Decides about a certificate that nobody has registered, as its authority says. Faults:
   * `security.bad-credentials` for one that was revoked, `security.unregistered-certificate`, `common.limit`.
   */
  register(shown: UnregisteredCertificate): Promise<Result<CredentialMatch>> {
    const under = this.#under.get(shown.fingerprint);
    if (under !== undefined) return under;
    const registering = this.#register(shown).finally(() => {
      this.#under.delete(shown.fingerprint);
    });
    this.#under.set(shown.fingerprint, registering);
    return registering;
  }

  /** Certificates of a tenant that wait to be claimed, the newest first. */
  claims(tenant: number): Claim[] {
    return [...this.#waiting.values()]
      .filter((waiting) => waiting.tenant === tenant)
      .map(({ tenant: _tenant, certificate: _certificate, ...claim }) => claim)
      .toReversed();
  }

  /** Makes a waiting certificate a credential of a thing. Faults: `common.not-found`, and those of a new thing. */
  async claim(tenant: number, fingerprint: string, request: ClaimRequest): Promise<Thing> {
    const { things, clock, limits, registry } = this.#options;
    const waiting = this.#waiting.get(fingerprint);
    if (waiting?.tenant !== tenant)
      throw new FaultError(fault('common.not-found', 'fingerprint', fingerprint));
    const { certificate, authority } = waiting;
    const { thing: known, name, model, labels } = request;
    const row = rowOf(certificate, { authority, fingerprint, tenant, now: clock.now() });
    if (known === undefined) {
      const input = { ...inputOf(certificate, fingerprint), ...(labels && { labels }) };
      const made = await things.create(
        tenant,
        {
          ...input,
          name: name ?? input.name,
          model: model === undefined ? undefined : { uri: model },
        },
        async (tables, thing) => void (await insertCredential(tables, limits, { ...row, thing })),
      );
      this.#waiting.delete(fingerprint);
      return made;
    }
    const thing = await things.find(tenant, String(known));
    await registry.write((tables) => insertCredential(tables, limits, { ...row, thing: thing.id }));
    this.#waiting.delete(fingerprint);
    return thing;
  }

  async #register(shown: UnregisteredCertificate): Promise<Result<CredentialMatch>> {
    const { registry, trusted, clock } = this.#options;
    const { credentials } = registry.read;
    const { fingerprint } = shown;
    const row = trusted.get(shown.authority)?.row;
    const certificate = readCertificate(shown.certificate);
    if (row === undefined || certificate === undefined) return fail('security.bad-credentials');
    // Whoever was shut out does not come back by the door for new ones.
    if (await credentials.isRevoked(fingerprint)) return fail('security.bad-credentials');
    const said = certificate.uris[0] ?? certificate.commonName ?? fingerprint;
    const refused = (why: string): Result<never> =>
      fail('security.unregistered-certificate', row.name, `${why}: ${said}`);
    if (row.justInTime === 'refuse') return refused(`authority ${row.name} registers nobody`);
    if (row.justInTime === 'claim') {
      this.#wait(shown, certificate, row.tenant);
      return refused('waits to be claimed');
    }
    try {
      this.#arrivals.count(String(row.id), clock.now());
      await this.#admit(
        certificate,
        { fingerprint, authority: row.id, tenant: row.tenant },
        row.model,
      );
    } catch (error) {
      if (!(error instanceof FaultError)) throw error;
      if (error.fault.code === 'common.limit') return { ok: false, fault: error.fault };
      this.#wait(shown, certificate, row.tenant);
      return refused(`${error.fault.code} ${error.fault.detail ?? ''}`);
    }
    const found = await credentials.byFingerprint(fingerprint);
    return found === undefined ? fail('security.bad-credentials') : ok(found);
  }

  /** A new thing, or one that the same authority has vouched for before and that comes with a new certificate. */
  async #admit(
    certificate: Certificate,
    by: { readonly fingerprint: string; readonly authority: number; readonly tenant: number },
    model: string | undefined,
  ): Promise<void> {
    const { registry, things, clock, limits } = this.#options;
    const row = rowOf(certificate, { ...by, now: clock.now() });
    const [uri] = certificate.uris;
    const known = uri === undefined ? undefined : await things.read.byUri(by.tenant, uri);
    if (known === undefined) {
      const input = inputOf(certificate, by.fingerprint);
      await things.create(
        by.tenant,
        { ...input, model: model === undefined ? undefined : { uri: model } },
        async (tables, thing) => void (await insertCredential(tables, limits, { ...row, thing })),
      );
      return;
    }
    await registry.write(async (tables) => {
      if (!(await hasVouched(tables, known.id, by.authority)))
        throw new FaultError(fault('things.uri-taken', 'uri', `${uri} is thing ${known.id}`));
      await insertCredential(tables, limits, { ...row, thing: known.id });
    });
  }

  #wait(shown: UnregisteredCertificate, certificate: Certificate, tenant: number): void {
    const { clock, limits } = this.#options;
    const { fingerprint, authority, source } = shown;
    const now = clock.now();
    const before = this.#waiting.get(fingerprint);
    this.#waiting.delete(fingerprint);
    if (this.#waiting.size >= limits['authorities.claimsMax']) this.#dropOldest(tenant);
    this.#waiting.set(fingerprint, {
      ...{ fingerprint, authority, tenant, certificate, source },
      commonName: certificate.commonName,
      uri: certificate.uris[0],
      first: before?.first ?? now,
      last: now,
      count: (before?.count ?? 0) + 1,
    });
  }

  /** The oldest of the tenant that brings one more; of all, when it has none. */
  #dropOldest(tenant: number): void {
    const all = [...this.#waiting.values()];
    const oldest = all.find((waiting) => waiting.tenant === tenant) ?? all[0];
    if (oldest !== undefined) this.#waiting.delete(oldest.fingerprint);
  }
}

async function hasVouched(
  { credentials }: Pick<RegistryTables, 'credentials'>,
  thing: number,
  authority: number,
): Promise<boolean> {
  const rows = await credentials.ofThing(thing);
  const prefix = subjectPrefix(authority);
  return rows.some((row) => row.revoked === undefined && row.subject?.startsWith(prefix));
}

function rowOf(
  { serial, notAfter }: Certificate,
  of: {
    readonly fingerprint: string;
    readonly authority: number;
    readonly tenant: number;
    readonly now: TimeMs;
  },
): Omit<NewCredential, 'thing'> {
  const { tenant, fingerprint, authority, now: created } = of;
  const nothing = { hash: undefined, username: undefined } as const;
  const subject = certificateSubject(authority, serial);
  const name = 'registered just in time';
  return {
    ...{ ...nothing, kind: 'certificate', tenant, name, fingerprint, subject, created },
    expires: notAfter,
  };
}

/** What a certificate says of its device, as the input of a thing; texts are data and nothing else. */
function inputOf({ uris, commonName }: Certificate, fingerprint: string): ThingInput {
  const [uri] = uris;
  const text = commonName ?? uri ?? `device ${fingerprint.slice(0, 16)}`;
  const name = text.replaceAll(/\p{C}/gu, ' ').trim().slice(0, nameLengthMax);
  const base = { name: name === '' ? fingerprint : name, kind: 'device' };
  return uri !== undefined && isUri(uri) ? { ...base, uri } : base;
}

function isUri(uri: string): boolean {
  try {
    checkUri(uri);
    return true;
  } catch {
    return false;
  }
}

// SPDX-License-Identifier: Apache-2.0
import type { Clock } from '#runtime';
import type { CertificateAuthority, RegistryReads } from '#store';
import { readCertificate, type Certificate } from './certificate.ts';
import { findTrusted } from './path.ts';
import { fromPem } from './pem.ts';

/** Certificates looked at of what a client shows, and authorities remembered that one in use has put between. */
const shownMax = 8;
const betweenMax = 16;
/** Authorities in use of which these are tried for one certificate. */
const rememberedMax = 8;

/** An authority in use: it vouches for devices of its own tenant, and for no others. */
export interface TrustedAuthority {
  readonly row: CertificateAuthority;
  readonly certificate: Certificate;
}

/**
 * The authorities in use, in memory. TLS listeners ask it about certificates that the configured file does not vouch
 * for, so that a new authority counts at once, a revoked one no longer, and no tenant's authority stands in another's
 * way: what a certificate leads to is decided by signatures and never by names.
 */
export class TrustedAuthorities {
  readonly #registry: Pick<RegistryReads, 'authorities'>;
  readonly #clock: Pick<Clock, 'now'>;
  #byId: ReadonlyMap<number, TrustedAuthority> = new Map();
  #bySubject: ReadonlyMap<string, readonly TrustedAuthority[]> = new Map();
  /**
   * By the authority in use, then by name: those between it and devices. A TLS session that is resumed comes with the
   * device's certificate only.
   */
  readonly #between = new Map<number, Map<string, Certificate>>();
  #reading: Promise<void> = Promise.resolve();

  constructor(registry: Pick<RegistryReads, 'authorities'>, clock: Pick<Clock, 'now'>) {
    this.#registry = registry;
    this.#clock = clock;
  }

  start(): Promise<void> {
    return this.reload();
  }

  /** Reads them again; called after each commit that changes one. Calls are answered one after another. */
  reload(): Promise<void> {
    const read = this.#reading.then(async () => this.#read());
    this.#reading = read.catch(() => {});
    return read;
  }

  get(id: number): TrustedAuthority | undefined {
    return this.#byId.get(id);
  }

  /** Forgets one at once, before its revocation is durable. */
  drop(id: number): void {
    this.#hold([...this.#byId.values()].filter(({ row }) => row.id !== id));
  }

  /** The id of the authority that certificates in DER, the device's first, lead to. */
  signerOf(shown: readonly Buffer[]): number | undefined {
    const [device, ...others] = shown.slice(0, shownMax).map((der) => readCertificate(der));
    if (device === undefined) return undefined;
    const known = others.filter((certificate) => certificate !== undefined);
    const search = {
      trusted: (subject: Buffer): readonly TrustedAuthority[] =>
        this.#bySubject.get(keyOf(subject)) ?? [],
      now: this.#clock.now(),
    };
    const found =
      findTrusted(device, known, search) ??
      findTrusted(device, this.#remembered(device.issuer), search);
    if (found === undefined) return undefined;
    const { id } = found.anchor.row;
    if (found.between.length > 0) this.#remember(id, found.between);
    return id;
  }

  #remember(id: number, certificates: readonly Certificate[]): void {
    const between = this.#between.get(id) ?? new Map<string, Certificate>();
    this.#between.set(id, between);
    for (const certificate of certificates) {
      const key = keyOf(certificate.subject);
      if (between.has(key) || between.size < betweenMax) between.set(key, certificate);
    }
  }

  /** What authorities that put one of this name between them and devices have put there. */
  #remembered(issuer: Buffer): Certificate[] {
    const key = keyOf(issuer);
    return [...this.#between.values()]
      .filter((between) => between.has(key))
      .slice(0, rememberedMax)
      .flatMap((between) => [...between.values()]);
  }

  async #read(): Promise<void> {
    const rows = await this.#registry.authorities.inUse();
    this.#hold(
      rows.flatMap((row) => {
        const [der] = fromPem('CERTIFICATE', row.certificate);
        const certificate = der && readCertificate(der);
        return certificate === undefined ? [] : [{ row, certificate }];
      }),
    );
  }

  #hold(authorities: readonly TrustedAuthority[]): void {
    this.#byId = new Map(authorities.map((authority) => [authority.row.id, authority]));
    this.#bySubject = Map.groupBy(authorities, ({ certificate }) => keyOf(certificate.subject));
    for (const id of this.#between.keys()) if (!this.#byId.has(id)) this.#between.delete(id);
  }
}

function keyOf(subject: Buffer): string {
  return subject.toString('latin1');
}

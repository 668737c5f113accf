// SPDX-License-Identifier: Apache-2.0
import type { Result } from '#core';

/** Tenants are numbered; 1 is the installation's own, 2 holds anonymous MQTT clients. */
export const rootTenant = 1;
export const anonymousTenant = 2;

/**
 * Who is asking, as proved by a credential. `tenant` is the one that it acts in; `home` the one that it belongs to,
 * which is above or the same unless it has been granted something elsewhere.
 */
export type Principal =
  | {
      readonly kind: 'thing';
      readonly tenant: number;
      readonly thing: number;
      readonly credential: number;
      /** The authority in use that signed its certificate. */
      readonly authority?: number;
    }
  | {
      readonly kind: 'user';
      readonly tenant: number;
      readonly home: number;
      readonly account: number;
      readonly name: string;
      /** SHA-256 of the browser session, hex. */
      readonly session: string;
      /** Proved by two factors, or by the one-time link. */
      readonly strong: boolean;
    }
  | {
      readonly kind: 'token';
      readonly tenant: number;
      readonly home: number;
      readonly token: number;
      /** Whose it is; undefined for those that the administrator's token has made. */
      readonly account: number | undefined;
      readonly name: string;
      /** Permissions, or names of sets of them: see `permissionsOfScopes`. */
      readonly scopes: readonly string[];
    }
  | { readonly kind: 'anonymous'; readonly tenant: number };

/** A client's certificate that an authority in use has signed. */
export interface SignedCertificate {
  readonly authority: number;
  /** DER. */
  readonly certificate: Buffer;
}

/** What a client shows of itself. */
export interface CredentialAttempt {
  readonly username?: string | undefined;
  readonly password?: Uint8Array | undefined;
  /** SHA-256 of the client certificate (hex, lower case), present only when TLS verified it. */
  readonly certificate?: string | undefined;
  /** Present when an authority in use has signed it. */
  readonly signed?: SignedCertificate | undefined;
  /** Remote address for limits and diagnosis. */
  readonly source: string;
  /** Told, before the answer, what is wrong with a secret that is known: for the owner, never for the client. */
  readonly refused?: ((refusal: Refusal) => void) | undefined;
}

/** Why a known credential does not let in, and whose it is. */
export interface Refusal {
  readonly why: 'expired' | 'disabled' | 'other-identity';
  readonly tenant: number;
  readonly thing: number | undefined;
}

/** What lost its right: a thing or an account with all its credentials, one credential, API token or session. */
export interface Revocation {
  readonly thing?: number;
  readonly credential?: number;
  readonly token?: number;
  readonly account?: number;
  /** A certificate authority, with all the certificates that it signed. */
  readonly authority?: number;
  /** SHA-256, hex. */
  readonly session?: string;
}

/** Proves who a client is. Same answer for an unknown identity and a wrong secret. */
export interface Authenticator {
  authenticate(attempt: CredentialAttempt): Promise<Result<Principal>>;
  /**
   * Called when a credential or a thing is revoked, so that live connections end within a second.
   */
  onRevoked(listener: (revocation: Revocation) => void): void;
}

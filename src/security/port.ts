// SPDX-License-Identifier: Apache-2.0
import type { Result } from '#core';

/** Tenants are numbered; 1 is the installation's own, 2 holds anonymous MQTT clients. */
export const rootTenant = 1;
export const anonymousTenant = 2;

/** Who is asking, as proved by a credential. */
export type Principal =
  | {
      readonly kind: 'thing';
      readonly tenant: number;
      readonly thing: number;
      readonly credential: number;
    }
  | {
      readonly kind: 'token';
      readonly tenant: number;
      readonly token: number;
      readonly name: string;
      readonly scopes: readonly Scope[];
    }
  | { readonly kind: 'anonymous'; readonly tenant: number };

/** What an API token may do. `admin` includes the others. */
export type Scope = 'admin' | 'read' | 'write' | 'ingest';

/** What a client shows of itself. */
export interface CredentialAttempt {
  readonly username?: string | undefined;
  readonly password?: Uint8Array | undefined;
  /** SHA-256 of the client certificate (hex, lower case), present only when TLS verified it. */
  readonly certificate?: string | undefined;
  /** Remote address for limits and diagnosis. */
  readonly source: string;
}

/** What lost its right: a thing with all its credentials, one credential, or one API token. */
export interface Revocation {
  readonly thing?: number;
  readonly credential?: number;
  readonly token?: number;
}

/** Proves who a client is. Same answer for an unknown identity and a wrong secret. */
export interface Authenticator {
  authenticate(attempt: CredentialAttempt): Promise<Result<Principal>>;
  /**
   * Called when a credential or a thing is revoked, so that live connections end within a second.
   */
  onRevoked(listener: (revocation: Revocation) => void): void;
}

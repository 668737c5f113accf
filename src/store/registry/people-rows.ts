// SPDX-License-Identifier: Apache-2.0
import type { TimeMs } from '#core';

/** A person or a program that acts on its own behalf. */
export type AccountKind = 'user' | 'service';

export interface Account {
  readonly id: number;
  /** Where it is at home; what it may do elsewhere is a matter of grants. */
  readonly tenant: number;
  readonly kind: AccountKind;
  /** What is typed at login; unique in the installation, compared in lower case. Never reused. */
  readonly name: string;
  readonly title: string;
  /** PHC string; undefined: no login by password. */
  readonly password: string | undefined;
  /** Given by somebody else, so it must be changed at the next login. */
  readonly passwordTemporary: boolean;
  /** Secret of time-based codes, sealed. */
  readonly totp: string | undefined;
  /** The last time step of which a code was taken: a code is good once (RFC 6238 § 5.2). */
  readonly totpStep: number;
  /** SHA-256 of recovery codes that have not been used, hex. */
  readonly recovery: readonly string[];
  readonly disabled: boolean;
  readonly lockedUntil: TimeMs | undefined;
  /** BCP 47. */
  readonly language: string | undefined;
  readonly created: TimeMs;
  readonly updated: TimeMs;
  readonly lastLogin: TimeMs | undefined;
  readonly revision: number;
}

export type NewAccount = Pick<
  Account,
  'tenant' | 'kind' | 'name' | 'title' | 'password' | 'passwordTemporary' | 'language' | 'created'
>;

/** Fields that a change may set; what is left out stays. */
export type AccountChanges = Partial<
  Omit<Account, 'id' | 'tenant' | 'kind' | 'name' | 'created' | 'updated' | 'revision'>
>;

/** A WebAuthn credential of an account. */
export interface Passkey {
  readonly id: number;
  readonly account: number;
  readonly name: string;
  /** The authenticator's id of it, base64url; unique. */
  readonly credential: string;
  /** JSON Web Key as JSON text. */
  readonly publicKey: string;
  /** COSE algorithm. */
  readonly algorithm: number;
  readonly counter: number;
  readonly created: TimeMs;
  readonly used: TimeMs | undefined;
}

export type NewPasskey = Omit<Passkey, 'id' | 'used'>;

/** An account's name at an identity provider. */
export interface FederatedIdentity {
  readonly provider: string;
  readonly subject: string;
  readonly account: number;
  readonly created: TimeMs;
}

/** A browser session. Its text is only in the cookie. */
export interface SessionRow {
  /** SHA-256, hex. */
  readonly hash: string;
  /** Whose it is: an account, or an API token that was used to sign in. */
  readonly account: number | undefined;
  readonly token: number | undefined;
  /** Proved by two factors, or by the one-time link. */
  readonly strong: boolean;
  readonly source: string;
  readonly agent: string;
  readonly opened: TimeMs;
  readonly used: TimeMs;
  readonly expires: TimeMs;
}

export interface Group {
  readonly id: number;
  readonly tenant: number;
  readonly name: string;
  readonly title: string;
  readonly created: TimeMs;
}

/** A role that a tenant has made; its tenant and those below may use it. */
export interface CustomRole {
  readonly id: number;
  readonly tenant: number;
  readonly name: string;
  readonly title: string;
  readonly permissions: readonly string[];
  readonly created: TimeMs;
  readonly updated: TimeMs;
  readonly revision: number;
}

/** Gives a role to an account or a group, for a tenant and everything below it. */
export interface Grant {
  readonly id: number;
  readonly account: number | undefined;
  readonly group: number | undefined;
  /** Name of a built-in role, or `role:{id}` of a custom one. */
  readonly role: string;
  readonly tenant: number;
  /** Only things that carry all of these labels. */
  readonly labels: Readonly<Record<string, string>> | undefined;
  /** Only these properties of things. */
  readonly properties: readonly string[] | undefined;
  readonly created: TimeMs;
}

export type NewGrant = Omit<Grant, 'id'>;

/** What happens when a device shows a certificate that the authority has signed and nobody has registered. */
export type JustInTime = 'refuse' | 'register' | 'claim';

/** Signs certificates of devices: our own one has a key, an uploaded one has none. */
export interface CertificateAuthority {
  readonly id: number;
  readonly tenant: number;
  readonly name: string;
  /** PEM. */
  readonly certificate: string;
  /** SHA-256 of the certificate, hex; unique among those not revoked. */
  readonly fingerprint: string;
  /** Private key, sealed. */
  readonly key: string | undefined;
  readonly justInTime: JustInTime;
  /** Model of things that are registered just in time. */
  readonly model: string | undefined;
  readonly created: TimeMs;
  readonly revoked: TimeMs | undefined;
}

export type NewCertificateAuthority = Omit<CertificateAuthority, 'id' | 'revoked'>;

/** Lets devices of a model fetch a credential of their own, once each. */
export interface ProvisioningKey {
  readonly id: number;
  readonly tenant: number;
  readonly model: string;
  readonly name: string;
  /** SHA-256 of the secret, hex. */
  readonly hash: string;
  /** `open`: any serial number; `listed`: only those entered before. */
  readonly admits: 'open' | 'listed';
  readonly devicesMax: number;
  readonly devices: number;
  readonly created: TimeMs;
  readonly expires: TimeMs | undefined;
  readonly revoked: TimeMs | undefined;
}

export type NewProvisioningKey = Omit<ProvisioningKey, 'id' | 'devices' | 'revoked'>;

/** A device that may use, or has used, a provisioning key. */
export interface ProvisionedDevice {
  readonly key: number;
  readonly serial: string;
  readonly thing: number | undefined;
  /** When it was given its credential; undefined: it may fetch one. */
  readonly issued: TimeMs | undefined;
}

// SPDX-License-Identifier: Apache-2.0

/** What happened to an identity; the words are those of the audit log. */
export type IdentityAct =
  | 'login'
  | 'login.second-factor'
  | 'login.locked'
  | 'logout'
  | 'link.made'
  | 'password.changed'
  | 'totp.enrolled'
  | 'totp.removed'
  | 'passkey.added'
  | 'passkey.removed'
  | 'session.ended'
  | 'profile.changed'
  | 'account.created';

export interface IdentityEvent {
  readonly act: IdentityAct;
  /** Undefined: nobody of that name. */
  readonly account: number | undefined;
  /** As it was typed, where nobody was proved. */
  readonly name: string;
  readonly tenant: number;
  readonly source: string;
  /** Code of the fault where it was refused. */
  readonly refused?: string | undefined;
  /** By what: `password`, `passkey`, `oidc corp`. */
  readonly detail?: string | undefined;
}

export type IdentityListener = (event: IdentityEvent) => void;

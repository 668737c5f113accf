// SPDX-License-Identifier: Apache-2.0
// Bodies of the server's answers, as its schemas (src/api/schemas/people.ts) have them.

export type AccountKind = 'users' | 'service-accounts';

export interface Account {
  readonly id: number;
  readonly tenant: number;
  readonly name: string;
  readonly title: string;
  readonly language?: string;
  readonly disabled: boolean;
  readonly lockedUntil?: string;
  /** Whether there is one. */
  readonly password: boolean;
  readonly passwordTemporary: boolean;
  readonly secondFactor: boolean;
  readonly created: string;
  readonly updated: string;
  readonly lastLogin?: string;
}

export interface Group {
  readonly id: number;
  readonly tenant: number;
  readonly name: string;
  readonly title: string;
  readonly created: string;
}

export interface FilledGroup extends Group {
  readonly members: readonly number[];
}

export interface Grant {
  readonly id: number;
  readonly account?: number;
  readonly group?: number;
  readonly role: string;
  readonly tenant: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly properties?: readonly string[];
  readonly created: string;
}

export interface Role {
  readonly id: string;
  readonly builtIn: boolean;
  readonly en: string;
  readonly zh: string;
  readonly permissions: readonly string[];
  readonly tenant?: number;
  readonly name?: string;
  readonly updated?: string;
}

export interface PermissionRow {
  readonly name: string;
  readonly en: string;
  readonly zh: string;
  readonly on: 'thing' | 'tenant' | 'installation';
  readonly strong: boolean;
  readonly duty?: string;
}

export interface Tenant {
  readonly id: number;
  readonly parent?: number;
  readonly name: string;
  readonly unknownProperties: 'refuse' | 'collect';
  readonly created: string;
}

/** What an account may do, and by what. */
export interface Powers {
  readonly groups: readonly Group[];
  readonly grants: readonly (Grant & { readonly permissions: readonly string[] })[];
  readonly elsewhere: number;
}

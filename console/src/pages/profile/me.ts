// SPDX-License-Identifier: Apache-2.0

/** The answer of `GET /api/v1/me`. */
export interface Me {
  readonly id: number;
  readonly name: string;
  readonly title: string;
  readonly language?: 'zh' | 'en';
  /** Whether there is one. */
  readonly password: boolean;
  readonly passwordTemporary: boolean;
  readonly totp: boolean;
  /** Recovery codes that are left. */
  readonly recovery: number;
  readonly passkeys: number;
  readonly created: string;
  readonly lastLogin?: string;
}

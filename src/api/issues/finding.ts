// SPDX-License-Identifier: Apache-2.0
import type { IssueCode } from './table.ts';

/** What a check has seen; without a code all is well. */
export interface Finding {
  readonly code?: IssueCode | undefined;
  readonly detail: string;
}

export const good = (detail: string): Finding => ({ detail });

export const found = (code: IssueCode, detail: string): Finding => ({ code, detail });

/** The text of whatever was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

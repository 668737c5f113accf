// SPDX-License-Identifier: Apache-2.0
import type { BackupContent } from './backup-check.ts';

/** What the thread that checks a backup says at its end. */
export interface CheckAnswer extends BackupContent {
  readonly ok: boolean;
  /** What is wrong. */
  readonly detail: string;
}

export function isCheckAnswer(value: unknown): value is CheckAnswer {
  return typeof value === 'object' && value !== null && 'ok' in value && 'detail' in value;
}

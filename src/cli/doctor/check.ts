// SPDX-License-Identifier: Apache-2.0
import type { Text } from '../context.ts';

/** Outcome of one check of this installation. */
export interface Check {
  readonly check: string;
  readonly state: 'ok' | 'warn' | 'fail';
  readonly detail: string;
  readonly fix?: Text | undefined;
}

export const good = (check: string, detail: string): Check => ({ check, state: 'ok', detail });

export const warn = (check: string, detail: string, fix: Text): Check => ({
  check,
  state: 'warn',
  detail,
  fix,
});

export const bad = (check: string, detail: string, fix: Text): Check => ({
  check,
  state: 'fail',
  detail,
  fix,
});

// SPDX-License-Identifier: Apache-2.0
import { issueSpec, type Finding } from '#api';
import type { Text } from '../context.ts';

/** Outcome of one check of this installation. */
export interface Check {
  readonly check: string;
  readonly state: 'ok' | 'warn' | 'fail';
  readonly detail: string;
  readonly fix?: Text | undefined;
}

/** A finding as a row; the registry of issues says how bad it is and what to do. */
export function checkOf(check: string, { code, detail }: Finding): Check {
  if (code === undefined) return { check, state: 'ok', detail };
  const { severity, fix } = issueSpec(code);
  return { check, state: severity === 'error' ? 'fail' : 'warn', detail, fix };
}

// SPDX-License-Identifier: Apache-2.0
import type { QueryValue } from '../../kit/api.ts';
import { textField, useUrlState, type SetUrlState } from '../../kit/url-state.ts';

const fields = {
  ...{ actorKind: textField(), account: textField(), act: textField() },
  ...{ resourceKind: textField(), resource: textField(), result: textField() },
  ...{ from: textField(), to: textField() },
};

export type AuditState = Readonly<Record<keyof typeof fields, string>>;

export const noFilters: AuditState = {
  ...{ actorKind: '', account: '', act: '', resourceKind: '' },
  ...{ resource: '', result: '', from: '', to: '' },
};

/** The filters of the audit log, in the address. */
export function useAuditState(): [AuditState, SetUrlState<typeof fields>] {
  return useUrlState(fields);
}

/** As the server takes them; times of the browser's zone. */
export function queryOf({ from, to, ...words }: AuditState): Readonly<Record<string, QueryValue>> {
  const filled = Object.entries({ ...words, from: timeOf(from), to: timeOf(to) });
  return Object.fromEntries(filled.filter(([, value]) => value !== undefined && value !== ''));
}

function timeOf(local: string): string | undefined {
  const time = new Date(local);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

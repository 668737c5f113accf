// SPDX-License-Identifier: Apache-2.0
import type { IdentityEvent } from '../identity/index.ts';
import type { AuditAct } from './act.ts';

/** Acts of which the detail is a word of ours; others may carry a name that a person gave. */
const plainDetails: ReadonlySet<string> = new Set(['login', 'login.second-factor', 'login.locked']);

/** What happened to an identity, as the audit log says it: without the name that was typed. */
export function identityActOf(event: IdentityEvent): AuditAct {
  const { act, account, tenant, source, refused, detail } = event;
  const proved = account !== undefined && refused === undefined && act !== 'login.locked';
  return {
    ...{ tenant, act, source, code: refused },
    actor: proved ? { kind: 'user', id: account, account } : { kind: 'anonymous' },
    resource: { kind: 'accounts', id: account },
    result: refused === undefined ? 'done' : 'refused',
    detail: detail !== undefined && plainDetails.has(act) ? { by: detail } : {},
  };
}

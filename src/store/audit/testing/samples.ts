// SPDX-License-Identifier: Apache-2.0
import type { AuditEntry } from '../port.ts';

/** An entry for tests. */
export function sampleAct(time: number, fields: Partial<AuditEntry> = {}): AuditEntry {
  return {
    time,
    tenant: 1,
    actorKind: 'user',
    actor: 7,
    account: 7,
    act: 'things.write',
    resourceKind: 'things',
    resource: '12',
    source: '192.0.2.1',
    result: 'done',
    code: undefined,
    before: undefined,
    after: 'ab'.repeat(32),
    detail: { request: 'PATCH /api/v1/things/:id', repeated: 2 },
    trace: '0af7651916cd43dd8448eb211c80319c',
    ...fields,
  };
}

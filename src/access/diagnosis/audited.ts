// SPDX-License-Identifier: Apache-2.0
import type { Auditor } from '#security';
import type { Diagnosis, DiagnosisStep } from './diagnosis.ts';

/** Steps at which somebody is refused, and what they wanted to do. */
const acts: Partial<Record<DiagnosisStep, string>> = { auth: 'connect', policy: 'use-topic' };

/**
 * Records what is refused on device protocols in the audit log, until the returned function is called. HTTP records its
 * own refusals, with the route that was asked for. The log counts what is repeated.
 */
export function auditRefusals(diagnosis: Diagnosis, auditor: Auditor): () => void {
  return diagnosis.follow(({ protocol, step, tenant, thing, source, code }) => {
    const act = acts[step];
    if (act === undefined || protocol === 'http') return;
    const actor = thing === undefined ? ({ kind: 'anonymous' } as const) : thingActor(thing);
    const resource = { kind: protocol };
    // A log that has stopped keeps the entry and says itself that it has stopped.
    auditor
      .record({ tenant, actor, act, resource, source, code, result: 'refused' })
      .catch(() => undefined);
  });
}

function thingActor(id: number): { readonly kind: 'thing'; readonly id: number } {
  return { kind: 'thing', id };
}

// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { limitsOf } from '#core';
import { RecordingMetrics } from '#runtime/sim';
import type { AuditAct } from '#security';
import { auditRefusals } from './audited.ts';
import { Diagnosis, type DiagnosisNote } from './diagnosis.ts';

test('refused connections and topics are audited; faults, and what HTTP records itself, are not', () => {
  const diagnosis = new Diagnosis(limitsOf(), new RecordingMetrics());
  const acts: AuditAct[] = [];
  const end = auditRefusals(diagnosis, {
    record: async (act) => void acts.push(act),
  });
  const note: DiagnosisNote = {
    ...{ protocol: 'mqtt', transport: 'tcp', source: '10.0.0.1', identity: 'somebody' },
    ...{ step: 'auth', code: 'security.bad-credentials', detail: 'name and secret' },
  };
  diagnosis.note(note, 1);
  diagnosis.note({ ...note, step: 'policy', thing: 7, tenant: 3, code: 'mqtt.not-authorized' }, 2);
  diagnosis.note({ ...note, step: 'decode', code: 'mqtt.bad-topic' }, 3);
  diagnosis.note({ ...note, protocol: 'http' }, 4);
  end();
  diagnosis.note({ ...note, source: '10.0.0.2' }, 5);
  const base = { source: '10.0.0.1', result: 'refused', resource: { kind: 'mqtt' } };
  assert.deepEqual(acts, [
    {
      ...base,
      ...{ tenant: 1, actor: { kind: 'anonymous' }, act: 'connect' },
      code: 'security.bad-credentials',
    },
    {
      ...base,
      ...{ tenant: 3, actor: { kind: 'thing', id: 7 }, act: 'use-topic' },
      code: 'mqtt.not-authorized',
    },
  ]);
});

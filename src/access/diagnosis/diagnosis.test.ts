// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { limitsOf } from '#core';
import { RecordingMetrics } from '#runtime/sim';
import { Diagnosis, type DiagnosisNote } from './diagnosis.ts';

const note = (identity: string, detail = 'wrong secret'): DiagnosisNote => ({
  ...{ protocol: 'mqtt', source: '192.0.2.1', identity, step: 'auth', detail },
  code: 'security.unauthenticated',
});

test('the same again is one entry with a count and both times, newest first', () => {
  const metrics = new RecordingMetrics();
  const diagnosis = new Diagnosis(limitsOf(), metrics);
  diagnosis.note(note('a'), 1);
  diagnosis.note(note('b'), 2);
  diagnosis.note(note('a'), 3);
  const entries = diagnosis.entries();
  assert.deepEqual(
    entries.map(({ identity, count, first, last }) => [identity, count, first, last]),
    [
      ['a', 2, 1, 3],
      ['b', 1, 2, 2],
    ],
  );
  const labels = { protocol: 'mqtt', step: 'auth' };
  assert.equal(metrics.value('fengsui_refusals_total', labels), 3);
});

test('limit diagnosis.entriesMax: what has not happened for longest goes, texts are cut', () => {
  const diagnosis = new Diagnosis(limitsOf({ 'diagnosis.entriesMax': 10 }), new RecordingMetrics());
  for (let i = 0; i < 50; i++) {
    diagnosis.note(note('often'), i);
    diagnosis.note(note(`client ${i}`, 'x'.repeat(10_000)), i);
  }
  const entries = diagnosis.entries();
  assert.equal(entries.length, 10);
  assert.equal(entries.find(({ identity }) => identity === 'often')?.count, 50);
  assert(entries.every(({ detail }) => detail.length <= 256));
});

// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { limitsOf } from '#core';
import { RecordingMetrics } from '#runtime/sim';
import { shownSecret } from '#security';
import { Diagnosis, type DiagnosisNote } from './diagnosis.ts';

const note = (identity: string, over: Partial<DiagnosisNote> = {}): DiagnosisNote => ({
  ...{ protocol: 'mqtt', transport: 'tcp', source: '192.0.2.1', identity, step: 'auth' },
  ...{ code: 'security.bad-credentials', detail: 'wrong secret', ...over },
});

const secret = (text: string) => shownSecret('pump', Buffer.from(text));

function newDiagnosis(limits: Parameters<typeof limitsOf>[0] = {}) {
  const metrics = new RecordingMetrics();
  return { diagnosis: new Diagnosis(limitsOf(limits), metrics), metrics };
}

test('the same again is one entry with a count and both times, newest first', () => {
  const { diagnosis, metrics } = newDiagnosis();
  diagnosis.note(note('a'), 1);
  diagnosis.note(note('b'), 2);
  const id = diagnosis.entries()[1]?.id;
  diagnosis.note(note('a', { detail: 'other words' }), 3);
  const entries = diagnosis.entries();
  assert.deepEqual(
    entries.map(({ identity, count, first, last }) => [identity, count, first, last]),
    [
      ['a', 2, 1, 3],
      ['b', 1, 2, 2],
    ],
  );
  assert.equal(entries[0]?.id, id, 'the entry keeps its id');
  assert.equal(entries[0]?.detail, 'other words');
  const labels = { protocol: 'mqtt', step: 'auth' };
  assert.equal(metrics.value('fengsui_refusals_total', labels), 3);
});

test('limit diagnosis.entriesMax: a noisy source does not push others out, texts are cut', () => {
  const { diagnosis } = newDiagnosis({ 'diagnosis.entriesMax': 10 });
  diagnosis.note(note('quiet', { source: '198.51.100.1' }), 0);
  for (let i = 0; i < 50; i++) {
    diagnosis.note(note('often'), i);
    diagnosis.note(note(`client ${i}`, { detail: 'x'.repeat(10_000) }), i);
  }
  const entries = diagnosis.entries();
  assert.equal(entries.length, 10);
  assert.equal(entries.find(({ identity }) => identity === 'often')?.count, 50);
  assert(entries.some(({ identity }) => identity === 'quiet'));
  assert(entries.every(({ detail }) => detail.length <= 256));
});

test('an entry is its tenant’s, the root tenant’s where none is known', () => {
  const { diagnosis } = newDiagnosis();
  diagnosis.note(note('a'), 1);
  diagnosis.note(note('b', { tenant: 5, thing: 50, source: '2001:db8::1' }), 1);
  assert.deepEqual(
    [1, 5, 6].map((tenant) => diagnosis.entries(tenant).map(({ identity }) => identity)),
    [['a'], ['b'], []],
  );
  const [entry] = diagnosis.entries(5);
  assert.equal(entry?.family, 6);
  assert.equal(diagnosis.find(1, entry.id), undefined);
  assert.equal(diagnosis.find(5, entry.id)?.thing, 50);
});

test('limit diagnosis.claimMs: the secret is kept for so long, is never shown, and no longer', () => {
  const { diagnosis } = newDiagnosis({ 'diagnosis.claimMs': 1_000 });
  diagnosis.note(note('pump', { username: 'pump', secret: secret('long-enough') }), 1_000);
  diagnosis.note(note('pump', { username: 'pump', secret: secret('another-one') }), 1_000);
  const [newer, older] = diagnosis.entries();
  assert(newer && older, 'another secret may be another client');
  assert.equal(newer.claimable, true);
  assert(!JSON.stringify(newer).includes('pair:'));
  assert.equal(diagnosis.claimable(1, older.id, 2_000)?.secret.hash, secret('long-enough')?.hash);
  assert.equal(diagnosis.claimable(2, older.id, 2_000), undefined);
  assert.equal(diagnosis.claimable(1, older.id, 2_001), undefined);
  diagnosis.forgetSecrets(2_001);
  assert.equal(diagnosis.claimable(1, older.id, 1_000), undefined);
  diagnosis.settle(newer.id);
  assert.deepEqual(diagnosis.entries(), [], 'nothing tells them apart any more');
});

test('a follower is told of each occurrence until it ends; attempts are remembered by source', () => {
  const { diagnosis } = newDiagnosis();
  const counts: number[] = [];
  const end = diagnosis.follow(({ count }) => counts.push(count));
  diagnosis.note(note('a'), 1);
  diagnosis.note(note('a'), 2);
  end();
  diagnosis.note(note('a'), 3);
  assert.deepEqual(counts, [1, 2]);
  const { attempts } = diagnosis;
  for (let i = 0; i < 2_000; i++) attempts.note('mqtt', `10.0.${i >> 8}.${i & 255}`, i);
  attempts.note('mqtt', '10.0.7.0', 3_000);
  assert.deepEqual(attempts.since('mqtt', 1_999), [
    { source: '10.0.7.0', last: 3_000 },
    { source: '10.0.7.207', last: 1_999 },
  ]);
  assert.equal(attempts.since('mqtt', 0).length, 1_000);
  assert.deepEqual(attempts.since('http', 0), []);
});

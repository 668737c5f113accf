// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { RecordKind } from '#bus';
import { limitsOf } from '#core';
import { openBatch } from '#model';
import { SimClock, RecordingMetrics } from '#runtime/sim';
import { MemoryLog } from '../testing/memory-log.ts';
import { createIngest, type DisposableIngest } from './group-commit.ts';
import type { CommitWaiter } from './port.ts';

interface Setup {
  readonly log: MemoryLog;
  readonly ingest: DisposableIngest;
  readonly metrics: RecordingMetrics;
  /** Ends the turn: runs what was put off until then. */
  readonly turn: () => Promise<void>;
}

function setup(overrides: Parameters<typeof limitsOf>[0] = {}): Setup {
  const log = new MemoryLog();
  log.stalled = true;
  const metrics = new RecordingMetrics();
  const actions: (() => void)[] = [];
  const ingest = createIngest({
    log,
    limits: limitsOf(overrides),
    clock: new SimClock(),
    metrics,
    afterTurn: (action) => void actions.push(action),
  });
  const turn = async (): Promise<void> => {
    for (const action of actions.splice(0)) action();
    await Promise.resolve();
  };
  return { log, ingest, metrics, turn };
}

function recorder(name: string, told: string[]): CommitWaiter {
  return {
    durable: (generation) => void told.push(`${name} ${generation}`),
    failed: (generation, reason) => void told.push(`${name} ${generation} ${reason.message}`),
  };
}

const entry = (text: string): { kind: 3; payload: Uint8Array } => ({
  kind: RecordKind.message,
  payload: Buffer.from(text),
});

async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

test('what arrives during a commit forms the next generation, and waiters are told in order', async () => {
  const { log, ingest, turn } = setup();
  const told: string[] = [];
  ingest.add(entry('a'));
  ingest.wait(recorder('first', told));
  ingest.wait(recorder('second', told));
  await turn();
  assert.equal(ingest.generation, 2);
  ingest.add(entry('b'));
  ingest.wait(recorder('third', told));
  await turn();
  await settled();
  assert.deepEqual(told, [], 'nothing is durable yet');
  log.flush();
  await settled();
  await settled();
  assert.deepEqual(told, ['first 1', 'second 1', 'third 2']);
  assert.equal(log.records.length, 2);
});

test('a generation is one unit: its readings first, then the rest in order', async () => {
  const { log, ingest, turn } = setup();
  ingest.add(entry('a'));
  ingest.batch.number(5, 1_000, 1.5, 0);
  ingest.add(entry('b'));
  ingest.batch.number(6, 1_000, 2.5, 0);
  await turn();
  log.flush();
  await settled();
  assert.deepEqual(
    log.records.map(({ kind }) => kind),
    [RecordKind.readings, RecordKind.message, RecordKind.message],
  );
  const batch = openBatch(log.records[0]?.payload ?? new Uint8Array());
  assert(batch.ok);
  assert.deepEqual([...batch.value.series], [5, 6]);
});

test('a full batch is closed and another begun, in the same generation', async () => {
  const { log, ingest, turn } = setup({ 'ingest.batchRowsMax': 16 });
  for (let row = 0; row < 40; row++) ingest.batch.number(1, row, row, 0);
  assert.equal(ingest.generation, 1);
  await turn();
  log.flush();
  await settled();
  const rows = log.records.map(({ payload }) => {
    const batch = openBatch(payload);
    return batch.ok ? batch.value.rows : -1;
  });
  assert.deepEqual(rows, [16, 16, 8]);
});

test('when the log fails, every waiter is told so and none that it is durable', async () => {
  const { log, ingest, turn } = setup();
  const told: string[] = [];
  ingest.add(entry('a'));
  ingest.wait(recorder('first', told));
  await turn();
  ingest.add(entry('b'));
  ingest.wait(recorder('second', told));
  log.stopped = new Error('no disk');
  log.flush();
  await settled();
  await settled();
  assert.deepEqual(told, ['first 1 no disk', 'second 2 no disk']);
  assert.equal(log.records.length, 0);
});

test('the durable promise rejects with the log and resolves without anything to write', async () => {
  const { log, ingest, turn } = setup();
  const idle = ingest.durable();
  await turn();
  await idle;
  ingest.add(entry('a'));
  const doomed = ingest.durable();
  log.stopped = new Error('no disk');
  await turn();
  log.flush();
  await assert.rejects(doomed, /no disk/);
});

test('tells where a generation stands in the log', async () => {
  const { log, ingest, turn } = setup();
  log.records.push({ ...entry('earlier'), offset: 0, time: 0 });
  let offset = -1;
  ingest.add(entry('a'));
  ingest.wait({ durable: () => (offset = ingest.durableOffset), failed: () => {} });
  await turn();
  log.flush();
  await settled();
  assert.equal(offset, 1);
});

test('limit ingest.pendingBytesMax: congested while too much is not durable, ready again after', async () => {
  const { log, ingest, metrics, turn } = setup({ 'ingest.pendingBytesMax': 1_048_576 });
  ingest.add({ kind: RecordKind.message, payload: new Uint8Array(600_000) });
  assert.equal(ingest.congested, false);
  await turn();
  ingest.add({ kind: RecordKind.message, payload: new Uint8Array(600_000) });
  assert.equal(ingest.congested, true, 'what is being written counts too');
  let resumed = 0;
  ingest.whenReady(() => resumed++);
  assert.equal(resumed, 0);
  log.flush();
  await settled();
  await settled();
  assert.equal(resumed, 1);
  assert.equal(ingest.congested, false);
  const labels = { limit: 'ingest.pendingBytesMax' };
  assert.equal(metrics.value('fengsui_limit_hits_total', labels), 1);
  ingest.whenReady(() => resumed++);
  assert.equal(resumed, 2, 'at once when there is no congestion');
});

test('disposing waits for what was added', async () => {
  const { log, ingest, turn } = setup();
  ingest.add(entry('a'));
  const disposed = ingest[Symbol.asyncDispose]();
  await turn();
  log.flush();
  await disposed;
  assert.equal(log.records.length, 1);
});

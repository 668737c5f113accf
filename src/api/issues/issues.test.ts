// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openJournal, RecordKind } from '#bus';
import { limitsOf, Seconds, SeededRandom } from '#core';
import { RecordingLogger, RecordingMetrics, SimClock, SimDisk } from '#runtime/sim';
import { found, good, type Finding } from './finding.ts';
import { Issues, type IssueCheck } from './issues.ts';

function issuesOf(
  clock: SimClock,
  ...checks: readonly (Partial<IssueCheck> & Pick<IssueCheck, 'run'>)[]
): Issues {
  const whole = checks.map((check) => {
    return { everyMs: Seconds(1), failing: 'registry-stopped', ...check } as const;
  });
  return new Issues({ checks: whole, clock, logger: new RecordingLogger() });
}

/** Lets promises that wait for nothing settle. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function pass(clock: SimClock, seconds: number): Promise<void> {
  for (let i = 0; i < seconds; i++) {
    clock.advance(Seconds(1));
    await settled();
  }
}

const codes = (issues: Issues): string[] => issues.current().map(({ code }) => code);

test('a log that stops is red within five seconds, with what to do, and well again after', async () => {
  const disk = new SimDisk(new SeededRandom(1));
  const clock = new SimClock();
  const log = await openJournal({
    ...{ disk, clock, directory: '/data/log', limits: limitsOf(), random: new SeededRandom(2) },
    ...{ logger: new RecordingLogger(), metrics: new RecordingMetrics() },
  });
  const run = (): Finding =>
    log.stopped === undefined ? good('') : found('log-stopped', log.stopped.message);
  using issues = issuesOf(clock, { run });
  await issues.start();
  assert.deepEqual(codes(issues), []);
  disk.free = 0;
  const payload = new Uint8Array(50_000_000);
  await assert.rejects(
    log.append([{ kind: RecordKind.event, payload: payload.subarray(0, 900_000) }]),
  );
  await pass(clock, 5);
  const [issue] = issues.current();
  assert.equal(issue?.code, 'log-stopped');
  assert.equal(issue.severity, 'error');
  assert.match(issue.fix.zh, /磁盘/);
  assert.ok(clock.now() - issue.since <= Seconds(5));
  disk.free = 1_000_000_000;
  await log.reopen();
  await pass(clock, 5);
  assert.deepEqual(codes(issues), []);
  await log[Symbol.asyncDispose]();
});

test('what fails or does not answer is an issue; an answer that comes at last ends it', async () => {
  const clock = new SimClock();
  const slow = Promise.withResolvers<Finding>();
  using issues = issuesOf(
    clock,
    { run: () => Promise.reject(new Error('gone')) },
    { failing: 'series-stopped', everyMs: Seconds(60), run: () => slow.promise },
  );
  const starting = issues.start();
  await pass(clock, 3);
  await starting;
  assert.deepEqual(codes(issues).toSorted(), ['registry-stopped', 'series-stopped']);
  assert.match(
    issues.current().find(({ code }) => code === 'registry-stopped')?.detail ?? '',
    /gone/,
  );
  slow.resolve(good('here'));
  await settled();
  assert.deepEqual(codes(issues), ['registry-stopped']);
});

test('the worst comes first, and a time since stays while the issue does', async () => {
  const clock = new SimClock();
  let worse = false;
  using issues = issuesOf(
    clock,
    { run: () => found('demo-present', 'a') },
    { run: () => [found('limit-hit', 'b'), worse ? found('space-out', '1 MiB') : good('')] },
    { run: () => found('demo-present', 'c') },
  );
  await issues.start();
  const since = clock.now();
  worse = true;
  await pass(clock, 2);
  assert.deepEqual(codes(issues), ['space-out', 'demo-present', 'limit-hit']);
  const demo = issues.current().find(({ code }) => code === 'demo-present');
  assert.deepEqual([demo?.since, demo?.detail], [since, 'a; c']);
  worse = false;
  await pass(clock, 2);
  assert.deepEqual(codes(issues), ['demo-present', 'limit-hit']);
});

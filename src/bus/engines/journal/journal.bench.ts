// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { limitsOf, SeededRandom } from '#core';
import { nodeDisk, systemClock } from '#runtime';
import { RecordingLogger, RecordingMetrics } from '#runtime/sim';
import { RecordKind } from '../../port.ts';
import { openJournal, type Journal } from './journal.ts';

const secondsEach = 3;

interface Figures {
  readonly unitBytes: number;
  readonly concurrent: number;
  readonly appendsPerSecond: number;
  readonly megabytesPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Share of one core that the main thread was busy. */
  readonly mainThread: number;
  /** The same for all threads, the kernel's share included. */
  readonly process: number;
}

async function measure(journal: Journal, unitBytes: number, concurrent: number): Promise<Figures> {
  const latencies: number[] = [];
  const start = performance.now();
  const end = start + secondsEach * 1_000;
  const loop = performance.eventLoopUtilization();
  const cpu = process.cpuUsage();
  const payload = Buffer.allocUnsafeSlow(unitBytes);
  const one = async (): Promise<void> => {
    while (performance.now() < end) {
      const called = performance.now();
      await journal.append([{ kind: RecordKind.readings, payload }]);
      latencies.push(performance.now() - called);
    }
  };
  await Promise.all(Array.from({ length: concurrent }, one));
  const seconds = (performance.now() - start) / 1_000;
  const used = process.cpuUsage(cpu);
  latencies.sort((a, b) => a - b);
  const at = (share: number): number => latencies[Math.floor((latencies.length - 1) * share)] ?? 0;
  return {
    unitBytes,
    concurrent,
    appendsPerSecond: Math.round(latencies.length / seconds),
    megabytesPerSecond: Math.round((latencies.length * unitBytes) / seconds / 1e6),
    p50Ms: Number(at(0.5).toFixed(2)),
    p99Ms: Number(at(0.99).toFixed(2)),
    mainThread: Number(performance.eventLoopUtilization(loop).utilization.toFixed(2)),
    process: Number(((used.user + used.system) / 1e6 / seconds).toFixed(2)),
  };
}

const directory = await mkdtemp(join(tmpdir(), 'fengsui-journal-bench-'));
try {
  const journal = await openJournal({
    disk: nodeDisk,
    directory: join(directory, 'log'),
    clock: systemClock,
    random: new SeededRandom(1),
    limits: limitsOf({ 'log.retainMsMax': 0, 'log.retainBytesMax': 1_048_576 }),
    logger: new RecordingLogger(),
    metrics: new RecordingMetrics(),
  });
  const rows: Figures[] = [];
  for (const [unitBytes, concurrent] of [
    [1_048_576, 1],
    [1_048_576, 4],
    [100, 1],
    [100, 100],
    [100, 5_000],
  ] as const) {
    rows.push(await measure(journal, unitBytes, concurrent));
    await journal.retain();
  }
  await journal[Symbol.asyncDispose]();
  console.table(rows);
} finally {
  await rm(directory, { recursive: true });
}

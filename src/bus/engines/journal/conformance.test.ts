// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { limitsOf, SeededRandom, type Limits } from '#core';
import { nodeDisk, systemClock, type Clock, type Disk } from '#runtime';
import { RecordingLogger, RecordingMetrics, SimClock, SimDisk } from '#runtime/sim';
import { logConformance, type LogUnderTest } from '../../conformance.ts';
import { openJournal } from './journal.ts';

const recordBytesMax = 1_000_000;

interface Machine {
  readonly disk: Disk;
  readonly directory: string;
  readonly clock: Clock;
  readonly remove: () => Promise<void>;
}

async function underTest(machine: Machine, limits: Partial<Limits>): Promise<LogUnderTest> {
  const options = {
    ...machine,
    random: new SeededRandom(1),
    limits: limitsOf({ 'log.recordBytesMax': recordBytesMax, ...limits }),
    logger: new RecordingLogger(),
    metrics: new RecordingMetrics(),
  };
  let log = await openJournal(options);
  const again = async (): Promise<typeof log> => {
    await log[Symbol.asyncDispose]();
    return (log = await openJournal(options));
  };
  return { log, again, remove: machine.remove };
}

async function realMachine(): Promise<Machine> {
  const root = await mkdtemp(join(tmpdir(), 'fengsui-journal-'));
  const remove = (): Promise<void> => rm(root, { recursive: true });
  return { disk: nodeDisk, directory: join(root, 'log'), clock: systemClock, remove };
}

async function simMachine(): Promise<Machine> {
  const disk = new SimDisk(new SeededRandom(1));
  return { disk, directory: '/log', clock: new SimClock(), remove: async () => {} };
}

const small = { 'log.segmentBytes': 65_536, 'log.tailBytesMax': 0 };

logConformance('journal on the disk', {
  recordBytesMax,
  make: async () => underTest(await realMachine(), {}),
});
logConformance('journal on the disk, small segments and no cache', {
  recordBytesMax,
  make: async () => underTest(await realMachine(), small),
});
logConformance('journal on the simulated disk', {
  recordBytesMax,
  make: async () => underTest(await simMachine(), small),
});

// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { Days, FaultError, Hours, Minutes } from '#core';
import { writeManifest } from '#runtime';
import { RecordingLogger, SimClock } from '#runtime/sim';
import { Backups, dueBefore, type BackupSchedule } from './backups.ts';

interface Bench extends AsyncDisposable {
  readonly clock: SimClock;
  readonly directory: string;
  readonly backups: Backups;
  fail: boolean;
  broken: boolean;
}

/** Backups of one small file. */
async function bench(schedule: Partial<BackupSchedule> = {}): Promise<Bench> {
  const directory = await mkdtemp(path.join(tmpdir(), 'fengsui-backups-'));
  const clock = new SimClock(new Date(2026, 0, 1, 12).getTime());
  const make = async ({ scheduled }: { readonly scheduled: boolean }) => {
    if (place.fail) throw new Error('the disk is full');
    const created = new Date(clock.now()).toISOString();
    const target = path.join(directory, created.replaceAll(':', '-'));
    await mkdir(target);
    await writeFile(path.join(target, 'file'), 'content');
    await writeManifest(target, { product: 'test', created, about: { scheduled } });
    if (place.broken) await writeFile(path.join(target, 'file'), 'CONTENT');
    return { directory: target, bytes: 7 };
  };
  const whole = { everyHours: 24, atHour: 2, keep: 2, ...schedule };
  const logger = new RecordingLogger();
  const place: Bench = {
    ...{ clock, directory, fail: false, broken: false },
    backups: new Backups({ directory, schedule: whole, make, clock, logger }),
    async [Symbol.asyncDispose]() {
      await this.backups[Symbol.asyncDispose]();
      await rm(directory, { recursive: true });
    },
  };
  return place;
}

const hour = (day: number, of: number): number => new Date(2026, 0, day, of).getTime();

test('backups are due at their hour, in local time', () => {
  const daily = { everyHours: 24, atHour: 2, keep: 1 };
  assert.equal(dueBefore(hour(5, 1), daily), hour(4, 2));
  assert.equal(dueBefore(hour(5, 2), daily), hour(5, 2));
  assert.equal(dueBefore(hour(5, 23), daily), hour(5, 2));
  const often = { everyHours: 6, atHour: 2, keep: 1 };
  assert.equal(dueBefore(hour(5, 1), often), hour(4, 20));
  assert.equal(dueBefore(hour(5, 13), often), hour(5, 8));
});

test('the schedule makes one when it is due, checks it, keeps so many and leaves others alone', async () => {
  await using place = await bench();
  const { backups, clock, directory } = place;
  const byHand = await backups.create();
  for (let day = 0; day < 4; day++) {
    clock.advance(Days(1));
    await backups.runDue();
    clock.advance(Minutes(1));
    await backups.runDue();
  }
  const rows = await backups.list();
  assert.deepEqual(
    rows.map(({ scheduled, verdict }) => [scheduled, verdict?.ok]),
    [
      [true, true],
      [true, true],
      [false, undefined],
    ],
  );
  assert.equal(rows.at(-1)?.name, byHand.name);
  const { verified, failure } = await backups.state();
  assert.deepEqual([verified, failure], [Date.parse(rows[0]?.created ?? ''), undefined]);
  assert.equal((await readdir(directory)).length, 5, 'verdicts go with their backups');
});

test('one that fails is said to have failed and is tried again within the hour, not at once', async () => {
  await using place = await bench();
  const { backups, clock } = place;
  place.fail = true;
  await backups.runDue();
  assert.match((await backups.state()).failure ?? '', /disk is full/);
  place.fail = false;
  await backups.runDue();
  assert.deepEqual(await backups.list(), []);
  clock.advance(Hours(1));
  await backups.runDue();
  assert.equal((await backups.list()).length, 1);
  assert.equal((await backups.state()).failure, undefined);
});

test('one that is damaged is no verified backup, and nothing older is removed for it', async () => {
  await using place = await bench({ keep: 1 });
  const { backups, clock } = place;
  await backups.runDue();
  const [whole] = await backups.list();
  place.broken = true;
  clock.advance(Days(1));
  await backups.runDue();
  assert.equal((await backups.list()).length, 2);
  const { verified, failure } = await backups.state();
  assert.equal(verified, Date.parse(whole?.created ?? ''));
  assert.match(failure ?? '', /file: (digest|size)/);
});

test('a name that is none of ours leads nowhere', async () => {
  await using place = await bench();
  for (const name of ['..', '../data', '/etc', '2026-01-01T00-00-00.000Z']) {
    await assert.rejects(
      place.backups.verify(name),
      (error: unknown) => error instanceof FaultError && error.fault.code === 'common.not-found',
    );
  }
});

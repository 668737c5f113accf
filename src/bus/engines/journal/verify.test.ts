// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { SimDisk } from '#runtime/sim';
import { openJournal } from './journal.ts';
import { appendEach, bench, directory, path } from './test-support.ts';
import { verifyJournal } from './verify.ts';

async function log(): Promise<SimDisk> {
  const options = bench();
  await appendEach(await openJournal(options), [1_000, 1_000, 3_000, 100]);
  return options.disk;
}

async function verified(disk: SimDisk): Promise<[number, number, string][]> {
  const out: [number, number, string][] = [];
  for await (const { first, records, faults } of verifyJournal(disk, directory)) {
    out.push([first, records, faults.map(({ kind }) => kind).join()]);
  }
  return out;
}

it('a sound log, in use, has no faults', async () => {
  assert.deepEqual(await verified(await log()), [
    [0, 2, ''],
    [2, 1, ''],
    [3, 1, ''],
  ]);
});

it('finds damage in an old segment, in a header, at the end, and a missing file', async () => {
  const disk = await log();
  disk.flip(path(0), 1_200 * 8);
  disk.flip(path(2), 520 * 8);
  disk.put(path(3), disk.bytes(path(3)).slice(0, -8));
  assert.deepEqual(await verified(disk), [
    [0, 1, 'corrupt'],
    [2, 1, 'header'],
    [3, 0, 'torn'],
  ]);
  await disk.remove(path(2));
  assert.deepEqual((await verified(disk))[1], [3, 0, 'missing,torn']);
});

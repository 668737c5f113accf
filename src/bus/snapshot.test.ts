// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { SeededRandom } from '#core';
import { RecordingLogger, SimDisk } from '#runtime/sim';
import { SnapshotFile } from './snapshot.ts';

const directory = '/state';

function file(disk: SimDisk, logger = new RecordingLogger()): SnapshotFile {
  return new SnapshotFile({ disk, directory, name: 'current', logger });
}

const newDisk = (seed = 1): SimDisk => new SimDisk(new SeededRandom(seed));

const stateOf = (offset: number): Uint8Array => new Uint8Array(offset * 700).fill(offset);

async function saved(disk: SimDisk, ...offsets: number[]): Promise<SnapshotFile> {
  const snapshots = file(disk);
  await snapshots.restore();
  for (const offset of offsets) await snapshots.save({ offset, state: stateOf(offset) });
  return snapshots;
}

it('there is nothing to restore at first', async () => {
  assert.equal(await file(newDisk()).restore(), undefined);
});

it('restores the newest state', async () => {
  const disk = newDisk();
  await saved(disk, 1, 2, 3);
  const snapshot = await file(disk).restore();
  assert.equal(snapshot?.offset, 3);
  assert.deepEqual(Uint8Array.from(snapshot?.state ?? []), stateOf(3));
});

it('holds the log where the state before the newest one ends', async () => {
  const disk = newDisk();
  const snapshots = file(disk);
  await snapshots.restore();
  const held: number[] = [];
  for (const offset of [5, 8, 9]) {
    await snapshots.save({ offset, state: stateOf(offset) });
    held.push(snapshots.held);
  }
  assert.deepEqual(held, [0, 5, 8]);
  const again = file(disk);
  await again.restore();
  assert.equal(again.held, 8);
});

it('every flipped bit of the newest falls back to the one before it', async () => {
  const base = newDisk();
  await saved(base, 1, 2);
  const path = `${directory}/current.snapshot`;
  for (let bit = 0; bit < base.bytes(path).length * 8; bit++) {
    const disk = base.clone(new SeededRandom(bit));
    disk.flip(path, bit);
    const logger = new RecordingLogger();
    const snapshots = file(disk, logger);
    const snapshot = await snapshots.restore();
    assert.equal(snapshot?.offset, 1, `bit ${bit}`);
    assert.ok(logger.lines.length > 0);
    assert.ok(snapshots.held <= 1);
  }
});

it('a damaged newest does not push out the good one', async () => {
  const disk = newDisk();
  await saved(disk, 1, 2);
  disk.flip(`${directory}/current.snapshot`, 300);
  const snapshots = file(disk);
  await snapshots.restore();
  await snapshots.save({ offset: 3, state: stateOf(3) });
  assert.equal(snapshots.held, 1);
  disk.flip(`${directory}/current.snapshot`, 300);
  assert.equal((await file(disk).restore())?.offset, 1);
});

it('a power loss at any moment leaves what was saved last, or what was being saved', async () => {
  for (let seed = 0; seed < 400; seed++) {
    const disk = newDisk(seed);
    const snapshots = await saved(disk, 1, 2);
    const { held } = snapshots;
    let finished = false;
    const saving = snapshots.save({ offset: 3, state: stateOf(3) }).then(
      () => (finished = true),
      () => false,
    );
    for (let turns = seed % 80; turns > 0; turns--) await Promise.resolve();
    const whenCrashed = finished;
    const after = disk.crash();
    await saving;
    const again = file(after);
    const snapshot = await again.restore();
    assert.ok(
      snapshot && (snapshot.offset === 3 || (snapshot.offset === 2 && !whenCrashed)),
      `seed ${seed}`,
    );
    assert.deepEqual(Uint8Array.from(snapshot.state), stateOf(snapshot.offset));
    assert.ok(again.held >= held, 'what was released is not needed again');
  }
});

it('a failed save leaves the older states', async () => {
  const disk = newDisk();
  const snapshots = await saved(disk, 1, 2);
  disk.inject({ operation: 'write', nth: 1, code: 'ENOSPC' });
  await assert.rejects(snapshots.save({ offset: 3, state: stateOf(3) }));
  assert.equal((await file(disk).restore())?.offset, 2);
  await snapshots.save({ offset: 4, state: stateOf(4) });
  assert.equal((await file(disk).restore())?.offset, 4);
});

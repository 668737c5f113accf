// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { SeededRandom } from '#core';
import { SimDisk } from './disk.ts';

const newDisk = (seed: number): SimDisk => new SimDisk(new SeededRandom(seed));
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

/** What power losses of many seeds make of the same doings. */
async function outcomes(doings: (disk: SimDisk) => Promise<void>): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (let seed = 0; seed < 200; seed++) {
    const disk = newDisk(seed);
    await doings(disk);
    const after = disk.crash();
    const files = after.names('/').map((name) => `${name}=${text(after.bytes(`/${name}`))}`);
    counts.set(files.join(' '), (counts.get(files.join(' ')) ?? 0) + 1);
  }
  return counts;
}

async function durableFile(disk: SimDisk, content: string): Promise<void> {
  const file = await disk.open('/f', 'create');
  await file.write([Buffer.from(content)], 0);
  await file.sync();
  await disk.syncDirectory('/');
}

it('what was synced with its entry survives', async () => {
  const seen = await outcomes((disk) => durableFile(disk, 'kept'));
  assert.deepEqual([...seen.keys()], ['f=kept']);
});

it('an unsynced entry is there or not, and so are unsynced bytes', async () => {
  const seen = await outcomes(async (disk) => {
    const file = await disk.open('/f', 'create');
    await file.write([Buffer.from('new')], 0);
  });
  assert.deepEqual(new Set(seen.keys()), new Set(['', 'f=', 'f=new', 'f=\0\0\0']));
});

it('unsynced writes are dropped, kept, reordered or torn at sectors', async () => {
  const seen = await outcomes(async (disk) => {
    await durableFile(disk, 'o'.repeat(1_024));
    const file = await disk.open('/f', 'read-write');
    await file.write([Buffer.alloc(512, 'a'), Buffer.alloc(512, 'b')], 0);
  });
  const kinds = new Set(
    [...seen.keys()].map((files) => files.slice(2).replace(/(.)\1{511}/g, '$1')),
  );
  assert.deepEqual(kinds, new Set(['oo', 'ab', 'ob', 'ao']));
});

it('a rename happens or does not', async () => {
  const seen = await outcomes(async (disk) => {
    await durableFile(disk, 'x');
    await disk.rename('/f', '/g');
  });
  assert.deepEqual(new Set(seen.keys()), new Set(['f=x', 'g=x']));
});

it('a failed sync forgets what it did not write, although it can still be read', async () => {
  const seen = await outcomes(async (disk) => {
    await durableFile(disk, 'old');
    const file = await disk.open('/f', 'read-write');
    await file.write([Buffer.from('new')], 0);
    disk.inject({ operation: 'sync', nth: 1, code: 'EIO' });
    await assert.rejects(file.sync(), { code: 'EIO' });
    await file.sync();
    assert.equal(text(disk.bytes('/f')), 'new');
  });
  assert.deepEqual(new Set(seen.keys()), new Set(['f=old', 'f=new']));
});

it('a kill keeps what was written; a power loss after it may not', async () => {
  const disk = newDisk(1);
  await durableFile(disk, 'old');
  const file = await disk.open('/f', 'read-write');
  await file.write([Buffer.from('new')], 0);
  const killed = disk.kill();
  assert.equal(text(killed.bytes('/f')), 'new');
  await assert.rejects(file.sync(), { code: 'ESHUTDOWN' });
  const after = new Set<string>();
  for (let seed = 0; seed < 50; seed++) {
    after.add(text(killed.clone(new SeededRandom(seed)).crash().bytes('/f')));
  }
  assert.deepEqual(after, new Set(['old', 'new']));
});

it('a full disk takes part of a write and says so', async () => {
  const disk = newDisk(1);
  const file = await disk.open('/f', 'create');
  disk.free = 10;
  await file.write([Buffer.alloc(6)], 0);
  await assert.rejects(file.write([Buffer.alloc(6)], 6), { code: 'ENOSPC' });
  assert.ok((await file.size()) <= 10);
  await file.truncate(0);
  assert.equal(await disk.freeBytes(), 10);
});

it('faults strike the nth operation, so many times', async () => {
  const disk = newDisk(1);
  const file = await disk.open('/f', 'create');
  disk.inject({ operation: 'read', nth: 2, times: 2, code: 'EIO' });
  const into = new Uint8Array(1);
  await file.read(into, 0);
  await assert.rejects(file.read(into, 0), { code: 'EIO' });
  await assert.rejects(file.read(into, 0), { code: 'EIO' });
  await file.read(into, 0);
});

it('the same seed does the same', async () => {
  const run = async (): Promise<string> => {
    const disk = newDisk(42);
    const file = await disk.open('/f', 'create');
    await disk.syncDirectory('/');
    for (let i = 0; i < 20; i++) await file.write([Buffer.alloc(700, i)], i * 700);
    return Buffer.from(disk.crash().bytes('/f')).toString('hex');
  };
  assert.equal(await run(), await run());
});

// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { nodeDisk } from './node-disk.ts';

let root = '';
before(async () => (root = await mkdtemp(join(tmpdir(), 'fengsui-disk-'))));
after(() => rm(root, { recursive: true }));

it('writes vectors at a place and reads them back', async () => {
  const file = await nodeDisk.open(join(root, 'a'), 'create');
  await file.write([Buffer.from('he'), Buffer.alloc(0), Buffer.from('llo')], 3);
  await file.sync();
  assert.equal(await file.size(), 8);
  const into = new Uint8Array(20);
  assert.equal(await file.read(into, 3), 5);
  assert.equal(Buffer.from(into).toString('utf8', 0, 5), 'hello');
  assert.equal(await file.read(into, 8), 0);
  await file.truncate(4);
  assert.equal(await file.size(), 4);
  await file.close();
});

it('writes more buffers than one call of the system takes', async () => {
  const file = await nodeDisk.open(join(root, 'many'), 'create');
  const buffers = Array.from({ length: 5_000 }, (_, i) => Buffer.from([i]));
  await file.write(buffers, 0);
  const into = new Uint8Array(5_000);
  assert.equal(await file.read(into, 0), 5_000);
  assert.ok(into.every((byte, i) => byte === (i & 255)));
  await file.close();
});

it('makes, lists, renames, removes and syncs', async () => {
  const directory = join(root, 'x', 'y');
  await nodeDisk.makeDirectory(directory);
  await nodeDisk.makeDirectory(directory);
  const file = await nodeDisk.open(join(directory, 'one'), 'create');
  await file.close();
  await nodeDisk.rename(join(directory, 'one'), join(directory, 'two'));
  await nodeDisk.syncDirectory(directory);
  assert.deepEqual(await nodeDisk.list(directory), ['two']);
  assert.equal((await stat(join(directory, 'two'))).mode & 0o077, 0, 'for the owner only');
  await nodeDisk.remove(join(directory, 'two'));
  assert.deepEqual(await nodeDisk.list(directory), []);
  assert.ok((await nodeDisk.freeBytes(directory)) > 0);
});

it('says why it cannot', async () => {
  await assert.rejects(nodeDisk.open(join(root, 'none'), 'read'), { code: 'ENOENT' });
  await assert.rejects(nodeDisk.open(join(root, 'none'), 'read-write'), { code: 'ENOENT' });
  await assert.rejects(nodeDisk.list(join(root, 'none')), { code: 'ENOENT' });
});

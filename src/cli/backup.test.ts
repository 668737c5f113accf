// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { openDataDirectory } from '#config';
import { unwrap } from '#core';
import { writeManifest } from '#runtime';
import { run, scratch } from './testing.ts';

async function backup(): Promise<ReturnType<typeof scratch>> {
  const folder = scratch();
  const directory = path.join(folder.path, 'one');
  mkdirSync(directory);
  writeFileSync(path.join(directory, 'registry.db'), 'rows');
  await writeManifest(directory, { product: '0', created: '2026-11-20T00:00:00Z', about: {} });
  return { path: directory, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

test('verify: a whole backup is 0, a changed one is 5 and named, none is 3', async () => {
  using made = await backup();
  const { code, out } = await run(['backup', 'verify', made.path]);
  assert.deepEqual([code, JSON.parse(out).files], [0, 1]);
  writeFileSync(path.join(made.path, 'registry.db'), 'ROWS');
  const changed = await run(['backup', 'verify', made.path]);
  assert.equal(changed.code, 5);
  assert.match(changed.err, /registry\.db: digest/);
  using empty = scratch();
  assert.equal((await run(['backup', 'verify', empty.path])).code, 3);
});

test('restore fills an empty data directory and refuses any other', async () => {
  using made = await backup();
  using target = scratch();
  const data = path.join(target.path, 'data');
  const args = ['backup', 'restore', made.path, '--data', data];
  assert.equal((await run(args)).code, 0);
  assert.equal(readFileSync(path.join(data, 'registry.db'), 'utf8'), 'rows');
  const again = await run(args);
  assert.equal(again.code, 5);
  assert.match(again.err, /not empty/);
});

test('restore does not touch the directory of a running server', async () => {
  using made = await backup();
  using target = scratch();
  using held = unwrap(openDataDirectory(target.path));
  const refused = await run(['backup', 'restore', made.path, '--data', held.path]);
  assert.equal(refused.code, 6);
  assert.ok(!existsSync(path.join(target.path, 'registry.db')));
});

test('ls lists what is whole', async () => {
  using parent = scratch();
  for (const name of ['whole', 'broken']) {
    mkdirSync(path.join(parent.path, name));
    writeFileSync(path.join(parent.path, name, 'file'), name);
  }
  const head = { product: '0', created: '2026-11-20T00:00:00Z', about: {} };
  await writeManifest(path.join(parent.path, 'whole'), head);
  const { out } = await run(['backup', 'ls', '--set', `backup.dir=${parent.path}`]);
  const [row, ...more] = out.trim().split('\n');
  assert.equal(JSON.parse(row ?? '').directory, path.join(parent.path, 'whole'));
  assert.deepEqual(more, []);
});

// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { readManifest, verifyManifest, writeManifest } from './manifest.ts';

async function backup(t: TestContext): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'fengsui-manifest-'));
  t.after(() => rm(directory, { recursive: true }));
  await mkdir(path.join(directory, 'series'));
  await writeFile(path.join(directory, 'registry.db'), 'abc');
  await writeFile(path.join(directory, 'series', '1.parquet'), Buffer.alloc(100_000, 7));
  await writeManifest(directory, { product: '0', created: '2026-11-20T00:00:00Z', about: {} });
  return directory;
}

async function problems(directory: string): Promise<string[]> {
  const manifest = await readManifest(directory);
  assert.ok(manifest);
  const found = await verifyManifest(directory, manifest);
  return found.map((each) => `${each.path} ${each.problem}`);
}

test('a manifest lists sizes and SM3 digests, and verifies', async (t) => {
  const directory = await backup(t);
  const manifest = await readManifest(directory);
  assert.deepEqual(manifest?.files[0], {
    path: 'registry.db',
    bytes: 3,
    sm3: '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0',
  });
  assert.deepEqual(await problems(directory), []);
});

test('every kind of damage is found', async (t) => {
  const directory = await backup(t);
  await writeFile(path.join(directory, 'registry.db'), 'abd');
  await writeFile(path.join(directory, 'more'), '');
  assert.deepEqual(await problems(directory), ['registry.db digest', 'more unlisted']);
  await writeFile(path.join(directory, 'registry.db'), 'abcd');
  await unlink(path.join(directory, 'series', '1.parquet'));
  await unlink(path.join(directory, 'more'));
  assert.deepEqual(await problems(directory), ['registry.db size', 'series/1.parquet missing']);
});

test('a manifest that leads out of its directory is none', async (t) => {
  const directory = await backup(t);
  for (const bad of ['../x', '/etc/passwd', 'a/../../b', '..']) {
    const files = [{ path: bad, bytes: 1, sm3: '' }];
    await writeFile(path.join(directory, 'manifest.json'), JSON.stringify({ format: 1, files }));
    assert.equal(await readManifest(directory), undefined, bad);
  }
  await writeFile(path.join(directory, 'manifest.json'), '{');
  assert.equal(await readManifest(directory), undefined);
});

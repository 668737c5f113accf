// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { unwrap } from '#core';
import { openDataDirectory } from './data-directory.ts';

function scratch(): { readonly path: string; [Symbol.dispose](): void } {
  const directory = mkdtempSync(path.join(tmpdir(), 'fengsui-lock-'));
  return { path: directory, [Symbol.dispose]: () => rmSync(directory, { recursive: true }) };
}

/** Another process that holds the directory until it is killed. */
async function holder(directory: string): Promise<ReturnType<typeof spawn>> {
  const module = JSON.stringify(new URL('data-directory.ts', import.meta.url).href);
  const code = `const { openDataDirectory } = await import(${module});
    const held = openDataDirectory(${JSON.stringify(directory)});
    console.log(held.ok); setInterval(() => held, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [text] = await once(child.stdout, 'data');
  assert.equal(String(text).trim(), 'true');
  return child;
}

test('a missing directory is made for its owner only', () => {
  using base = scratch();
  const directory = path.join(base.path, 'a', 'b');
  using data = unwrap(openDataDirectory(directory));
  assert.equal(data.path, directory);
  assert.equal(statSync(directory).mode & 0o777, 0o700);
});

test('the directory is held once, also within a process, and free again after release', () => {
  using base = scratch();
  const first = unwrap(openDataDirectory(base.path));
  const second = openDataDirectory(base.path);
  assert.ok(!second.ok);
  assert.equal(second.fault.code, 'config.data-in-use');
  first.release();
  first.release();
  unwrap(openDataDirectory(base.path)).release();
});

test('the error names the other process; kill -9 frees the directory', async () => {
  using base = scratch();
  const child = await holder(base.path);
  const refused = openDataDirectory(base.path);
  assert.ok(!refused.ok);
  assert.match(refused.fault.detail ?? '', new RegExp(`process ${child.pid} on .+ since 20`));
  child.kill('SIGKILL');
  await once(child, 'exit');
  unwrap(openDataDirectory(base.path)).release();
});

test('a path that is no directory is refused', () => {
  using base = scratch();
  const file = path.join(base.path, 'file');
  writeFileSync(file, '');
  const refused = openDataDirectory(file);
  assert.ok(!refused.ok);
  assert.equal(refused.fault.code, 'config.data-unwritable');
});

// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { buildConsole } from './console.mjs';

/** A clone whose build only counts how often it ran, and fails where `fails` says so. */
class Clone implements Disposable {
  readonly path = mkdtempSync(path.join(tmpdir(), 'fengsui-clone-'));

  constructor(fails = false) {
    this.write('package-lock.json', '{}');
    this.write('console/src/a.ts', 'export {};');
    this.write(
      'console/build.mjs',
      `import fs from 'node:fs';
      const dist = import.meta.dirname + '/dist/';
      fs.mkdirSync(dist, { recursive: true });
      fs.appendFileSync(dist + 'runs', '.');
      if (${fails}) process.exit(1);
      fs.writeFileSync(dist + '.stamp', process.argv[2]);`,
    );
  }

  write(file: string, text: string): void {
    const full = path.join(this.path, file);
    mkdirSync(path.dirname(full), { recursive: true });
    writeFileSync(full, text);
  }

  get runs(): number {
    return readFileSync(path.join(this.path, 'console/dist/runs')).length;
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}

test('the console is built when it is missing or its sources have changed, and only then', () => {
  using clone = new Clone();
  assert.equal(buildConsole(clone.path), true);
  assert.equal(clone.runs, 1);
  assert.equal(buildConsole(clone.path), true);
  assert.equal(clone.runs, 1);
  const changes = [
    ['console/src/a.ts', 'export const a = 1;'],
    ['console/src/new.tsx', ''],
    ['package-lock.json', '{ }'],
  ] as const;
  for (const [index, [file, text]] of changes.entries()) {
    clone.write(file, text);
    assert.equal(buildConsole(clone.path), true);
    assert.equal(clone.runs, index + 2, file);
  }
  clone.write('console/src/a.test.ts', '');
  clone.write('console/README.md', '');
  buildConsole(clone.path);
  assert.equal(clone.runs, 4, 'tests and documents are not built');
});

test('a build that fails is tried again and told', () => {
  using clone = new Clone(true);
  assert.equal(buildConsole(clone.path), false);
  assert.equal(buildConsole(clone.path), false);
  assert.equal(clone.runs, 2);
});

test('where only the built console is, nothing is built', () => {
  const empty = mkdtempSync(path.join(tmpdir(), 'fengsui-clone-'));
  assert.equal(buildConsole(empty), true);
  rmSync(empty, { recursive: true });
});

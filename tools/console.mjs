// SPDX-License-Identifier: Apache-2.0
// Whether console/dist is what the sources say, and how it is made. Plain JavaScript for Node 20 and later.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

const program = 'console/build.mjs';
const notSource = /(^|[\\/])(dist[^\\/]*|node_modules)([\\/]|$)|\.test\.ts$|\.md$/;
const lock = 'package-lock.json';

/** Hash of everything the console is built from. */
function stampOf(root) {
  const hash = createHash('sha256');
  const folder = path.join(root, 'console');
  const names = fs.readdirSync(folder, { recursive: true }).map(String);
  const files = names
    .filter((name) => !notSource.test(name))
    .map((name) => path.join(folder, name));
  for (const file of [...files.sort(), path.join(root, lock)]) {
    if (!fs.statSync(file, { throwIfNoEntry: false })?.isFile()) continue;
    hash.update(path.relative(root, file)).update(fs.readFileSync(file));
  }
  return hash.digest('hex');
}

function builtStamp(root) {
  try {
    return fs.readFileSync(path.join(root, 'console/dist/.stamp'), 'utf8');
  } catch {
    return '';
  }
}

/**
 * Builds the console when it is missing or older than its sources. False when it could not be built: the server then
 * says so on its page.
 */
export function buildConsole(root, node = process.execPath) {
  // An installed package brings the built console and not its sources.
  if (!fs.existsSync(path.join(root, program))) return true;
  const stamp = stampOf(root);
  if (builtStamp(root) === stamp) return true;
  process.stderr.write('fengsui: building the console …\n');
  const run = spawnSync(node, [path.join(root, program), stamp], {
    cwd: root,
    // Standard output belongs to the command that is started.
    stdio: ['ignore', 2, 2],
  });
  return run.status === 0;
}

// SPDX-License-Identifier: Apache-2.0
// The quick gate before a commit, under a minute: format, lint and layers, types, tidy, the unit and property
// tests of the domains that changed, a fuzz smoke.
import { execFileSync } from 'node:child_process';
import { testFiles } from './lib/files.ts';
import {
  formatGate,
  fuzzGate,
  lintGate,
  root,
  runGates,
  typesGates,
  type Gate,
} from './lib/gate.ts';

/** Tests that start servers and processes belong to `npm test`. */
const slow = /^(test\/(e2e|guards)|bench)\//;

function git(...args: string[]): string[] {
  try {
    const text = execFileSync('git', args, { cwd: root, encoding: 'utf8' });
    return text.split('\n').filter((line) => line !== '');
  } catch {
    return [];
  }
}

/** Folders (two levels) with a change that is not committed, or the last commit's when there is none. */
function touched(): Set<string> {
  const open = [
    ...git('diff', '--name-only', 'HEAD'),
    ...git('ls-files', '--others', '--exclude-standard'),
  ];
  const files = open.length > 0 ? open : git('diff', '--name-only', 'HEAD~1', 'HEAD');
  return new Set(files.map((file) => file.split('/').slice(0, 2).join('/')));
}

function quickTests(): string[] {
  const folders = touched();
  return testFiles().filter(
    (file) =>
      file === 'test/tidy.test.ts' ||
      (!slow.test(file) && folders.has(file.split('/').slice(0, 2).join('/'))),
  );
}

const tests: Gate = {
  name: 'tidy, unit and property tests',
  command: process.execPath,
  args: ['--test', '--test-concurrency=2', '--test-reporter=dot', ...quickTests()],
};

process.exitCode = runGates([formatGate, lintGate, ...typesGates, tests, fuzzGate(10)]) ? 0 : 1;

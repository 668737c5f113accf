// SPDX-License-Identifier: Apache-2.0
// All gates of the repository, then every test file, so that the runner's summary ends the output.
//   npm test [-- --only <part of a path>]…
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import {
  formatGate,
  fuzzGate,
  lintGate,
  root,
  runGates,
  typesGates,
  type Gate,
} from './lib/gate.ts';
import { testFiles } from './lib/files.ts';

const testTimeoutMs = 300_000;

const { values } = parseArgs({
  options: { only: { type: 'string', multiple: true }, 'tests-only': { type: 'boolean' } },
});

function gates(): Gate[] {
  const conformance = path.join(root, 'tools/conformance.ts');
  return [
    formatGate,
    lintGate,
    ...typesGates,
    fuzzGate(10),
    ...(existsSync(conformance)
      ? [{ name: 'conformance', command: process.execPath, args: [conformance, '--check'] }]
      : []),
  ];
}

/** Runs node's own test runner over the files; its exit code. */
function runTests(files: readonly string[]): number {
  const run = spawnSync(
    process.execPath,
    [
      '--test',
      '--test-concurrency=2',
      `--test-timeout=${testTimeoutMs}`,
      '--test-reporter=spec',
      '--test-reporter-destination=stdout',
      ...files,
    ],
    { cwd: root, stdio: 'inherit' },
  );
  return run.status ?? 1;
}

const selected = values.only;
const all = selected === undefined && values['tests-only'] !== true;
if (all && !runGates(gates())) {
  process.stderr.write('\na gate failed; the tests were not run\n');
  process.exitCode = 1;
} else {
  const files = testFiles().filter((file) => selected?.some((part) => file.includes(part)) ?? true);
  process.exitCode = files.length === 0 ? 1 : runTests(files);
}

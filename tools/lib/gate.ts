// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import path from 'node:path';

/** The clone. */
export const root = path.dirname(path.dirname(import.meta.dirname));

/** A command of node_modules, started on this Node. */
export const tool = (name: string): string => path.join(root, 'node_modules', '.bin', name);

export interface Gate {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** Runs one gate with its output on the terminal; its exit code, 1 for a signal. */
export function runGate(gate: Gate): number {
  const started = performance.now();
  process.stdout.write(`\n── ${gate.name}\n`);
  const binaries = path.join(root, 'node_modules', '.bin');
  const run = spawnSync(gate.command, gate.args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: `${binaries}${path.delimiter}${process.env['PATH'] ?? ''}` },
  });
  if (run.error) process.stderr.write(`${gate.command}: ${run.error.message}\n`);
  const code = run.status ?? 1;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(
    `── ${gate.name}: ${code === 0 ? 'ok' : `failed (${code})`}, ${seconds} s\n`,
  );
  return code;
}

/** Runs gates in order and stops at the first that fails; true when all passed. */
export function runGates(gates: readonly Gate[]): boolean {
  return gates.every((gate) => runGate(gate) === 0);
}

export const formatGate: Gate = { name: 'format', command: tool('oxfmt'), args: ['--check', '.'] };

export const lintGate: Gate = {
  name: 'lint and layers',
  command: tool('oxlint'),
  args: ['--type-aware', '--report-unused-disable-directives'],
};

export const typesGates: readonly Gate[] = [
  { name: 'types', command: tool('tsc'), args: ['-p', '.'] },
  { name: 'types of the console', command: tool('tsc'), args: ['-p', 'console'] },
];

export const fuzzGate = (seconds: number): Gate => ({
  name: `fuzz smoke, ${seconds} s`,
  command: process.execPath,
  args: ['tools/fuzz/main.ts', '--seconds', String(seconds)],
});

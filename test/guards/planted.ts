// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from '../../tools/lib/gate.ts';

/** A small tree with the repository's rules, into which a test plants a violation. */
export interface PlantedTree {
  readonly path: string;
  write(file: string, text: string): void;
  /** Runs a tool of the repository in the tree. */
  run(tool: string, args: readonly string[]): { readonly code: number; readonly text: string };
  [Symbol.dispose](): void;
}

export const licence = '// SPDX-License-Identifier: Apache-2.0\n';

export function plantedTree(files: Readonly<Record<string, string>> = {}): PlantedTree {
  const directory = mkdtempSync(path.join(tmpdir(), 'fengsui-guard-'));
  for (const name of ['.oxlintrc.json', '.oxfmtrc.json', 'tsconfig.json', 'package.json']) {
    cpSync(path.join(root, name), path.join(directory, name));
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(directory, 'node_modules'));
  cpSync(path.join(root, 'tools/lint'), path.join(directory, 'tools/lint'), { recursive: true });
  const write = (file: string, text: string): void => {
    const full = path.join(directory, file);
    mkdirSync(path.dirname(full), { recursive: true });
    writeFileSync(full, licence + text);
  };
  for (const [file, text] of Object.entries(files)) write(file, text);
  return {
    path: directory,
    write,
    run(tool, args) {
      const command = path.join(root, 'node_modules/.bin', tool);
      const run = spawnSync(command, args, { cwd: directory, encoding: 'utf8' });
      return { code: run.status ?? 1, text: `${run.stdout}${run.stderr}` };
    },
    [Symbol.dispose]: () => rmSync(directory, { recursive: true }),
  };
}

// SPDX-License-Identifier: Apache-2.0
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './gate.ts';

const excluded = new Set(['node_modules', 'data', 'dist', 'artefacts', '.git']);

/** Files of a tree that match the patterns, relative with `/`, sorted. */
export function filesOf(patterns: readonly string[], base: string = root): string[] {
  const found = globSync([...patterns], { cwd: base, exclude: (name) => excluded.has(name) });
  return found.map((file) => file.split(path.sep).join('/')).toSorted();
}

const folders = ['src', 'console', 'test', 'bench', 'tools'] as const;
const sourcePatterns = folders.map((folder) => `${folder}/**/*.{ts,tsx,mjs,js}`);

/** All source files of ours, tests included. */
export function sourceFiles(base: string = root): string[] {
  return filesOf([...sourcePatterns, 'bin/*'], base);
}

/** The files for node's test runner. */
export function testFiles(base: string = root): string[] {
  return filesOf(
    folders.map((folder) => `${folder}/**/*.test.ts`),
    base,
  );
}

export function textOf(file: string, base: string = root): string {
  return readFileSync(path.join(base, file), 'utf8');
}

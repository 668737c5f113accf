// SPDX-License-Identifier: Apache-2.0
import path from 'node:path';
import { filesOf, textOf } from './files.ts';

const specifier = /(?:from\s+|import\s+|import\(\s*|new URL\(\s*)['"]([^'"]+)['"]/g;

/** Files that are started, not imported; conformance suites are found by their place. */
const started =
  /^src\/(main|cli\/main)\.ts$|\/conformance\/suite\.ts$|\.(test|prop\.test|fuzz|bench)\.ts$|^(test|tools|bench)\//;

/** Files of src that nothing started leads to. */
export function deadFiles(base: string): string[] {
  const files = new Set(
    filesOf(['src/**/*.ts', 'test/**/*.ts', 'tools/**/*.{ts,mjs}', 'bench/**/*.ts'], base),
  );
  const { imports = {} }: { readonly imports?: Readonly<Record<string, string>> } = JSON.parse(
    textOf('package.json', base),
  );
  const reached = new Set([...files].filter((file) => started.test(file)));
  for (const file of reached) {
    for (const target of targetsOf(file, textOf(file, base), imports)) {
      if (files.has(target)) reached.add(target);
    }
  }
  return [...files].filter((file) => file.startsWith('src/') && !reached.has(file));
}

function targetsOf(
  file: string,
  text: string,
  imports: Readonly<Record<string, string>>,
): string[] {
  return [...text.matchAll(specifier)].map(([, name = '']) => {
    const own = imports[name];
    if (own !== undefined) return path.posix.normalize(own);
    return path.posix.normalize(path.posix.join(path.posix.dirname(file), name));
  });
}

// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { tidyFaults } from '../../tools/lib/tidy.ts';
import { plantedTree } from './planted.ts';

const many = (count: number, line: string): string => `${line}\n`.repeat(count);
const mark = (name: string): string => `export const a = 1; // ${name}\n`;

/** The rule that must complain, the file planted, its text, and what is said of it. */
const planted: readonly (readonly [RegExp, string, string, RegExp])[] = [
  [/no file is longer/, 'src/core/a.ts', many(501, 'export {};'), /src\/core\/a\.ts: 502 lines/],
  [
    /no function/,
    'src/core/a.ts',
    `export function f(): void {\n${many(70, '  g();')}}\n`,
    /f has 72 lines/,
  ],
  [
    /no function/,
    'src/core/a.ts',
    `export class C {\n  #m(\n    a: number,\n  ): void {\n${many(70, '    g();')}  }\n}\n`,
    /#m has 74/,
  ],
  [
    /no function/,
    'src/core/a.ts',
    `const f = async (): Promise<void> => {\n${many(70, '  g();')}};\n`,
    /f has 72/,
  ],
  [/no line/, 'src/core/a.ts', `export const a = ${'1 + '.repeat(30)}1;\n`, /a\.ts:2: 139 columns/],
  [/no line/, 'src/core/a.ts', `// ${'字'.repeat(80)}\n`, /a\.ts:2: 163 columns/],
  [/TODO/, 'src/core/a.ts', mark(`@${'TODO'} later`), /a\.ts:2/],
  [/TODO/, 'src/core/a.ts', mark(`${'FIX'}ME`), /a\.ts:2/],
  [/every file of src/, 'src/core/alone.ts', 'export {};\n', /src\/core\/alone\.ts/],
  [/registry/, 'src/core/a.ts', mark(`https://${'registry'}.npmjs.org/x`), /a\.ts/],
];

function faultsOf(rule: RegExp, base: string): string {
  const found = [...tidyFaults(base)].find(([name]) => rule.test(name));
  assert.ok(found, String(rule));
  return found[1].join('\n');
}

for (const [rule, file, text, said] of planted) {
  test(`${rule} finds ${said}`, () => {
    using tree = plantedTree({ [file]: text });
    assert.match(faultsOf(rule, tree.path), said);
  });
}

test('a tree of long files is found', () => {
  const names = Array.from({ length: 9 }, (_, index) => `src/core/long-${index}.ts`);
  using tree = plantedTree(
    Object.fromEntries(names.map((name) => [name, many(300, 'export {};')])),
  );
  assert.match(faultsOf(/half of the files/, tree.path), /the median is 301 lines/);
});

test('a file without its licence is found', () => {
  using tree = plantedTree();
  writeFileSync(path.join(tree.path, 'tools/none.ts'), 'export {};\n');
  assert.match(faultsOf(/licence/, tree.path), /tools\/none\.ts/);
});

test('missing documents, unnamed and loose dependencies are found', () => {
  using tree = plantedTree();
  assert.match(faultsOf(/documents/, tree.path), /README\.zh\.md is missing/);
  const dependencies = Object.fromEntries(
    Array.from({ length: 16 }, (_, index) => [
      `package-${index}`,
      index === 0 ? '^1.0.0' : '1.0.0',
    ]),
  );
  writeFileSync(path.join(tree.path, 'package.json'), JSON.stringify({ dependencies }));
  const said = faultsOf(/runtime dependencies/, tree.path);
  assert.match(said, /^16 dependencies$/m);
  assert.match(said, /^package-3 is not in docs\/dependencies\.md$/m);
  assert.match(said, /^package-0 \^1\.0\.0 is not exact$/m);
});

test('a lock file that names a registry is found', () => {
  using tree = plantedTree();
  writeFileSync(path.join(tree.path, 'package-lock.json'), '{"resolved": "https://x/y.tgz"}');
  assert.match(faultsOf(/registry/, tree.path), /package-lock\.json/);
});

// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { budgetFaults, budgets, weigh } from '../../console/budget.mjs';
import { textFaults } from '../../tools/lib/texts.ts';
import { plantedTree, type PlantedTree } from './planted.ts';

const page = 'console/src/pages/things';

/** A console of one page whose texts are in order. */
function sound(): PlantedTree {
  const tree = plantedTree({
    [`${page}/index.ts`]: "export const page = { title: { zh: '设备', en: 'Things' } };\n",
    [`${page}/things.tsx`]:
      "// 设备\nconst { t } = useTranslation('things');\nt('a'); t(b ? 'list.c' : 'list.d'); t(`kind.${e}`);\n",
  });
  const texts = { a: 'A', list: { c: 'C', d_one: 'D', d_other: 'Ds' }, kind: { e: 'E' } };
  const { d_one: _none, ...list } = texts.list;
  writeJson(tree, `${page}/locales/en.json`, texts);
  writeJson(tree, `${page}/locales/zh.json`, { ...texts, list });
  return tree;
}

function writeJson(tree: PlantedTree, file: string, value: object): void {
  const full = path.join(tree.path, file);
  mkdirSync(path.dirname(full), { recursive: true });
  writeFileSync(full, JSON.stringify(value));
}

test('texts that are in order pass', () => {
  using tree = sound();
  assert.deepEqual(textFaults(tree.path), []);
});

test('a key of one language only, a key that nobody uses, and a key without a text are found', () => {
  using tree = sound();
  writeJson(tree, `${page}/locales/en.json`, {
    ...{ a: 'A', list: { c: 'C', d: 'D' }, kind: { e: 'E' } },
    spare: 'S',
  });
  assert.deepEqual(textFaults(tree.path), [`${page}/locales/zh.json: spare is missing`]);
  writeJson(tree, `${page}/locales/zh.json`, {
    a: '甲',
    list: { c: '丙', d: '丁' },
    kind: {},
    spare: '备',
  });
  assert.deepEqual(textFaults(tree.path), [
    `${page}/locales/zh.json: kind.e is missing`,
    'things: spare is not used',
  ]);
  tree.write(`${page}/more.tsx`, "const { t } = useTranslation('things');\nt('list.x');\n");
  assert(textFaults(tree.path).includes(`${page}/more.tsx: list.x has no text`));
});

test('Chinese in code is found, in a comment it is not', () => {
  using tree = sound();
  tree.write(`${page}/more.tsx`, '/* 设备 */\nexport const a = <b>设备</b>;\n');
  assert.deepEqual(textFaults(tree.path), [`${page}/more.tsx:3: Chinese belongs into locales`]);
});

const chunk = (fileName: string, kilobytes: number, rest: object = {}): object => ({
  fileName,
  // Random bytes do not get smaller.
  code: randomBytes(kilobytes * 1_000),
  imports: [],
  ...rest,
});

test('a build within the budgets passes', () => {
  const output = [
    chunk('entry.js', 300, { isEntry: true, imports: ['shared.js'] }),
    chunk('shared.js', 200),
    chunk('page.js', budgets.chunk - 5),
  ];
  assert.deepEqual(budgetFaults(weigh(output)), []);
});

test('what comes at the start and is too heavy in all is found', () => {
  const css = { viteMetadata: { importedCss: new Set(['shared.css']) } };
  const output = [
    chunk('entry.js', 300, { isEntry: true, imports: ['shared.js'] }),
    chunk('shared.js', 200, css),
    chunk('shared.css', 40),
  ];
  assert.match(budgetFaults(weigh(output)).join(), /^initial JS and CSS: 54\d KB gz, at most 520$/);
});

test('a chunk of a page that is too heavy is found', () => {
  const output = [chunk('entry.js', 10, { isEntry: true }), chunk('page.js', budgets.chunk + 10)];
  assert.match(budgetFaults(weigh(output)).join(), /^page\.js: 26\d KB gz, at most 250$/);
});

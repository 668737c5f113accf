// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plantedTree } from './planted.ts';

/** A line that lint must refuse in a domain, and the rule that does. */
const banned: readonly (readonly [string, string])[] = [
  ['export const a = Date.now();', 'bans(clock)'],
  ['export const a = new Date();', 'bans(clock)'],
  ['export const a = Date();', 'bans(clock)'],
  ['export const a = performance.now();', 'bans(clock)'],
  ['export const a = Math.random();', 'no-restricted-properties'],
  ['export const a = process.env;', 'no-restricted-properties'],
  ['setTimeout(() => undefined, 1);', 'no-restricted-globals'],
  ['setInterval(() => undefined, 1);', 'no-restricted-globals'],
  [
    `import { setTimeout as wait } from 'node:timers/promises';\nexport const a = wait;`,
    'no-restricted-imports',
  ],
  [`console.log('x');`, 'no-console'],
  [
    `import { sign } from 'node:crypto';\nexport const a = sign('sm3', Buffer.of(), '');`,
    'bans(sm3-one-shot)',
  ],
  [
    `import * as c from 'node:crypto';\nexport const a = c.verify('SM3', Buffer.of(), '', Buffer.of());`,
    'bans(sm3-one-shot)',
  ],
  ['export const a: any = 1;', 'no-explicit-any'],
  ['export const a = [1][0]!;', 'no-non-null-assertion'],
  ['export const a = 1 as number;', 'bans(no-as)'],
  ['export function f(x: number) {\n  return x;\n}', 'explicit-module-boundary-types'],
  ['async function f(): Promise<void> {}\nf();', 'no-floating-promises'],
  ['export default 1;', 'no-default-export'],
  ['export enum E {\n  A,\n}', 'bans(erasable)'],
  ['export namespace N {\n  export const a = 1;\n}', 'bans(erasable)'],
  ['export class C {\n  constructor(readonly a: number) {}\n}', 'bans(erasable)'],
  [
    `import { Server } from 'node:net';\nexport const f = (s: Server): Server => s;`,
    'consistent-type-imports',
  ],
  ['export const a = (1 as unknown) == 2;', 'eqeqeq'],
  ['export const f = (a: 1, b: 1, c: 1, d: 1, e: 1): number => a + b + c + d + e;', 'max-params'],
];

for (const [line, rule] of banned) {
  test(`refused: ${line.replaceAll('\n', ' ')}`, () => {
    using tree = plantedTree({ 'src/things/a.ts': `${line}\n` });
    const { code, text } = tree.run('oxlint', ['--type-aware', 'src']);
    assert.notEqual(code, 0, text);
    assert.ok(text.includes(rule), text);
  });
}

const allowed = [
  'export const a = new Date(0).toISOString();',
  'export const a = { b: 1 } as const;',
  `import { createSign } from 'node:crypto';\nexport const a = createSign('sm3');`,
  `declare module 'x' {\n  interface Y {\n    z: number;\n  }\n}`,
];

for (const line of allowed) {
  test(`allowed: ${line.replaceAll('\n', ' ')}`, () => {
    using tree = plantedTree({ 'src/things/a.ts': `${line}\n` });
    const { code, text } = tree.run('oxlint', ['--type-aware', 'src']);
    assert.equal(code, 0, text);
  });
}

test('runtime and tests may read the clock', () => {
  const clock = 'export const a = Date.now();\n';
  using tree = plantedTree({ 'src/runtime/a.ts': clock, 'src/things/a.test.ts': clock });
  const { code, text } = tree.run('oxlint', ['src']);
  assert.equal(code, 0, text);
});

test('types that do not fit fail', () => {
  using tree = plantedTree({ 'src/things/a.ts': `export const a: number = 'x';\n` });
  assert.match(tree.run('tsc', ['-p', '.']).text, /TS2322/);
});

test('text that is not formatted fails', () => {
  using tree = plantedTree({ 'src/things/a.ts': 'export const a   = "x"\n' });
  assert.notEqual(tree.run('oxfmt', ['--check', '.']).code, 0);
  tree.write('src/things/a.ts', `export const a = 'x';\n`);
  assert.equal(tree.run('oxfmt', ['--check', 'src']).code, 0);
});

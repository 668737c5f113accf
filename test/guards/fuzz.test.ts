// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { root } from '../../tools/lib/gate.ts';
import { plantedTree } from './planted.ts';

const random = '(random: { int(below: number): number })';

function fuzz(body: string, more = ''): string {
  return `${more}export const fuzz = { name: 'planted', run${random} { ${body} } };\n`;
}

function runFuzz(
  text: string,
  args: readonly string[],
): { readonly code: number; readonly text: string } {
  using tree = plantedTree({ 'src/core/planted.fuzz.ts': text });
  const main = path.join(root, 'tools/fuzz/main.ts');
  const all = [main, '--directory', tree.path, ...args];
  const run = spawnSync(process.execPath, all, { encoding: 'utf8' });
  return { code: run.status ?? 1, text: `${run.stdout}${run.stderr}` };
}

const limited = ['--seconds', '3', '--seed', '1'];

test('a throw fails, and its seed reruns it exactly', () => {
  const text = fuzz(`if (random.int(500) === 7) throw new Error('planted');`);
  const first = runFuzz(text, limited);
  assert.equal(first.code, 1, first.text);
  const seed = /--seed (\d+) --runs 1/.exec(first.text)?.[1];
  assert.ok(seed);
  const again = runFuzz(text, ['--seed', seed, '--runs', '1']);
  assert.equal(again.code, 1);
  assert.match(again.text, new RegExp(`seed ${seed}: Error: planted`));
});

test('a rejected promise fails', () => {
  const { code, text } = runFuzz(fuzz(`return Promise.reject(new Error('planted'));`), limited);
  assert.equal(code, 1, text);
});

test('a loop without end is ended and fails', () => {
  const { code, text } = runFuzz(fuzz('while (random.int(50) === 7) for (;;);'), limited);
  assert.equal(code, 1, text);
  assert.match(text, /hang/);
});

test('an input that takes longer than a second fails', () => {
  const slow = 'const until = Date.now() + 1200; while (Date.now() < until);';
  const { code, text } = runFuzz(fuzz(slow), limited);
  assert.equal(code, 1, text);
  assert.match(text, /slow/);
});

test('memory that grows fails', () => {
  const kept = 'const kept: unknown[] = [];\n';
  const { code, text } = runFuzz(
    fuzz('kept.push(Buffer.alloc(4096, random.int(9)));', kept),
    limited,
  );
  assert.equal(code, 1, text);
  assert.match(text, /memory|heap/i);
});

test('a file without a fuzzer fails; a sound one passes and prints its seed', () => {
  assert.equal(runFuzz('export {};\n', limited).code, 1);
  const { code, text } = runFuzz(fuzz('random.int(4);'), ['--seconds', '1', '--seed', '42']);
  assert.equal(code, 0, text);
  assert.match(text, /seed 42/);
});

test('seeds of the corpus run first', () => {
  const text = `export const fuzz = {
    name: 'planted', corpus: [77],
    run(random: { readonly seed: number }) { if (random.seed === 77) throw new Error('planted'); },
  };\n`;
  assert.match(runFuzz(text, limited).text, /seed 77: Error: planted/);
});

// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { unwrap } from '#core';
import { compilePattern } from './pattern.ts';

const statesMax = 1_000;
const matches = (pattern: string, text: string): boolean =>
  unwrap(compilePattern(pattern, statesMax)).test(text);

/** Patterns that models have, with texts on both sides. */
const patterns: readonly (readonly [string, ...string[]])[] = [
  ['^[A-Z]{2}-\\d+$', 'AB-12', 'AB-', 'aB-1', 'AB-12\n'],
  ['^(?:[0-9A-F]{2}:){5}[0-9A-F]{2}$', '00:11:22:AA:BB:CC', '00:11:22:AA:BB', '00:11:22:aa:bb:cc'],
  ['on|off|auto', 'on', 'xoffx', 'o'],
  ['^(\\d{1,3}\\.){3}\\d{1,3}$', '10.0.0.1', '10.0.0', '1000.0.0.1'],
  ['^[^@\\s]+@[^@\\s]+\\.[a-z]{2,}$', 'a@b.cn', 'a@b', '@b.cn'],
  ['\\bpump\\b', 'the pump 7', 'pumps', 'pump'],
  ['a.c', 'abc', 'a\nc', 'a😀c'],
  ['^\\u6CF5\\x41$', '泵A', '泵'],
  ['^[\\u4e00-\\u9fff]{1,4}$', '温度', '温度温度温', 'x'],
  ['^\\p{L}+$', '泵a', '1'],
  ['^.{1,3}$', 'ab', '', 'abcd', '😀😀😀'],
  ['', '', 'x'],
  ['^$', '', 'x'],
  ['^a{2}b{0}c{1,}$', 'aac', 'aabc', 'aaccc', 'ac'],
  ['^(?<year>\\d{4})-x?$', '2026-', '2026-x', '2026'],
  ['a{x}', 'a{x}', 'a'],
  ['^[\\]\\-^]+$', ']-^', 'a'],
  ['^(a*)*$', 'aaa', 'b', ''],
  ['^(a|b|)*c$', 'abac', 'abad'],
  ['x*?y+?', 'y', 'xx'],
  ['[]', 'a', ''],
  ['[^]', 'a', ''],
];

for (const [pattern, ...texts] of patterns) {
  test(`/${pattern}/ as the engine`, () => {
    const native = new RegExp(pattern, pattern === 'a{x}' ? '' : 'u');
    for (const text of texts)
      assert.equal(matches(pattern, text), native.test(text), JSON.stringify(text));
  });
}

test('patterns that take exponential time elsewhere take linear time', () => {
  for (const pattern of [
    '^(a|a)*$',
    '^(a+)+$',
    '^(a*)*b$',
    '(x+x+)+y',
    '^([a-z]+\\.)*[a-z]+!$',
    'a?'.repeat(60) + 'a'.repeat(60),
  ]) {
    assert.equal(matches(pattern, `${'a'.repeat(50)}${'x'.repeat(50_000)}?`), false, pattern);
  }
});

test('what cannot be matched so, or is wrong, is refused', () => {
  const refused = {
    '(?=a)b': 'model.bad-thing-model',
    '(?!a)b': 'model.bad-thing-model',
    '(?<=a)b': 'model.bad-thing-model',
    '(a)\\1': 'model.bad-thing-model',
    '\\k<x>': 'model.bad-thing-model',
    '(a': 'model.bad-thing-model',
    'a)': 'model.bad-thing-model',
    '[a': 'model.bad-thing-model',
    '[z-a]': 'model.bad-thing-model',
    '*a': 'model.bad-thing-model',
    'a**': 'model.bad-thing-model',
    'a{3,2}': 'model.bad-thing-model',
    '\\': 'model.bad-thing-model',
    'a{9999}': 'model.too-complex',
    '((a{99}){99}){99}': 'model.too-complex',
    '((((){9999}){9999}){9999}){9999}': 'model.too-complex',
    [`${'('.repeat(100)}a${')'.repeat(100)}`]: 'model.bad-thing-model',
    ['a'.repeat(2_000)]: 'model.too-complex',
  };
  for (const [pattern, code] of Object.entries(refused)) {
    const result = compilePattern(pattern, statesMax);
    assert.ok(!result.ok, pattern);
    assert.equal(result.fault.code, code, pattern);
  }
});

test('a matcher can be used again and again', () => {
  const pattern = unwrap(compilePattern('^a+b$', statesMax));
  for (let i = 0; i < 100; i++) {
    assert.ok(pattern.test('aab'));
    assert.ok(!pattern.test('aa'));
  }
});

test('random patterns match as the engine does', () => {
  const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\w', '\\b', '^', '$');
  const tree = fc.letrec<{ node: string }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      atom,
      fc.tuple(tie('node'), tie('node')).map(([x, y]) => x + y),
      fc.tuple(tie('node'), tie('node')).map(([x, y]) => `(?:${x}|${y})`),
      fc
        .tuple(tie('node'), fc.constantFrom('*', '+', '?', '{2}', '{0,2}', '{1,}'))
        .map(([x, q]) => `(${x})${q}`),
    ),
  })).node;
  fc.assert(
    fc.property(
      tree,
      fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n'), maxLength: 8 }),
      (pattern, text) => {
        assert.equal(matches(pattern, text), new RegExp(pattern, 'u').test(text));
      },
    ),
    { numRuns: 2_000 },
  );
});

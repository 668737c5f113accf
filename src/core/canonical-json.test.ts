// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalJson } from './canonical-json.ts';

test('the same value gives the same text, whatever the order of its members', () => {
  const text = `{"10":[1,null,{"a":"\\u0000"}],"9":true,"__proto__":0,"é":1e+30,"😀":-0.5}`;
  const value: unknown = JSON.parse(
    `{"😀":-0.5,"9":true,"é":1e30,"__proto__":0,"10":[1,null,{"a":"\\u0000"}]}`,
  );
  assert.equal(canonicalJson(value), text);
  assert.equal(canonicalJson(JSON.parse(text)), text);
  assert.equal(canonicalJson({ b: undefined, a: [undefined] }), '{"a":[null]}');
  assert.equal(canonicalJson(undefined), 'null');
});

// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { leaves } from './keys.ts';
import { configJsonSchema } from './schema.ts';

test('the JSON Schema for editors is up to date (npm run schema)', () => {
  const file = new URL('../../docs/fengsui.schema.json', import.meta.url);
  assert.ok(readFileSync(file, 'utf8') === configJsonSchema(), 'run: npm run schema');
});

test('every key says what it is for', () => {
  for (const [path, node] of leaves()) assert.ok(node.description, path.join('.'));
});

// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limitsOf } from '#core';
import { compileAmong } from './fixtures.ts';
import { inferModel } from './infer.ts';

const limits = limitsOf();
const options = { uri: 'urn:fs:model:x', title: 'X', limits };

test('types come from values, and the document compiles', () => {
  const samples = [
    {
      temperature: 21,
      on: true,
      mode: 'auto',
      place: { lat: 31.2, lon: 121.5 },
      raw: [1],
      extra: { a: 1 },
      late: null,
    },
    { temperature: 21.5, late: 'x', mixed: 1 },
    { mixed: 'one' },
  ];
  const { document, conflicts } = inferModel(samples, options);
  assert.deepEqual(conflicts, ['mixed']);
  const result = compileAmong(document, limits);
  assert.ok(result.ok, JSON.stringify(result));
  assert.deepEqual(
    result.model.properties.map(({ name, type }) => `${name} ${type}`),
    [
      'temperature number',
      'on boolean',
      'mode string',
      'place position',
      'raw array',
      'extra object',
      'late string',
    ],
  );
});

test('names that a model cannot have are passed over, and their number is bounded', () => {
  const hostile: Record<string, unknown> = JSON.parse(
    '{"__proto__":1,"":2,"{{x}}":3,"\\ud800":4,"good":5}',
  );
  hostile['n'.repeat(1_000)] = 6;
  const { document } = inferModel([hostile], options);
  assert.deepEqual(document['properties'], {
    good: { type: 'number', readOnly: true, observable: true },
  });
  const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`p${i}`, i]));
  assert.ok(compileAmong(inferModel([many], options).document, limits).ok);
});

// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limitsOf } from '#core';
import { checkVersionChange, type VersionChange } from './change.ts';
import { compileAmong, thingModel } from './fixtures.ts';

const limits = limitsOf();
type Members = Readonly<Record<string, unknown>>;

function canonical(members: Members, version: string): string {
  const result = compileAmong(thingModel({ ...members, version: { model: version } }), limits);
  assert.ok(result.ok, JSON.stringify(result));
  return result.document;
}

function change(
  before: Members,
  after: Members,
  versions: readonly [string, string] = ['1.0.0', '1.1.0'],
): VersionChange {
  return checkVersionChange(canonical(before, versions[0]), canonical(after, versions[1]));
}

const property = (schema: Members): Members => ({ properties: { p: schema } });

/** Schema before, schema after, pointer below the property and kind. */
const cases: readonly (readonly [Members, Members, string, 'compatible' | 'breaking'])[] = [
  [{ type: 'integer' }, { type: 'number' }, '/type', 'breaking'],
  [{ type: 'number' }, { type: 'number', unit: 'K' }, '/unit', 'compatible'],
  [{ type: 'number', unit: 'K' }, { type: 'number', unit: 'Cel' }, '/unit', 'breaking'],
  [{ type: 'number', unit: 'K' }, { type: 'number' }, '/unit', 'breaking'],
  [{ type: 'number', maximum: 5 }, { type: 'number', maximum: 6 }, '/maximum', 'compatible'],
  [{ type: 'number', maximum: 5 }, { type: 'number' }, '/maximum', 'compatible'],
  [{ type: 'number' }, { type: 'number', maximum: 6 }, '/maximum', 'breaking'],
  [{ type: 'number', minimum: 5 }, { type: 'number', minimum: 6 }, '/minimum', 'breaking'],
  [
    { type: 'number', exclusiveMinimum: 5 },
    { type: 'number', exclusiveMinimum: 4 },
    '/exclusiveMinimum',
    'compatible',
  ],
  [{ type: 'string', maxLength: 5 }, { type: 'string', maxLength: 4 }, '/maxLength', 'breaking'],
  [{ enum: ['a'] }, { enum: ['b', 'a'] }, '/enum', 'compatible'],
  [{ enum: ['a', 'b'] }, { enum: ['a', 'c'] }, '/enum', 'breaking'],
  [{ type: 'string' }, { type: 'string', enum: ['a'] }, '/enum', 'breaking'],
  [{ type: 'string', enum: ['a'] }, { type: 'string' }, '/enum', 'compatible'],
  [{ type: 'string', pattern: 'a' }, { type: 'string' }, '/pattern', 'compatible'],
  [{ type: 'string', pattern: 'a' }, { type: 'string', pattern: 'b' }, '/pattern', 'breaking'],
  [
    { type: 'object', required: ['a'] },
    { type: 'object', required: [] },
    '/required',
    'compatible',
  ],
  [{ type: 'object' }, { type: 'object', required: ['a'] }, '/required', 'breaking'],
  [
    { type: 'object', properties: {} },
    { type: 'object', properties: { a: { type: 'null' } } },
    '/properties/a',
    'compatible',
  ],
  [
    { type: 'object', properties: { a: {} } },
    { type: 'object', properties: {} },
    '/properties/a',
    'breaking',
  ],
  [
    { type: 'object', additionalProperties: false },
    { type: 'object', additionalProperties: true },
    '/additionalProperties',
    'compatible',
  ],
  [
    { type: 'array', items: { type: 'number' } },
    { type: 'array', items: { type: 'string' } },
    '/items/type',
    'breaking',
  ],
  [{ type: 'number' }, { type: 'number', readOnly: true }, '/readOnly', 'breaking'],
  [{ type: 'number', readOnly: true }, { type: 'number' }, '/readOnly', 'compatible'],
  [{ type: 'number', observable: true }, { type: 'number' }, '/observable', 'breaking'],
  [{ type: 'number', title: 'a' }, { type: 'number', title: 'b' }, '/title', 'compatible'],
  [{ type: 'number' }, { type: 'number', 'fs:register': 4 }, '/fs:register', 'compatible'],
];

for (const [before, after, at, kind] of cases) {
  test(`${JSON.stringify(before)} to ${JSON.stringify(after)} is ${kind}`, () => {
    const { differences, allowed } = change(property(before), property(after));
    assert.deepEqual(
      differences.map((each) => `${each.at} ${each.kind}`),
      [`/properties/p${at} ${kind}`],
    );
    assert.equal(allowed, kind === 'compatible');
    assert.equal(change(property(before), property(after), ['1.9.9', '2.0.0']).allowed, true);
  });
}

test('affordances come and go', () => {
  const before = {
    properties: { a: { type: 'number' } },
    actions: { x: { input: { type: 'string' } }, y: {} },
    events: { e: {} },
  };
  const after = {
    properties: { b: { type: 'number' } },
    actions: { x: {}, y: { input: { type: 'string' }, safe: true } },
    events: { e: { data: { type: 'string' } } },
  };
  const { differences } = change(before, after);
  assert.deepEqual(
    differences.map((each) => `${each.at} ${each.kind}`),
    [
      '/properties/a breaking',
      '/properties/b compatible',
      '/actions/x/input breaking',
      '/actions/y/input breaking',
      '/actions/y/safe compatible',
      '/events/e/data compatible',
    ],
  );
});

test('a version goes up as far as the change asks', () => {
  const a = property({ type: 'number' });
  const wider = { ...a, description: 'x' };
  const table: readonly (readonly [string, string, Members, boolean])[] = [
    ['1.0.0', '1.0.0', a, true],
    ['1.0.0', '1.0.0', wider, false],
    ['1.0.0', '1.0.1', wider, true],
    ['1.10.0', '1.9.0', wider, false],
    ['1.0.0-beta', '1.0.0', wider, true],
    ['1.0.0', '1.0.0-beta', wider, false],
    ['1.0.0-alpha', '1.0.0-beta', wider, true],
    ['1.0.0', '1.0.0+build', wider, false],
    ['1.0.0', '1.5.0', {}, false],
    ['1.0.0', '2.0.0', {}, true],
  ];
  for (const [from, to, after, allowed] of table) {
    assert.equal(change(a, after, [from, to]).allowed, allowed, `${from} ${to}`);
  }
});

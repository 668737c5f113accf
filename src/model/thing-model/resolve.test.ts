// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limitsOf } from '#core';
import { compileModel } from './compile.ts';
import { compileAmong, faultsOf, thingModel } from './fixtures.ts';
import type { ModelRef } from './resolve.ts';

const limits = limitsOf();
const extending = (href: string): unknown => [
  { rel: 'tm:extends', href, type: 'application/tm+json' },
];

const base = thingModel({
  id: 'urn:example:base',
  title: 'Base',
  version: { model: '3.0.0' },
  description: 'A base',
  'tm:optional': ['/properties/status'],
  properties: {
    status: { type: 'string', enum: ['ok', 'bad'], title: 'Status' },
    limit: { 'tm:ref': '#/schemas/percent', title: 'Limit' },
  },
  schemas: { percent: { type: 'number', minimum: 0, maximum: 100, unit: '%' } },
});

function resolved(
  document: unknown,
  others: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const result = compileAmong(document, limits, others);
  assert.ok(result.ok, JSON.stringify(result));
  return JSON.parse(result.document);
}

test('tm:extends lays the model over its base', () => {
  const document = thingModel({
    links: [
      ...[extending('urn:example:base')].flat(),
      { rel: 'license', href: 'http://example.com/l' },
    ],
    'tm:optional': ['/properties/flow'],
    properties: { limit: { maximum: 50 }, flow: { type: 'number', unit: 'm3/h' } },
  });
  assert.deepEqual(resolved(document, { 'urn:example:base': base }), {
    '@context': 'https://www.w3.org/2022/wot/td/v1.1',
    '@type': 'tm:ThingModel',
    description: 'A base',
    id: 'urn:example:pump',
    links: [{ href: 'http://example.com/l', rel: 'license' }],
    properties: {
      status: { enum: ['ok', 'bad'], title: 'Status', type: 'string' },
      limit: { maximum: 50, minimum: 0, title: 'Limit', type: 'number', unit: '%' },
      flow: { type: 'number', unit: 'm3/h' },
    },
    schemas: { percent: { maximum: 100, minimum: 0, type: 'number', unit: '%' } },
    title: 'Pump',
    'tm:optional': ['/properties/status', '/properties/flow'],
    version: { model: '1.0.0' },
  });
});

test('a base may have a base; the version of one can be named', () => {
  const asked: ModelRef[] = [];
  const result = compileModel(
    thingModel({
      links: [{ rel: 'tm:extends', href: 'urn:example:middle', 'fs:version': '2.0.0' }],
    }),
    (ref) => {
      asked.push(ref);
      return ref.uri === 'urn:example:base'
        ? base
        : thingModel({
            id: 'urn:example:middle',
            links: extending('urn:example:base'),
            properties: { x: { type: 'boolean' } },
          });
    },
    { limits },
  );
  assert.ok(result.ok, JSON.stringify(result));
  assert.deepEqual(
    result.model.properties.map((slot) => slot.name),
    ['status', 'limit', 'x'],
  );
  assert.deepEqual(asked, [
    { uri: 'urn:example:middle', version: '2.0.0' },
    { uri: 'urn:example:base' },
  ]);
  assert.deepEqual(result.references, asked);
});

test('tm:ref takes a part of another model; null removes, the rest overrides', () => {
  const document = thingModel({
    properties: {
      state: { 'tm:ref': 'urn:example:base#/properties/status', title: null, enum: ['ok'] },
      share: { 'tm:ref': 'urn:example:base#/properties/limit', maximum: 10 },
      own: { 'tm:ref': '#/properties/share' },
      self: { 'tm:ref': 'urn:example:pump#/properties/own', title: 'Self' },
    },
  });
  const { properties } = resolved(document, { 'urn:example:base': base });
  const share = { maximum: 10, minimum: 0, title: 'Limit', type: 'number', unit: '%' };
  assert.deepEqual(properties, {
    state: { enum: ['ok'], type: 'string' },
    share,
    own: share,
    self: { ...share, title: 'Self' },
  });
});

test('what cannot be resolved is named at its pointer', () => {
  const faults = (members: Readonly<Record<string, unknown>>, others = {}): readonly string[] =>
    faultsOf(compileAmong(thingModel(members), limits, others));
  assert.deepEqual(faults({ links: extending('urn:none') }), ['model.bad-reference /links/0/href']);
  assert.deepEqual(faults({ links: [{ rel: 'tm:extends' }] }), [
    'model.bad-thing-model /links/0/href',
  ]);
  const twice = [extending('urn:example:base'), extending('urn:x')].flat();
  assert.deepEqual(faults({ links: twice }), ['model.bad-thing-model /links/1']);
  const ref = (target: unknown): Readonly<Record<string, unknown>> => ({
    properties: { 'a/b': { 'tm:ref': target } },
  });
  const place = '/properties/a~1b/tm:ref';
  assert.deepEqual(faults(ref(7)), [`model.bad-thing-model ${place}`]);
  assert.deepEqual(faults(ref('urn:none#/x')), [`model.bad-reference ${place}`]);
  assert.deepEqual(faults(ref('urn:none')), [`model.bad-reference ${place}`]);
  assert.deepEqual(faults(ref('#/properties/none')), [`model.bad-reference ${place}`]);
  assert.deepEqual(faults(ref('#/title')), [`model.bad-reference ${place}`]);
  assert.deepEqual(faults(ref('urn:x#/y'), { 'urn:x': { y: { __proto__: null } } }), [
    'model.bad-thing-model /properties/a~1b/type',
  ]);
  assert.deepEqual(faults(ref('urn:x#/y'), { 'urn:x': { y: Number.NaN } }), [
    `model.bad-thing-model ${place}`,
  ]);
});

test('cycles and explosions end', () => {
  const others: Record<string, unknown> = {
    'urn:a': thingModel({ id: 'urn:a', links: extending('urn:b') }),
    'urn:b': thingModel({ id: 'urn:b', links: extending('urn:a') }),
  };
  const first = (document: unknown): string =>
    faultsOf(compileAmong(document, limits, others))[0] ?? '';
  assert.equal(
    first(thingModel({ links: extending('urn:a') })),
    'model.bad-reference /links/0/href',
  );
  assert.equal(
    first(thingModel({ id: 'urn:a', links: extending('urn:b') })),
    'model.bad-reference /links/0/href',
  );
  assert.equal(
    first(thingModel({ properties: { a: { 'tm:ref': '#/properties/a' } } })),
    'model.bad-reference /properties/a/tm:ref',
  );
  const mutual = { a: { 'tm:ref': '#/properties/b' }, b: { 'tm:ref': '#/properties/a' } };
  assert.equal(
    first(thingModel({ properties: mutual })),
    'model.bad-reference /properties/a/tm:ref',
  );
  for (let i = 0; i < 40; i++) {
    others[`urn:chain${i}`] = thingModel({
      id: `urn:chain${i}`,
      links: extending(`urn:chain${i + 1}`),
    });
  }
  assert.equal(first(others['urn:chain0']), 'model.bad-reference /links/0/href');
  const laughs = Object.fromEntries(
    Array.from({ length: 15 }, (_, i) => [
      `l${i}`,
      {
        a: i === 14 ? {} : { 'tm:ref': `#/lol/l${i + 1}` },
        b: i === 14 ? {} : { 'tm:ref': `#/lol/l${i + 1}` },
      },
    ]),
  );
  assert.match(first(thingModel({ lol: laughs })), /^model\.too-complex \/lol/);
});

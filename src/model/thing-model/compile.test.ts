// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limitsOf } from '#core';
import type { CompiledModel } from '../compiled.ts';
import { compileModel } from './compile.ts';
import { compileAmong, faultsOf, thingModel } from './fixtures.ts';

const limits = limitsOf();

function compiled(
  members: Readonly<Record<string, unknown>>,
): CompiledModel & { readonly document: string } {
  const result = compileAmong(thingModel(members), limits);
  assert.ok(result.ok, JSON.stringify(result));
  return { ...result.model, document: result.document };
}

function faults(members: Readonly<Record<string, unknown>>): readonly string[] {
  return faultsOf(compileAmong(thingModel(members), limits));
}

test('every type of property becomes a slot', () => {
  const model = compiled({
    version: { model: '2.1.0' },
    titles: { en: 'Pump', 'zh-Hans': '泵' },
    properties: {
      temperature: {
        type: 'number',
        unit: '℃',
        minimum: -40,
        maximum: 125,
        readOnly: true,
        observable: true,
      },
      count: { type: 'integer' },
      mode: { enum: ['auto', 'manual'] },
      on: { type: 'boolean', writeOnly: true },
      settings: {
        type: 'object',
        properties: { speed: { type: 'integer', unit: 'r/min' } },
        required: ['speed'],
      },
      spectrum: { type: 'array', items: { type: 'number' } },
      place: { '@type': 'geo:Point', title: 'Place' },
      site: {
        '@type': ['x:Y', 'geo:Point'],
        type: 'object',
        properties: { lat: { type: 'number' } },
      },
      level: { oneOf: [{ type: 'integer' }, { type: 'number' }] },
    },
  });
  assert.equal(model.uri, 'urn:example:pump');
  assert.equal(model.version, '2.1.0');
  assert.deepEqual(
    model.properties.map(({ index, name, type }) => `${index} ${name} ${type}`),
    [
      '0 temperature number',
      '1 count integer',
      '2 mode string',
      '3 on boolean',
      '4 settings object',
      '5 spectrum array',
      '6 place position',
      '7 site position',
      '8 level number',
    ],
  );
  const temperature = model.property('temperature');
  assert.ok(temperature !== undefined);
  assert.deepEqual(
    { ...temperature },
    {
      index: 0,
      name: 'temperature',
      type: 'number',
      unit: 'Cel',
      minimum: -40,
      maximum: 125,
      readOnly: true,
      writeOnly: false,
      check: undefined,
    },
  );
  assert.equal(model.property('count')?.minimum, Number.NEGATIVE_INFINITY);
  assert.equal(model.property('toString'), undefined);
  assert.match(model.document, /"unit":"\{r\}\/min"/);
  const { properties } = JSON.parse(model.document);
  assert.deepEqual(properties.site, {
    '@type': ['x:Y', 'geo:Point'],
    items: { type: 'number' },
    maxItems: 3,
    minItems: 2,
    type: 'array',
  });
});

test('a canonical document compiles to itself, whatever the order of its keywords', () => {
  const properties = { b: { unit: 'kWh', type: 'number' }, a: { '@type': 'geo:Point' } };
  const first = compiled({ properties, 'fs:vendor': { z: 1, a: [{ y: 1, x: 2 }] } });
  const other = compiled({
    'fs:vendor': { a: [{ x: 2, y: 1 }], z: 1 },
    properties: { b: { type: 'number', unit: 'kW.h' }, a: { '@type': 'geo:Point' } },
  });
  assert.equal(other.document, first.document);
  const again = compileAmong(JSON.parse(first.document), limits);
  assert.ok(again.ok);
  assert.equal(again.document, first.document);
  assert.deepEqual(
    again.model.properties.map((slot) => slot.name),
    ['b', 'a'],
  );
});

test('bindings, forms, placeholders in texts and unknown members pass untouched', () => {
  const forms = [{ href: '{{base}}/x', 'modv:function': 'readCoil', op: ['readproperty'] }];
  const model = compiled({
    base: 'http://{{HOST}}/',
    description: 'Pump {{SERIAL}}',
    properties: {
      on: { type: 'boolean', forms, 'fs:register': 7, uriVariables: { q: { type: 'string' } } },
    },
  });
  const document = JSON.parse(model.document);
  assert.deepEqual(document.properties.on.forms, forms);
  assert.equal(document.properties.on['fs:register'], 7);
  assert.equal(document.description, 'Pump {{SERIAL}}');
});

test('further keywords are checked by the compiled schema', () => {
  const { property } = compiled({
    properties: {
      step: { type: 'number', multipleOf: 0.1, exclusiveMinimum: 0 },
      serial: { type: 'string', pattern: '^[A-Z]{2}\\d{4}$' },
      long: { type: 'string', pattern: '^a*$' },
      short: { type: 'string', maxLength: 2 },
      day: { type: 'string', format: 'date' },
      free: { type: 'string', format: 'x-unknown' },
      settings: {
        type: 'object',
        required: ['speed'],
        properties: {
          speed: { type: 'integer', maximum: 3_000 },
          names: { type: 'array', items: { type: 'string' } },
        },
      },
    },
  });
  const check = (name: string, value: unknown): string | undefined => {
    const fault = property(name)?.check?.(value);
    return fault === undefined ? undefined : `${fault.code} ${fault.at}`;
  };
  assert.equal(check('step', 0.3), undefined);
  assert.equal(check('step', 0.35), 'model.schema-mismatch ');
  assert.equal(check('step', 0), 'model.schema-mismatch ');
  assert.equal(check('serial', 'AB1234'), undefined);
  assert.equal(check('serial', 'AB123'), 'model.schema-mismatch ');
  assert.equal(check('long', 'a'.repeat(8_192)), undefined);
  assert.equal(check('long', 'a'.repeat(8_193)), 'model.schema-mismatch ');
  assert.equal(check('short', '泵泵'), undefined);
  assert.equal(check('short', 'abc'), 'model.schema-mismatch ');
  assert.equal(check('day', '2026-11-20'), undefined);
  assert.equal(check('day', '2026-11-40'), 'model.schema-mismatch ');
  assert.equal(check('free', 'anything'), undefined);
  assert.equal(check('settings', { speed: 7 }), undefined);
  assert.equal(check('settings', {}), 'model.schema-mismatch ');
  assert.equal(check('settings', { speed: 4_000 }), 'model.schema-mismatch /speed');
  assert.equal(check('settings', { speed: 1, names: ['a', 1] }), 'model.schema-mismatch /names/1');
});

test('schemas reach nothing but the keywords of a data schema', () => {
  const { property } = compiled({
    properties: {
      a: {
        type: 'object',
        $ref: 'http://example.com/x',
        $id: 'y',
        $async: true,
        not: {},
        patternProperties: { '(a+)+$': {} },
        properties: {},
      },
    },
  });
  assert.equal(property('a')?.check?.({ x: 1 }), undefined);
});

test('actions and events check their data', () => {
  const { actions, events } = compiled({
    actions: {
      start: {
        input: { type: 'object', required: ['speed'], properties: { speed: { type: 'number' } } },
      },
      stop: {},
    },
    events: { fault: { data: { type: 'string', enum: ['hot', 'dry'] } }, ping: {} },
  });
  assert.equal(actions.get('start')?.checkInput({ speed: 1 }), undefined);
  assert.equal(actions.get('start')?.checkInput({ speed: 'x' })?.at, '/speed');
  for (const nothing of [undefined, null, {}])
    assert.equal(actions.get('stop')?.checkInput(nothing), undefined);
  assert.equal(actions.get('stop')?.checkInput(1)?.code, 'model.schema-mismatch');
  assert.equal(events.get('fault')?.checkData('hot'), undefined);
  assert.equal(events.get('fault')?.checkData('cold')?.code, 'model.schema-mismatch');
  assert.equal(events.get('ping')?.checkData({ x: 1 })?.code, 'model.schema-mismatch');
});

test('all faults of a document are named at their pointers', () => {
  assert.deepEqual(
    faults({
      '@context': 'https://example.com',
      '@type': 'Thing',
      id: 'pump',
      title: 7,
      titles: { en: 1, 'no such tag': 'x' },
      version: { model: '1' },
      properties: {
        a: { type: 'float' },
        b: { type: 'number', minimum: 5, maximum: 1, multipleOf: 0, unit: 'furlong' },
        c: { type: 'string', pattern: '(', minLength: -1 },
        'd/e': { type: 'object', properties: { 'x~y': { type: 1 } }, required: [1] },
        f: [],
        g: { type: 'boolean', readOnly: true, writeOnly: true, observable: 'yes' },
        h: {},
        i: { '@type': 'geo:Point', type: 'string' },
        j: { type: 'string', enum: [] },
      },
      actions: { x: { input: 7 } },
      events: { y: { data: { type: 'integer', maximum: '9' } } },
      links: ['x'],
      'tm:optional': ['/properties/a', '/properties/zz', 3],
    }),
    [
      'model.bad-thing-model /@context',
      'model.bad-thing-model /@type',
      'model.bad-thing-model /title',
      'model.bad-thing-model /titles/en',
      'model.bad-thing-model /titles/no such tag',
      'model.bad-thing-model /id',
      'model.bad-thing-model /version/model',
      'model.bad-thing-model /properties/a/type',
      'model.bad-thing-model /properties/b/minimum',
      'model.bad-thing-model /properties/b/multipleOf',
      'model.bad-unit /properties/b/unit',
      'model.bad-thing-model /properties/c/minLength',
      'model.bad-thing-model /properties/c/pattern',
      'model.bad-thing-model /properties/d~1e/properties/x~0y/type',
      'model.bad-thing-model /properties/d~1e/required/0',
      'model.bad-thing-model /properties/f',
      'model.bad-thing-model /properties/g/observable',
      'model.bad-thing-model /properties/g/writeOnly',
      'model.bad-thing-model /properties/h/type',
      'model.bad-thing-model /properties/i/type',
      'model.bad-thing-model /properties/j/enum',
      'model.bad-thing-model /actions/x/input',
      'model.bad-thing-model /events/y/data/maximum',
      'model.bad-thing-model /tm:optional/1',
      'model.bad-thing-model /tm:optional/2',
      'model.bad-thing-model /links/0',
    ],
  );
});

test('a placeholder is refused where a definite value is needed', () => {
  assert.deepEqual(
    faults({
      id: 'urn:dev:{{SERIAL}}',
      properties: {
        a: { type: '{{TYPE}}' },
        b: { type: 'number', maximum: '{{MAX}}', unit: '{{UNIT}}' },
        c: { type: 'string', enum: ['x', '{{X}}'] },
        '{{d}}': { type: 'string' },
      },
    }),
    [
      'model.placeholder /id',
      'model.placeholder /properties/a/type',
      'model.placeholder /properties/b/maximum',
      'model.placeholder /properties/b/unit',
      'model.placeholder /properties/c/enum/1',
      'model.placeholder /properties/{{d}}',
    ],
  );
  const named = compileModel(thingModel({ id: 'urn:dev:{{SERIAL}}' }), () => undefined, {
    limits,
    uri: 'urn:a:b',
  });
  assert.ok(named.ok && named.model.uri === 'urn:a:b');
});

test('what is no document, too deep or too large is refused', () => {
  for (const document of [null, 7, 'x', [], undefined]) {
    assert.deepEqual(faultsOf(compileAmong(document, limits)), ['model.bad-thing-model ']);
  }
  let deep: unknown = {};
  for (let i = 0; i < 200; i++) deep = { x: deep };
  assert.match(faults({ deep })[0] ?? '', /^model\.too-complex \/deep\/x/);
  assert.match(
    faults({ wide: Array.from({ length: 60_000 }, () => 0) })[0] ?? '',
    /^model\.too-complex \/wide\/\d+$/,
  );
  const many = Object.fromEntries(
    Array.from({ length: 2_001 }, (_, i) => [`p${i}`, { type: 'number' }]),
  );
  assert.deepEqual(faults({ properties: many }), ['model.too-complex ']);
  assert.deepEqual(faults({ text: 'x'.repeat(1_100_000) }), ['model.too-complex ']);
  assert.deepEqual(faults({ properties: { ['n'.repeat(300)]: { type: 'number' } } }), [
    `model.too-complex /properties/${'n'.repeat(300)}`,
  ]);
  const wrong = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`p${i}`, { type: 'x' }]));
  assert.equal(faults({ properties: wrong }).length, limits['model.faultsMax']);
});

test('names that reach prototypes are refused', () => {
  const document: unknown = JSON.parse(
    JSON.stringify(thingModel({ properties: { a: { type: 'number' } } })).replace(
      '"a"',
      '"__proto__"',
    ),
  );
  assert.deepEqual(faultsOf(compileAmong(document, limits)), [
    'model.bad-thing-model /properties/__proto__',
  ]);
});

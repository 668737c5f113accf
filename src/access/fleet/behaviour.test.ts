// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limitsOf } from '#core';
import { checkValue, compileModel, type CompiledModel } from '#model';
import { Behaviour } from './behaviour.ts';

function model(properties: object): CompiledModel {
  const document = {
    '@context': 'https://www.w3.org/2022/wot/td/v1.1',
    '@type': 'tm:ThingModel',
    id: 'urn:example:everything',
    title: 'Everything',
    properties,
  };
  const compiled = compileModel(document, () => undefined, { limits: limitsOf() });
  assert.ok(compiled.ok, JSON.stringify(compiled));
  return compiled.model;
}

const everything = model({
  narrow: { type: 'number', minimum: -1, maximum: 1, readOnly: true },
  open: { type: 'number', readOnly: true },
  count: { type: 'integer', minimum: 3, maximum: 9, readOnly: true },
  flag: { type: 'boolean', readOnly: true },
  switch: { type: 'boolean' },
  text: { type: 'string', readOnly: true },
  place: { '@type': 'geo:Point', type: 'array', readOnly: true },
  secret: { type: 'string', writeOnly: true },
});

test('every value passes its own model, at any time', () => {
  const device = new Behaviour({ model: everything }, 7, 'a');
  for (let i = 0; i < 2_000; i++) {
    const values = device.measure(Date.UTC(2026, 0, 1) + i * 60_000);
    assert.equal(Object.keys(values).length, 7);
    for (const [name, value] of Object.entries(values)) {
      const slot = everything.property(name);
      assert.ok(slot && checkValue(slot, value).ok, `${name} ${JSON.stringify(value)}`);
    }
  }
});

test('seed and name decide the values', () => {
  const run = (seed: number, name: string): string => {
    const device = new Behaviour({ model: everything }, seed, name);
    return JSON.stringify(Array.from({ length: 50 }, (_, i) => device.measure(i * 1_000)));
  };
  assert.equal(run(1, 'a'), run(1, 'a'));
  assert.notEqual(run(1, 'a'), run(1, 'b'));
  assert.notEqual(run(1, 'a'), run(2, 'a'));
});

test('a mismeasured value does not pass the model', () => {
  const { narrow } = new Behaviour({ model: everything }, 1, 'a').mismeasure(0);
  const slot = everything.property('narrow');
  assert.ok(slot && !checkValue(slot, narrow).ok);
});

test('only what can be written is told, and unknown actions fail', () => {
  const device = new Behaviour({ model: everything }, 1, 'a');
  assert.deepEqual(device.tell({ switch: true, flag: true, nothing: 1 }), { switch: true });
  assert.deepEqual(device.tell({ switch: 'yes' }), {});
  assert.equal(device.measure(0)['switch'], true);
  assert.throws(() => device.act('explode', {}), /no action explode/);
});

// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { limitsOf } from '#core';
import { BatchBuilder } from '../batch.ts';
import { bindingOf, modelOf, now, PayloadBench, rowsOf } from './fixtures.ts';
import { FastJson } from './json-fast.ts';

const model = modelOf({
  temperature: { type: 'number', minimum: -40, maximum: 125 },
  t: { type: 'number' },
  ti: { type: 'integer', maximum: 1_000 },
  on: { type: 'boolean' },
  mode: { type: 'string', enum: ['auto', 'off'] },
  name: { type: 'string' },
  step: { type: 'number', multipleOf: 0.5 },
  raw: { type: 'array' },
  温度: { type: 'number' },
  7: { type: 'number' },
  time: { type: 'number' },
  secret: { type: 'number', writeOnly: true },
});
const bench = new PayloadBench(bindingOf(model), limitsOf({ 'payload.keysMax': 40 }));

function agree(text: string): void {
  assert.deepEqual(bench.decode(text), bench.decode(text, 'json', 'general'), text);
}

const key = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...model.properties.map((slot) => slot.name)) },
  fc.constantFrom('values', 'tem', 'temperature2', '', '__proto__', 'T'),
);
const numeral = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.integer({ min: -50, max: 130 }).map(String),
  fc.integer({ min: -5_000, max: 13_000 }).map((n) => (n / 100).toFixed(2)),
  fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }).map(String),
  fc.constantFrom(
    '-0',
    '0.0',
    '1e2',
    '1E+2',
    '2.5e-3',
    '1e400',
    '00',
    '-',
    '1.',
    '.5',
    '+1',
    '0x1',
    '1e',
    '123456789012345.5',
  ),
);
const value = fc.oneof(
  { weight: 6, arbitrary: numeral },
  fc.constantFrom(
    'true',
    'false',
    'null',
    '"auto"',
    '"off"',
    '"on"',
    '[]',
    '[1]',
    '{}',
    '{"values":{"t":1}}',
    'tru',
    '""',
  ),
  fc.string({ unit: 'grapheme', maxLength: 5 }).map((text) => JSON.stringify(text)),
);
const space = fc.constantFrom('', '', '', ' ', '\n\t', '\u00a0');
const pair = fc
  .tuple(space, key, space, space, value, space)
  .map(([a, name, b, c, text, d]) => `${a}${JSON.stringify(name)}${b}:${c}${text}${d}`);
const flat = fc.array(pair, { maxLength: 5 }).map((pairs) => `{${pairs.join(',')}}`);
const time = fc.oneof(
  fc.integer({ min: now - 8 * 86_400_000, max: now + 600_000 }).map(String),
  fc
    .integer({ min: now - 8 * 86_400_000, max: now + 600_000 })
    .map((ms) => `"${new Date(ms).toISOString()}"`),
  fc.constantFrom(
    '"x"',
    'null',
    '1e300',
    '""',
    `${now}.75`,
    '"2026-11-20T16:00:00+08:00"',
    '"2026-11-20T08:00:00\\u005a"',
  ),
);
const envelope = fc.oneof(
  fc
    .tuple(space, time, space, flat)
    .map(([a, at, b, values]) => `{${a}"time":${a}${at}${b},${b}"values":${a}${values}${b}}`),
  fc.tuple(time, flat).map(([at, values]) => `{"values":${values},"time":${at}}`),
  flat.map((values) => `{"values":${values}}`),
);
const item = fc.oneof(flat, envelope);
const payload = fc.oneof(
  item,
  fc.array(item, { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
  fc.tuple(item, fc.nat()).map(([text, at]) => text.slice(0, at % (text.length + 1))),
);

test('the fast path reads what the general path reads', () => {
  fc.assert(fc.property(payload, agree), { numRuns: 5_000 });
});

test('numbers are read exactly as the engine reads them', () => {
  fc.assert(
    fc.property(numeral, (text) => agree(`{"t":${text}}`)),
    { numRuns: 5_000 },
  );
});

test('plain messages do take the fast path', () => {
  const fast = new FastJson({ pastMs: 604_800_000, futureMs: 300_000 }, 1_000);
  const taken = (text: string): readonly string[] | undefined => {
    const bytes = Buffer.from(text);
    const batch = new BatchBuilder();
    bench.binding.serverTime = 0;
    const report = fast.decode({
      bytes,
      start: 0,
      end: bytes.length,
      contentType: 'json',
      binding: bench.binding,
      batch,
      now,
    });
    return report === undefined ? undefined : rowsOf(batch);
  };
  assert.deepEqual(taken('{"temperature":21.5,"on":true}'), ['2 21.5', '5 1']);
  assert.deepEqual(taken('{"on":true,"temperature":21.5,"ti":3,"温度":-1.25e2}'), [
    '5 1',
    '2 21.5',
    '4 3',
    '10 -125',
  ]);
  assert.deepEqual(taken('{"time":"2026-11-20T08:00:00Z","values":{"mode":"auto","step":2.5}}'), [
    '6 "auto"',
    '8 2.5',
  ]);
  assert.deepEqual(taken('[ {"t":1} , {"values":{"t":2}}, {} ]'), ['3 1', '3 1 2']);
  for (const text of [
    '{"t":1,"t":2}',
    '{"t":"x"}',
    '{"raw":[]}',
    '{"7":1}',
    '{"secret":1}',
    '{"time":1}',
    '{"t":1',
    '{"temperature":126}',
  ]) {
    assert.equal(taken(text), undefined, text);
  }
});

// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bindingOf, modelOf, now, PayloadBench, type Decoded } from './fixtures.ts';

const model = modelOf({
  temperature: { type: 'number', unit: 'Cel', minimum: -40, maximum: 125 },
  humidity: { type: 'number', unit: '%' },
  voltage: { type: 'number', unit: 'V' },
  current: { type: 'number', unit: 'A' },
  energy: { type: 'number', unit: 'kW.h' },
  open: { type: 'boolean' },
  label: { type: 'string' },
  plain: { type: 'number' },
  count: { type: 'integer', unit: '1' },
  'urn:dev:x:flow': { type: 'number' },
});
const bench = new PayloadBench(bindingOf(model));
const decode = (pack: unknown): Decoded => bench.decode(JSON.stringify(pack), 'senml+json');
const good = (...rows: readonly string[]): Decoded => ({ rows, refused: [], fault: undefined });

test('values of each type', () => {
  assert.deepEqual(
    decode([
      { n: 'temperature', u: 'Cel', v: 23.1 },
      { n: 'open', vb: true },
      { n: 'label', vs: 'x' },
      { n: 'label', vd: 'AQID' },
    ]),
    good('1 23.1', '6 1', '7 "x"', '7 "AQID"'),
  );
});

test('base fields hold until they change (RFC 8428 § 5.1.3)', () => {
  const seconds = now / 1_000;
  assert.deepEqual(
    decode([
      {
        bn: 'urn:dev:ow:10e2073a0108006:',
        bt: seconds,
        bu: 'A',
        bver: 5,
        n: 'voltage',
        u: 'V',
        v: 120.1,
      },
      { n: 'current', t: -5, v: 1.2 },
      { n: 'current', t: -4, v: 1.3 },
      { bn: 'urn:other/', bt: seconds - 60, bu: 'mA', n: 'current', v: 1_500 },
    ]),
    good('3 120.1', '4 -5000 1.2', '4 -4000 1.3', '4 -60000 1.5'),
  );
});

test('base values are added, or stand for a missing value', () => {
  assert.deepEqual(
    decode([{ bv: 20, n: 'plain', v: 1.5 }, { n: 'plain' }, { n: 'plain', v: -1 }]),
    good('8 21.5', '8 20', '8 19'),
  );
});

test('times are absolute, relative to now, or now (§ 4.5.3)', () => {
  const seconds = now / 1_000;
  assert.deepEqual(
    decode([
      { n: 'plain', v: 1 },
      { n: 'plain', v: 2, t: -10 },
      { n: 'plain', v: 3, t: 1.5 },
      { n: 'plain', v: 4, t: seconds - 0.25 },
      { n: 'plain', v: 5, t: seconds - 8 * 86_400 },
      { n: 'plain', v: 6, t: 3_600 },
    ]),
    good('8 1', '8 -10000 2', '8 1500 3', '8 -250 4', '8 1 5 q32', '8 2 6 q32'),
  );
  assert.deepEqual(decode([{ n: 'plain', v: 1, t: -1e300 }]).refused, ['model.bad-time /0/t']);
});

test('units are converted to those of the model', () => {
  assert.deepEqual(
    decode([
      { n: 'temperature', u: 'K', v: 300 },
      { n: 'humidity', u: '%RH', v: 55 },
      { n: 'humidity', u: '/', v: 0.5 },
      { n: 'energy', u: 'J', v: 3.6e6 },
      { n: 'energy', u: 'Wh', v: 500 },
      { n: 'plain', u: 'anything', v: 1 },
      { n: 'temperature', v: 1 },
      { n: 'count', u: 'count', v: 3 },
    ]),
    good('1 26.85', '2 55', '2 50', '5 1', '5 0.5', '8 1', '1 1', '9 3'),
  );
  assert.deepEqual(
    decode([
      { n: 'temperature', u: 'm', v: 1 },
      { n: 'voltage', u: 'furlong', v: 1 },
      { n: 'voltage', v: 1 },
    ]),
    {
      rows: ['3 1'],
      refused: ['model.unit-mismatch /0/u', 'model.unit-mismatch /1/u'],
      fault: undefined,
    },
  );
});

test('names become properties', () => {
  assert.deepEqual(
    decode([
      { n: 'urn:dev:x:flow', v: 1 },
      { n: 'urn:example:pump:7/temperature', v: 2 },
      { bn: 'urn:example:pump:7:', n: 'temperature', v: 3 },
      { bn: 'urn:dev:mac:0024befffe804ff1/', n: 'humidity', v: 4 },
      { bn: 'urn:dev:mac:1/temperature', v: 5 },
      { bn: 'gw_1_', n: 'plain', v: 6 },
      { bn: '', n: 'building/3/plain', v: 7 },
    ]),
    good('10 1', '1 2', '1 3', '2 4', '1 5', '8 6', '8 7'),
  );
  assert.deepEqual(decode([{ bn: 'urn:x/', n: 'nope', v: 1 }, { v: 1 }]).refused, [
    'model.unknown-property /0',
    'model.unknown-property /1',
  ]);
});

test('bad records are named, their neighbours kept', () => {
  assert.deepEqual(
    decode([
      7,
      { n: 'plain', v: 'x' },
      { n: 7, v: 1 },
      { n: 'plain', v: 1, vb: true },
      { n: 'plain' },
      { n: 'plain', s: 5 },
      { n: 'temperature', v: 200 },
      { n: 'open', v: 1 },
      { bn: '' },
      { n: 'plain', v: 8, s: 9, ut: 60, extra: true },
    ]),
    {
      rows: ['8 8'],
      refused: [
        'model.bad-senml /0',
        'model.bad-senml /1/v',
        'model.bad-senml /2/n',
        'model.bad-senml /3',
        'model.bad-senml /4',
        'model.bad-senml /5',
        'model.out-of-range /6',
        'model.wrong-type /7',
      ],
      fault: undefined,
    },
  );
});

test('a pack that cannot be understood is refused as a whole', () => {
  const first = { n: 'plain', v: 1 };
  const faults: readonly (readonly [unknown, string])[] = [
    [{}, 'model.bad-senml '],
    [7, 'model.bad-senml '],
    [[first, { bn: 7 }], 'model.bad-senml /1/bn'],
    [[first, { bt: '1' }], 'model.bad-senml /1/bt'],
    [[first, { bver: 11 }], 'model.bad-senml /1/bver'],
    [[first, { n: 'plain', v: 1, 'x/y_': 1 }], 'model.bad-senml /1/x~1y_'],
  ];
  for (const [pack, fault] of faults)
    assert.deepEqual(decode(pack), { rows: [], refused: [], fault });
  assert.deepEqual(decode([]), good());
});

test('CBOR has integer labels (RFC 8428 § 6)', () => {
  const seconds = (now / 1_000).toString(16);
  // [{-2: "urn:x:", -3: now, 0: "temperature", 1: "Cel", 2: 23.5}, {0: "open", 4: true, 6: -5}, {"n": "plain", "v": 7}]
  const hex = `83a5216675726e3a783a221a${seconds}006b74656d70657261747572650163${Buffer.from('Cel').toString('hex')}02f94de0a300646f70656e04f50624a2616e65706c61696e617607`;
  assert.deepEqual(
    bench.decode(Buffer.from(hex, 'hex'), 'senml+cbor'),
    good('1 23.5', '6 -5000 1', '8 7'),
  );
  // NaN as value and as base time.
  assert.deepEqual(
    bench.decode(Buffer.from('81a20065706c61696e02f97e00', 'hex'), 'senml+cbor').refused,
    ['model.out-of-range /0'],
  );
  assert.equal(
    bench.decode(Buffer.from('81a122f97e00', 'hex'), 'senml+cbor').fault,
    'model.bad-senml /0/bt',
  );
});

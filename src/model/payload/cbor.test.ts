// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limitsOf } from '#core';
import { decodeCbor } from './cbor.ts';
import { bindingOf, modelOf, PayloadBench, type Decoded } from './fixtures.ts';

const limits = limitsOf();

function decode(hex: string): unknown {
  const bytes = Buffer.from(`0000${hex}ff`, 'hex');
  const result = decodeCbor(bytes, 2, bytes.length - 1, limits);
  return result.ok ? result.value : `${result.fault.code} ${result.fault.at}`;
}

/** RFC 8949 appendix A, in the values that JSON has. */
const examples: readonly (readonly [string, unknown])[] = [
  ['00', 0],
  ['01', 1],
  ['0a', 10],
  ['17', 23],
  ['1818', 24],
  ['1819', 25],
  ['1864', 100],
  ['1903e8', 1_000],
  ['1a000f4240', 1_000_000],
  ['1b000000e8d4a51000', 1_000_000_000_000],
  ['1bffffffffffffffff', 2 ** 64],
  ['c249010000000000000000', 2 ** 64],
  ['3bffffffffffffffff', -(2 ** 64)],
  ['c349010000000000000000', -(2 ** 64)],
  ['20', -1],
  ['29', -10],
  ['3863', -100],
  ['3903e7', -1_000],
  ['f90000', 0],
  ['f98000', -0],
  ['f93c00', 1],
  ['fb3ff199999999999a', 1.1],
  ['f93e00', 1.5],
  ['f97bff', 65_504],
  ['fa47c35000', 100_000],
  ['fa7f7fffff', 3.402_823_466_385_288_6e38],
  ['fb7e37e43c8800759c', 1e300],
  ['f90001', 5.960_464_477_539_063e-8],
  ['f90400', 0.000_061_035_156_25],
  ['f9c400', -4],
  ['fbc010666666666666', -4.1],
  ['f97c00', Number.POSITIVE_INFINITY],
  ['f97e00', Number.NaN],
  ['f9fc00', Number.NEGATIVE_INFINITY],
  ['fa7f800000', Number.POSITIVE_INFINITY],
  ['fa7fc00000', Number.NaN],
  ['faff800000', Number.NEGATIVE_INFINITY],
  ['fb7ff0000000000000', Number.POSITIVE_INFINITY],
  ['fb7ff8000000000000', Number.NaN],
  ['fbfff0000000000000', Number.NEGATIVE_INFINITY],
  ['f4', false],
  ['f5', true],
  ['f6', null],
  ['f7', null],
  ['c074323031332d30332d32315432303a30343a30305a', '2013-03-21T20:04:00Z'],
  ['c11a514b67b0', '2013-03-21T20:04:00Z'],
  ['c1fb41d452d9ec200000', '2013-03-21T20:04:00.500Z'],
  ['d74401020304', 'AQIDBA'],
  ['d818456449455446', 'ZElFVEY'],
  ['d82076687474703a2f2f7777772e6578616d706c652e636f6d', 'http://www.example.com'],
  ['40', ''],
  ['4401020304', 'AQIDBA'],
  ['60', ''],
  ['6161', 'a'],
  ['6449455446', 'IETF'],
  ['62225c', '"\\'],
  ['62c3bc', 'ü'],
  ['63e6b0b4', '水'],
  ['64f0908591', '𐅑'],
  ['80', []],
  ['83010203', [1, 2, 3]],
  ['8301820203820405', [1, [2, 3], [4, 5]]],
  [
    '98190102030405060708090a0b0c0d0e0f101112131415161718181819',
    Array.from({ length: 25 }, (_, i) => i + 1),
  ],
  ['a0', {}],
  ['a201020304', { 1: 2, 3: 4 }],
  ['a26161016162820203', { a: 1, b: [2, 3] }],
  ['826161a161626163', ['a', { b: 'c' }]],
  ['a56161614161626142616361436164614461656145', { a: 'A', b: 'B', c: 'C', d: 'D', e: 'E' }],
  ['5f42010243030405ff', 'AQIDBAU'],
  ['7f657374726561646d696e67ff', 'streaming'],
  ['9fff', []],
  ['9f018202039f0405ffff', [1, [2, 3], [4, 5]]],
  ['9f01820203820405ff', [1, [2, 3], [4, 5]]],
  ['83018202039f0405ff', [1, [2, 3], [4, 5]]],
  ['83019f0203ff820405', [1, [2, 3], [4, 5]]],
  ['bf61610161629f0203ffff', { a: 1, b: [2, 3] }],
  ['826161bf61626163ff', ['a', { b: 'c' }]],
  ['bf6346756ef563416d7421ff', { Fun: true, Amt: -2 }],
  // § 3.4.4: a decimal fraction and a bigfloat.
  ['c48221196ab3', 273.15],
  ['c5822003', 1.5],
];

for (const [hex, value] of examples) {
  test(`${hex.slice(0, 30)} is ${JSON.stringify(value)}`, () =>
    assert.deepEqual(decode(hex), value));
}

/** What is not well-formed (appendix F and § 5.3.1), or has no place in JSON. */
const refused: readonly (readonly [string, string])[] = [
  ['', 'byte 0'],
  ['18', 'byte 1'],
  ['19ff', 'byte 1'],
  ['1bffffffffffffff', 'byte 1'],
  ['1c', 'byte 0'],
  ['1f', 'byte 0'],
  ['3f', 'byte 0'],
  ['df', 'byte 0'],
  ['41', 'byte 1'],
  ['5bffffffffffffffff00', 'byte 9'],
  ['7a7fffffff61', 'byte 5'],
  ['61ff', 'byte 1'],
  ['5f6161ff', 'byte 1'],
  ['5f5f4100ffff', 'byte 1'],
  ['5f00ff', 'byte 1'],
  ['5f', 'byte 1'],
  ['81', 'byte 1'],
  ['9bffffffffffffffff', 'byte 9'],
  ['8201', 'byte 2'],
  ['9f', 'byte 1'],
  ['81ff', 'byte 1'],
  ['a1', 'byte 1'],
  ['a161', 'byte 2'],
  ['a16161', 'byte 3'],
  ['bf6161ff', 'byte 3'],
  ['a1ff00', 'byte 1'],
  ['a1f500', 'byte 1'],
  ['a18000', 'byte 1'],
  ['c0', 'byte 1'],
  ['c1ff', 'byte 1'],
  ['c16161', 'byte 1'],
  ['c1f97c00', 'byte 1'],
  ['c201', 'byte 1'],
  ['c4820102030405', 'byte 4'],
  ['c48101', 'byte 1'],
  ['f0', 'byte 0'],
  ['f8ff', 'byte 0'],
  ['f818', 'byte 0'],
  ['fe', 'byte 0'],
  ['ff', 'byte 1'],
  ['0000', 'byte 1'],
];

for (const [hex, at] of refused) {
  test(`${hex} is refused at ${at}`, () => assert.equal(decode(hex), `model.bad-cbor ${at}`));
}

test('depth and members are bounded', () => {
  assert.equal(decode('81'.repeat(100_000)), 'model.payload-too-large ');
  assert.equal(decode('c6'.repeat(100_000)), 'model.payload-too-large ');
  assert.equal(decode(`9f${'00'.repeat(10_001)}ff`), 'model.payload-too-large ');
  assert.equal(decode(`7f${'60'.repeat(10_001)}ff`), 'model.payload-too-large ');
});

test('of equal keys the last counts; __proto__ is a key', () => {
  assert.deepEqual(decode('a2616101616102'), { a: 2 });
  const value = decode(`a1695f5f70726f746f5f5fa1616101`);
  assert.deepEqual(Object.keys(value ?? {}), ['__proto__']);
});

test('the shapes of JSON are also those of CBOR', () => {
  const bench = new PayloadBench(
    bindingOf(
      modelOf({
        t: { type: 'number' },
        on: { type: 'boolean' },
        j: { type: 'object' },
        s: { type: 'string' },
      }),
    ),
  );
  const rows = (hex: string): Decoded => bench.decode(Buffer.from(hex, 'hex'), 'cbor');
  assert.deepEqual(rows('a26174f94d60626f6ef5'), {
    rows: ['1 21.5', '2 1'],
    refused: [],
    fault: undefined,
  });
  // {"time": 1(1795161599), "values": {"t": 1}} and {"t": NaN, "s": h'01', "j": {"x": NaN}}
  assert.deepEqual(rows('a26474696d65c11a6afffdff6676616c756573a1617401').rows, ['1 -1000 1']);
  assert.deepEqual(rows('a36174f97e00617341016161a0'), {
    rows: ['4 "AQ"'],
    refused: ['model.out-of-range /t', 'model.unknown-property /a'],
    fault: undefined,
  });
  assert.deepEqual(rows('a1616aa16178f97e00').refused, ['model.out-of-range /j']);
  assert.equal(rows('a16174').fault, 'model.bad-cbor byte 3');
});

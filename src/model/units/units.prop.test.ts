// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { unwrap } from '#core';
import { atomTable } from './atoms.ts';
import { conversion, parseUnit } from './index.ts';

const linear = fc.constantFrom(
  ...atomTable
    .filter((atom) => atom.special === undefined && !atom.code.startsWith('10'))
    .map((atom) => atom.code),
);
const term = fc
  .array(fc.tuple(linear, fc.integer({ min: -3, max: 3 })), { minLength: 1, maxLength: 4 })
  .map((parts) =>
    parts.map(([code, exponent]) => `${code}${exponent === 0 ? '' : exponent}`).join('.'),
  );

test('a product parses, divides out, and converts to itself', () => {
  fc.assert(
    fc.property(term, (code) => {
      assert.ok(parseUnit(code).ok, code);
      const ratio = unwrap(parseUnit(`(${code})/(${code})`));
      assert.equal(ratio.dimension.size, 0, code);
      assert.ok(Math.abs(ratio.factor - 1) < 1e-9, code);
      assert.equal(unwrap(conversion(code, code))(1.25), 1.25);
    }),
  );
});

test('a conversion there and back gives the value again', () => {
  const pairs = fc.constantFrom(
    ['Cel', '[degF]'],
    ['km/h', 'm/s'],
    ['[psi]', 'kPa'],
    ['[pH]', 'mol/l'],
    ['dB[W]', 'mW'],
    ['[gal_us]/min', 'l/s'],
  );
  fc.assert(
    fc.property(pairs, fc.double({ min: -50, max: 50, noNaN: true }), ([from, to], value) => {
      const there = unwrap(conversion(from ?? '', to ?? ''))(value);
      const back = unwrap(conversion(to ?? '', from ?? ''))(there);
      assert.ok(Math.abs(back - value) < 1e-9, `${value} ${there} ${back}`);
    }),
  );
});

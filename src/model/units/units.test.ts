// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unwrap } from '#core';
import { atomTable, baseUnits } from './atoms.ts';
import { commensurable, conversion, parseUnit, unitCode, unitLabel } from './index.ts';

const convert = (value: number, from: string, to: string): number =>
  unwrap(conversion(from, to))(value);

test('every atom of the table is a unit, and its definition too', () => {
  assert.equal(new Set(atomTable.map((atom) => atom.code)).size, atomTable.length, 'no code twice');
  for (const { code } of atomTable) assert.ok(parseUnit(code).ok, code);
  for (const code of baseUnits) assert.ok(parseUnit(`k${code}`).ok, code);
});

/** value, unit, value, unit: defined or published equalities. */
const equalities: readonly (readonly [number, string, number, string])[] = [
  [0, 'Cel', 273.15, 'K'],
  [100, 'Cel', 212, '[degF]'],
  [-40, 'Cel', -40, '[degF]'],
  [80, '[degRe]', 100, 'Cel'],
  [1, 'kCel', 1_273.15, 'K'],
  [1, 'kW.h', 3.6, 'MJ'],
  [1, 'kW.h/m2', 3.6e6, 'J/m2'],
  [36, 'km/h', 10, 'm/s'],
  [1, '[kn_i]', 1_852, 'm/h'],
  [1, '[mi_i]', 1_609.344, 'm'],
  [1, '[ft_us]', 0.304_800_609_601_2, 'm'],
  [1, '[acr_us]', 4_046.872_609_874, 'm2'],
  [1, '[gal_us]', 3.785_411_784, 'l'],
  [1, '[gal_br]', 4.546_09, 'L'],
  [1, '[cup_us]', 8, '[foz_us]'],
  [1, '[bbl_us]', 158.987_294_928, 'l'],
  [1, '[lb_av]', 453.592_37, 'g'],
  [1, '[oz_tr]', 31.103_476_8, 'g'],
  [1, '[stone_av]', 6.350_293_18, 'kg'],
  [1, '[psi]', 6_894.757_293_168, 'Pa'],
  [1, 'atm', 1_013.25, 'hPa'],
  [1, 'bar', 100, 'kPa'],
  [1, 'att', 98_066.5, 'Pa'],
  [1, 'm[H2O]', 9.806_65, 'kPa'],
  [1, '[HP]', 745.699_871_582_3, 'W'],
  [1, 'cal_IT', 4.186_8, 'J'],
  [1, '[Btu_IT]', 1_055.055_852_62, 'J'],
  [1, 'eV', 1.602_176_634e-19, 'J'],
  [1, 'A.h', 3_600, 'C'],
  [1, 'V.A', 1, 'W'],
  [1, 'Ohm', 1, 'V/A'],
  [1, 'uS/cm', 1e-4, 'S/m'],
  [1, 'G', 1e-4, 'T'],
  [1, 'Ci', 37, 'GBq'],
  [1, 'REM', 10, 'mSv'],
  [1, 'lx', 1, 'cd.sr/m2'],
  [180, 'deg', Math.PI, 'rad'],
  [1, 'circ', 360, 'deg'],
  [100, 'gon', 90, 'deg'],
  [1, 'deg', 3_600, "''"],
  [1, '%', 10, '[ppth]'],
  [1, '[ppm]', 1e-4, '%'],
  [1, 'mg/l', 1, 'g/m3'],
  [5, '10*3/ul', 5e9, '/l'],
  [2, '10^3', 2_000, '1'],
  [7, '[pH]', 1e-7, 'mol/l'],
  [3, 'B', 1_000, '1'],
  [20, 'dB', 100, '1'],
  [30, 'dB[W]', 1, 'kW'],
  [6, 'B[V]', 1_000, 'V'],
  [1, 'KiBy', 8_192, 'bit'],
  [1, 'By/s', 8, 'Bd'],
  [1, 'wk', 168, 'h'],
  [1, 'mol', 6.022_140_76e23, '1'],
  [1, 'daN', 10, 'N'],
  [1, '{r}/min', 60, '/h'],
  [1, 'kg/(m.s2)', 1, 'Pa'],
  [1, 'm/s/s', 1, 'm.s-2'],
  [1, 'm/s.s', 1, 'm'],
  [1, '2.m', 2, 'm'],
  [3, '[tsp_us]', 1, '[tbs_us]'],
];

for (const [a, from, b, to] of equalities) {
  test(`${a} ${from} = ${b} ${to}`, () => {
    const close = (value: number, wanted: number): void => {
      const error = Math.abs(value - wanted) / Math.max(Math.abs(wanted), 1e-300);
      assert.ok(wanted === 0 ? Math.abs(value) < 1e-9 : error < 1e-11, `${value} is not ${wanted}`);
    };
    close(convert(a, from, to), b);
    close(convert(b, to, from), a);
  });
}

test('no digits are made up', () => {
  assert.equal(convert(1, 'Cel', '[degF]'), 33.8);
  assert.equal(convert(0.1, 'm', 'm'), 0.1);
  assert.equal(convert(1 / 3, 'V.A', 'V.A{var}'), 1 / 3);
});

test('quantities of different kinds are not converted', () => {
  for (const [from, to] of [
    ['m', 's'],
    ['Cel', '%'],
    ['[iU]', '1'],
    ['[iU]', "[arb'U]"],
    ['rad', '1'],
    ['J', 'W'],
  ] as const) {
    const result = conversion(from, to);
    assert.ok(!result.ok && result.fault.code === 'model.unit-mismatch', `${from} ${to}`);
  }
  assert.ok(commensurable(unwrap(parseUnit('[IU]')), unwrap(parseUnit('k[iU]'))));
});

const refused = [
  '',
  'foo',
  'cel',
  'CEL',
  'm//s',
  'm.',
  '/',
  '(m',
  'm)',
  'm{a',
  'k%',
  '2m',
  'm0',
  'm99',
  'Cel2',
  'Cel/h',
  'm.Cel',
  'k[ft_i]',
  'kk',
  '0',
  'm s',
  '℃',
  '[',
  ']',
  '{',
  'm^2',
  `${'m.'.repeat(100)}m`,
];

for (const code of refused) {
  test(`${JSON.stringify(code.slice(0, 20))} is no UCUM code`, () => {
    const result = parseUnit(code);
    assert.ok(!result.ok);
    assert.equal(result.fault.code, 'model.bad-unit');
    assert.match(result.fault.at ?? '', /^character \d+$/);
  });
}

test('common notations become UCUM codes', () => {
  const pairs = {
    '℃': 'Cel',
    '°C': 'Cel',
    'degree celsius': 'Cel',
    'qudt:DEG_C': 'Cel',
    kWh: 'kW.h',
    'kWh/m²': 'kW.h/m2',
    'm³/h': 'm3/h',
    'μg/m³': 'ug/m3',
    'm^2': 'm2',
    '10^3': '10^3',
    N·m: 'N.m',
    ft: '[ft_i]',
    mph: '[mi_i]/h',
    percent: '%',
    dBm: 'dB{mW}',
    kvar: 'kV.A{var}',
    ' Pa ': 'Pa',
    '%': '%',
    1: '1',
  };
  for (const [text, code] of Object.entries(pairs)) assert.equal(unwrap(unitCode(text)), code);
  for (const text of ['furlong', 'constructor', '__proto__', ''])
    assert.ok(!unitCode(text).ok, text);
});

test('labels', () => {
  assert.deepEqual(unitLabel('Cel'), { symbol: '°C', en: 'degree Celsius', zh: '摄氏度' });
  assert.deepEqual(unitLabel('toString'), { symbol: 'toString', en: 'toString', zh: 'toString' });
});

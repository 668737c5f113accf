// SPDX-License-Identifier: Apache-2.0
import { fail, ok, type Result } from '#core';
import { parseUnit } from './parse.ts';

/**
 * What people write instead of UCUM codes. An entry goes before the grammar: by the grammar `ft` would be a femtotonne
 * and `mph` a milliphot. UCUM has no var, dBm or NTU; annotations keep the meaning for people.
 */
const aliasTable: Readonly<Record<string, string>> = {
  percent: '%',
  '%RH': '%{RH}',
  RH: '%{RH}',
  celsius: 'Cel',
  degC: 'Cel',
  'deg c': 'Cel',
  'deg f': '[degF]',
  'degree celsius': 'Cel',
  degree_celsius: 'Cel',
  'degrees celsius': 'Cel',
  fahrenheit: '[degF]',
  degF: '[degF]',
  'degree fahrenheit': '[degF]',
  kelvin: 'K',
  pH: '[pH]',
  ppm: '[ppm]',
  ppb: '[ppb]',
  Wh: 'W.h',
  kWh: 'kW.h',
  MWh: 'MW.h',
  GWh: 'GW.h',
  Ah: 'A.h',
  mAh: 'mA.h',
  VA: 'V.A',
  kVA: 'kV.A',
  MVA: 'MV.A',
  VAh: 'V.A.h',
  kVAh: 'kV.A.h',
  var: 'V.A{var}',
  kvar: 'kV.A{var}',
  Mvar: 'MV.A{var}',
  varh: 'V.A.h{var}',
  kvarh: 'kV.A.h{var}',
  dBm: 'dB{mW}',
  dBA: 'dB{A}',
  'dB(A)': 'dB{A}',
  NTU: '{NTU}',
  FNU: '{FNU}',
  PSU: '{PSU}',
  Nm: 'N.m',
  rpm: '{r}/min',
  'r/min': '{r}/min',
  bpm: '{beat}/min',
  ft: '[ft_i]',
  in: '[in_i]',
  mi: '[mi_i]',
  mph: '[mi_i]/h',
  kn: '[kn_i]',
  knot: '[kn_i]',
  lb: '[lb_av]',
  oz: '[oz_av]',
  gal: '[gal_us]',
  psi: '[psi]',
  mmHg: 'mm[Hg]',
  inHg: "[in_i'Hg]",
  mmH2O: 'mm[H2O]',
  BTU: '[Btu_IT]',
  lux: 'lx',
  ohm: 'Ohm',
  sec: 's',
  second: 's',
  seconds: 's',
  minute: 'min',
  minutes: 'min',
  hour: 'h',
  hours: 'h',
  day: 'd',
  days: 'd',
  meter: 'm',
  metre: 'm',
  gram: 'g',
  liter: 'l',
  litre: 'l',
  volt: 'V',
  ampere: 'A',
  watt: 'W',
  pascal: 'Pa',
  bps: 'bit/s',
  kbps: 'kbit/s',
  Mbps: 'Mbit/s',
  byte: 'By',
  bytes: 'By',
  KB: 'kBy',
  MB: 'MBy',
  GB: 'GBy',
  KiB: 'KiBy',
  MiB: 'MiBy',
  count: '1',
  none: '1',
};

const characterTable: readonly (readonly [RegExp, string])[] = [
  [/[µμ]/gu, 'u'],
  [/℃|[°º]C/gu, 'Cel'],
  [/℉|[°º]F/gu, '[degF]'],
  [/°/gu, 'deg'],
  [/[ΩΩ]/gu, 'Ohm'],
  [/％/gu, '%'],
  [/㎡/gu, 'm2'],
  [/㎥/gu, 'm3'],
  [/²/gu, '2'],
  [/³/gu, '3'],
  [/[·⋅×]/gu, '.'],
  [/(?<!10)\^/gu, ''],
];

/** The UCUM code that a text means: itself, or that of a common notation such as ℃, kWh, m³/h. Else `model.bad-unit`. */
export function unitCode(text: string): Result<string> {
  const trimmed = text.trim();
  const alias = aliasOf(trimmed);
  if (alias !== undefined) return ok(alias);
  const exact = parseUnit(trimmed);
  if (exact.ok) return ok(trimmed);
  const ascii = characterTable.reduce((code, [from, to]) => code.replace(from, to), trimmed);
  const code =
    aliasOf(ascii) ??
    ascii
      .split('/')
      .map((part) => aliasOf(part) ?? part)
      .join('/');
  return parseUnit(code).ok ? ok(code) : fail('model.bad-unit', undefined, exact.fault.detail);
}

function aliasOf(text: string): string | undefined {
  const local = text.replace(/^(?:qudt|unit|om|om2|ucum):/, '').replaceAll('_', ' ');
  return own(text) ?? own(local) ?? own(local.toLowerCase());
}

function own(text: string): string | undefined {
  return Object.hasOwn(aliasTable, text) ? aliasTable[text] : undefined;
}

export interface UnitLabel {
  readonly symbol: string;
  readonly en: string;
  readonly zh: string;
}

const labelTable: Readonly<Record<string, readonly [string, string, string]>> = {
  '1': ['', 'number', '数值'],
  '%': ['%', 'percent', '百分比'],
  '%{RH}': ['%RH', 'relative humidity', '相对湿度'],
  '[ppm]': ['ppm', 'parts per million', '百万分率'],
  '[ppb]': ['ppb', 'parts per billion', '十亿分率'],
  Cel: ['°C', 'degree Celsius', '摄氏度'],
  '[degF]': ['°F', 'degree Fahrenheit', '华氏度'],
  K: ['K', 'kelvin', '开尔文'],
  '[pH]': ['pH', 'pH', '酸碱度'],
  dB: ['dB', 'decibel', '分贝'],
  'dB{A}': ['dB(A)', 'A-weighted decibel', 'A 声级分贝'],
  'dB{mW}': ['dBm', 'decibel-milliwatt', '分贝毫瓦'],
  m: ['m', 'metre', '米'],
  mm: ['mm', 'millimetre', '毫米'],
  cm: ['cm', 'centimetre', '厘米'],
  km: ['km', 'kilometre', '千米'],
  um: ['μm', 'micrometre', '微米'],
  m2: ['m²', 'square metre', '平方米'],
  m3: ['m³', 'cubic metre', '立方米'],
  l: ['L', 'litre', '升'],
  ml: ['mL', 'millilitre', '毫升'],
  'm3/h': ['m³/h', 'cubic metre per hour', '立方米每小时'],
  'm3/s': ['m³/s', 'cubic metre per second', '立方米每秒'],
  'l/min': ['L/min', 'litre per minute', '升每分钟'],
  'm/s': ['m/s', 'metre per second', '米每秒'],
  'km/h': ['km/h', 'kilometre per hour', '千米每小时'],
  'm/s2': ['m/s²', 'metre per second squared', '米每二次方秒'],
  g: ['g', 'gram', '克'],
  kg: ['kg', 'kilogram', '千克'],
  t: ['t', 'tonne', '吨'],
  s: ['s', 'second', '秒'],
  ms: ['ms', 'millisecond', '毫秒'],
  min: ['min', 'minute', '分钟'],
  h: ['h', 'hour', '小时'],
  d: ['d', 'day', '天'],
  Hz: ['Hz', 'hertz', '赫兹'],
  kHz: ['kHz', 'kilohertz', '千赫'],
  '{r}/min': ['r/min', 'revolution per minute', '转每分钟'],
  N: ['N', 'newton', '牛顿'],
  kN: ['kN', 'kilonewton', '千牛'],
  'N.m': ['N·m', 'newton metre', '牛顿米'],
  Pa: ['Pa', 'pascal', '帕斯卡'],
  hPa: ['hPa', 'hectopascal', '百帕'],
  kPa: ['kPa', 'kilopascal', '千帕'],
  MPa: ['MPa', 'megapascal', '兆帕'],
  bar: ['bar', 'bar', '巴'],
  J: ['J', 'joule', '焦耳'],
  GJ: ['GJ', 'gigajoule', '吉焦'],
  W: ['W', 'watt', '瓦'],
  kW: ['kW', 'kilowatt', '千瓦'],
  MW: ['MW', 'megawatt', '兆瓦'],
  'W.h': ['W·h', 'watt hour', '瓦时'],
  'kW.h': ['kW·h', 'kilowatt hour', '千瓦时'],
  V: ['V', 'volt', '伏'],
  mV: ['mV', 'millivolt', '毫伏'],
  kV: ['kV', 'kilovolt', '千伏'],
  A: ['A', 'ampere', '安'],
  mA: ['mA', 'milliampere', '毫安'],
  'A.h': ['A·h', 'ampere hour', '安时'],
  'V.A': ['V·A', 'volt ampere', '伏安'],
  'kV.A': ['kV·A', 'kilovolt ampere', '千伏安'],
  'V.A{var}': ['var', 'var', '乏'],
  'kV.A{var}': ['kvar', 'kilovar', '千乏'],
  'kV.A.h{var}': ['kvar·h', 'kilovar hour', '千乏时'],
  Ohm: ['Ω', 'ohm', '欧姆'],
  'uS/cm': ['μS/cm', 'microsiemens per centimetre', '微西每厘米'],
  lx: ['lx', 'lux', '勒克斯'],
  lm: ['lm', 'lumen', '流明'],
  'W/m2': ['W/m²', 'watt per square metre', '瓦每平方米'],
  deg: ['°', 'degree', '度'],
  'mg/l': ['mg/L', 'milligram per litre', '毫克每升'],
  'ug/m3': ['μg/m³', 'microgram per cubic metre', '微克每立方米'],
  'mg/m3': ['mg/m³', 'milligram per cubic metre', '毫克每立方米'],
  'mm/h': ['mm/h', 'millimetre per hour', '毫米每小时'],
  '{NTU}': ['NTU', 'nephelometric turbidity unit', '散射浊度单位'],
  'uSv/h': ['μSv/h', 'microsievert per hour', '微希每小时'],
  Bq: ['Bq', 'becquerel', '贝可'],
  mol: ['mol', 'mole', '摩尔'],
  bit: ['bit', 'bit', '比特'],
  By: ['B', 'byte', '字节'],
  'bit/s': ['bit/s', 'bit per second', '比特每秒'],
};

/** How a unit is shown; for a unit without an entry the code itself. */
export function unitLabel(code: string): UnitLabel {
  const row = Object.hasOwn(labelTable, code) ? labelTable[code] : undefined;
  const [symbol, en, zh] = row ?? [code, code, code];
  return { symbol, en, zh };
}

/** Codes of the units that have names, for people to choose from; every other UCUM code may be written as well. */
export const knownUnits: readonly string[] = Object.keys(labelTable);

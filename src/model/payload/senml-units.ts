// SPDX-License-Identifier: Apache-2.0

/** Units of RFC 8428 § 12.1 and RFC 8798 § 3 whose symbol is not the UCUM code. */
const table: Readonly<Record<string, string>> = {
  ohm: 'Ohm',
  pH: '[pH]',
  '/': '1',
  count: '1',
  '%RH': '%',
  '%EL': '%',
  EL: 's',
  '1/s': '/s',
  '1/min': '/min',
  'beat/min': '/min',
  beats: '1',
  lat: 'deg',
  lon: 'deg',
  dBW: 'dB[W]',
  Bspl: 'B[SPL]',
  VA: 'V.A',
  VAs: 'V.A.s',
  var: 'V.A{var}',
  vars: 'V.A.s{var}',
  B: 'By',
  NTU: '{NTU}',
  kVA: 'kV.A',
  kvar: 'kV.A{var}',
  Ah: 'A.h',
  Wh: 'W.h',
  kWh: 'kW.h',
  varh: 'V.A.h{var}',
  kvarh: 'kV.A.h{var}',
  kVAh: 'kV.A.h',
  'Wh/km': 'W.h/km',
  KiB: 'KiBy',
  GB: 'GBy',
  'B/s': 'By/s',
  'MB/s': 'MBy/s',
  dBm: 'dB{mW}',
  ppm: '[ppm]',
  '/100': '%',
  '/1000': '[ppth]',
};

/** The UCUM code of a SenML unit symbol; a symbol without an entry is the same in both. */
export function ucumOfSenml(symbol: string): string {
  return (Object.hasOwn(table, symbol) ? table[symbol] : undefined) ?? symbol;
}

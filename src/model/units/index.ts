// SPDX-License-Identifier: Apache-2.0
export { commensurable, conversion, type Conversion } from './convert.ts';
export { knownUnits, unitCode, unitLabel, type UnitLabel } from './names.ts';
export { parseUnit, type Unit } from './parse.ts';

// SPDX-License-Identifier: Apache-2.0
import { fail, ok, type Result } from '#core';
import { parseUnit, type Unit } from './parse.ts';

/** Turns a value of one unit into a value of another. */
export type Conversion = (value: number) => number;

/** Digits that a conversion keeps: fewer than a double has, so that 1 Cel is 33.8 [degF] and not 33.79999999999995. */
const digitsKept = 13;

/** Whether two units measure the same kind of quantity. */
export function commensurable(from: Unit, to: Unit): boolean {
  if (from.dimension.size !== to.dimension.size) return false;
  for (const [base, exponent] of from.dimension) {
    if (to.dimension.get(base) !== exponent) return false;
  }
  return true;
}

/** The conversion between two UCUM codes. Faults: `model.bad-unit`, `model.unit-mismatch`. */
export function conversion(from: string, to: string): Result<Conversion> {
  const source = parseUnit(from);
  if (!source.ok) return source;
  const target = parseUnit(to);
  if (!target.ok) return target;
  if (!commensurable(source.value, target.value)) {
    return fail('model.unit-mismatch', undefined, `${from} cannot be converted to ${to}`);
  }
  const toBase = intoBase(source.value);
  const fromBase = outOfBase(target.value);
  const linear = source.value.special === undefined && target.value.special === undefined;
  const ratio = source.value.factor / target.value.factor;
  if (from === to || (linear && ratio === 1)) return ok((value) => value);
  if (linear) return ok((value) => rounded(value * ratio));
  return ok((value) => rounded(fromBase(toBase(value))));
}

function rounded(value: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(digitsKept)) : value;
}

function intoBase({ factor, special }: Unit): Conversion {
  if (special === undefined) return (value) => value * factor;
  const { prefix } = special;
  if (special.kind === 'offset') {
    return (value) => (value * prefix + special.offset) * special.scale * factor;
  }
  return (value) => special.base ** ((value * prefix) / special.factor) * factor;
}

function outOfBase({ factor, special }: Unit): Conversion {
  if (special === undefined) return (value) => value / factor;
  const { prefix } = special;
  if (special.kind === 'offset') {
    return (value) => (value / factor / special.scale - special.offset) / prefix;
  }
  const logarithm = special.base === 10 ? Math.log10 : Math.log;
  return (value) => (special.factor * logarithm(value / factor)) / prefix;
}

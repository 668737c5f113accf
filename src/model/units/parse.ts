// SPDX-License-Identifier: Apache-2.0
import { assert, fail, ok, type Result } from '#core';
import { atomTable, baseUnits, prefixTable, type AtomSpec, type SpecialScale } from './atoms.ts';

/** A unit in terms of base units: `factor` times the product of base units to their powers. */
export interface Unit {
  readonly factor: number;
  /** Powers of the base units; those of zero are left out. */
  readonly dimension: ReadonlyMap<string, number>;
  /** For a scale that is no proportion; a value is multiplied by `special.scale` first. */
  readonly special?: (SpecialScale & { readonly prefix: number }) | undefined;
}

const codeCharactersMax = 120;
const exponentMax = 24;
const atoms = new Map(atomTable.map((atom) => [atom.code, atom]));
const prefixes: readonly (readonly [string, number])[] = Object.entries(prefixTable);
const bases: ReadonlySet<string> = new Set(baseUnits);
const one: Unit = { factor: 1, dimension: new Map() };

/**
 * Parses a case-sensitive UCUM code such as `m3/h`, `kW.h`, `10*3/ul`, `%{RH}`, `Cel`.
 * A special unit (Cel, [pH], dB, …) stands alone: UCUM § 21 forbids algebra with it.
 * A fault is `model.bad-unit` at the character.
 */
export function parseUnit(code: string): Result<Unit> {
  return new UnitParser(code).parse();
}

class UnitParser {
  readonly #code: string;
  #at = 0;
  #parts = 0;

  constructor(code: string) {
    this.#code = code;
  }

  parse(): Result<Unit> {
    if (this.#code.length > codeCharactersMax) return this.#bad('the code is too long');
    if (this.#code === '') return this.#bad('the code is empty; 1 is the unit of pure numbers');
    const unit = this.#term();
    if (!unit.ok) return unit;
    if (this.#at < this.#code.length) return this.#bad('not expected here');
    if (unit.value.special !== undefined && this.#parts > 1) {
      this.#at = 0;
      return this.#bad('a special unit stands alone; use K for a difference of temperatures');
    }
    return unit;
  }

  #term(): Result<Unit> {
    let product = one;
    let power = 1;
    if (this.#take('/')) power = -1;
    for (;;) {
      const component = this.#component();
      if (!component.ok) return component;
      product = multiply(product, component.value, power);
      if (this.#take('.')) power = 1;
      else if (this.#take('/')) power = -1;
      else return ok(product);
    }
  }

  #component(): Result<Unit> {
    this.#parts++;
    if (this.#take('(')) {
      const inner = this.#term();
      if (!inner.ok) return inner;
      return this.#take(')') ? this.#annotated(inner.value) : this.#bad(') is missing');
    }
    if (this.#code[this.#at] === '{') return this.#annotated(one);
    const digits = this.#match(/\d+(?![*^\d])/y);
    if (digits !== '') {
      const factor = Number(digits);
      if (factor === 0) return this.#bad('a factor is not zero');
      return this.#annotated({ factor, dimension: one.dimension });
    }
    return this.#simple();
  }

  #simple(): Result<Unit> {
    const start = this.#at;
    const symbol = this.#match(/(?:10[*^]|(?:\[[^\][]*\]|[^\][{}().\d+/-])+)/y);
    const atom = atoms.get(symbol) === undefined && !bases.has(symbol) ? undefined : symbol;
    const unit = atom === undefined ? prefixed(symbol) : unitOfAtom(atom);
    if (unit === undefined) {
      this.#at = start;
      return this.#bad(symbol === '' ? 'a unit is expected' : `${symbol} is not a unit of UCUM`);
    }
    const digits = this.#match(/[+-]?\d+/y);
    if (digits === '') return this.#annotated(unit);
    const exponent = Number(digits);
    if (Math.abs(exponent) > exponentMax || exponent === 0) {
      return this.#bad('the exponent is out of range');
    }
    if (unit.special !== undefined) return this.#bad('a special unit takes no exponent');
    return this.#annotated(multiply(one, unit, exponent));
  }

  /** What stands in braces is for people and has no meaning, UCUM § 6. */
  #annotated(unit: Unit): Result<Unit> {
    if (this.#code[this.#at] === '{' && this.#match(/\{[^{}]*\}/y) === '') {
      return this.#bad('} is missing');
    }
    return ok(unit);
  }

  #match(expression: RegExp): string {
    expression.lastIndex = this.#at;
    const text = expression.exec(this.#code)?.[0] ?? '';
    this.#at += text.length;
    return text;
  }

  #take(character: string): boolean {
    if (this.#code[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #bad(detail: string): Result<never> {
    return fail(
      'model.bad-unit',
      `character ${this.#at}`,
      `${JSON.stringify(this.#code)}: ${detail}`,
    );
  }
}

function prefixed(symbol: string): Unit | undefined {
  for (const [prefix, scale] of prefixes) {
    if (!symbol.startsWith(prefix)) continue;
    const rest = symbol.slice(prefix.length);
    if (!bases.has(rest) && atoms.get(rest)?.metric !== true) continue;
    const unit = unitOfAtom(rest);
    if (unit.special === undefined) return { ...unit, factor: unit.factor * scale };
    return { ...unit, special: { ...unit.special, prefix: scale } };
  }
  return undefined;
}

function unitOfAtom(code: string): Unit {
  if (bases.has(code)) return { factor: 1, dimension: new Map([[code, 1]]) };
  const spec = atoms.get(code);
  assert(spec !== undefined, `an atom refers to ${code}`);
  const unit = unitOfSpec(spec);
  return spec.special === undefined ? unit : { ...unit, special: { ...spec.special, prefix: 1 } };
}

function unitOfSpec(spec: AtomSpec): Unit {
  if (spec.unit === '!') return { factor: spec.value, dimension: new Map([[spec.code, 1]]) };
  if (spec.unit === '') return { factor: spec.value, dimension: one.dimension };
  const unit = parseUnit(spec.unit);
  assert(unit.ok, `the definition of ${spec.code} is a unit`);
  return { factor: spec.value * unit.value.factor, dimension: unit.value.dimension };
}

function multiply(left: Unit, right: Unit, power: number): Unit {
  const dimension = new Map(left.dimension);
  for (const [base, exponent] of right.dimension) {
    const sum = (dimension.get(base) ?? 0) + exponent * power;
    if (sum === 0) dimension.delete(base);
    else dimension.set(base, sum);
  }
  const factor =
    power < 0 ? left.factor / right.factor ** -power : left.factor * right.factor ** power;
  return { factor, dimension, special: right.special ?? left.special };
}

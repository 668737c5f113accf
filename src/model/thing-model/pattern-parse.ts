// SPDX-License-Identifier: Apache-2.0
import { FaultError, fault } from '#core';

/** A regular expression as a tree; `repeat` has no upper bound where `max` is Infinity. */
export type PatternNode =
  | { readonly kind: 'char'; readonly test: (codePoint: number) => boolean }
  | { readonly kind: 'assert'; readonly name: '^' | '$' | 'b' | 'B' }
  | { readonly kind: 'sequence'; readonly items: readonly PatternNode[] }
  | { readonly kind: 'choice'; readonly items: readonly PatternNode[] }
  | {
      readonly kind: 'repeat';
      readonly item: PatternNode;
      readonly min: number;
      readonly max: number;
    };

const groupDepthMax = 64;

/**
 * Parses a pattern of ECMA-262 without look-around and back references, which no automaton can match.
 * Throws a fault at the character.
 */
export class PatternParser {
  readonly #source: string;
  #at = 0;
  #depth = 0;

  constructor(source: string) {
    this.#source = source;
  }

  parse(): PatternNode {
    const node = this.#choice();
    if (this.#at < this.#source.length) throw this.#bad('unmatched )');
    return node;
  }

  #choice(): PatternNode {
    if (++this.#depth > groupDepthMax) throw this.#bad(`more than ${groupDepthMax} groups deep`);
    const items = [this.#sequence()];
    while (this.#take('|')) items.push(this.#sequence());
    this.#depth--;
    const [only] = items;
    return items.length === 1 && only !== undefined ? only : { kind: 'choice', items };
  }

  #sequence(): PatternNode {
    const items: PatternNode[] = [];
    for (;;) {
      const next = this.#source[this.#at];
      if (next === undefined || next === '|' || next === ')') return { kind: 'sequence', items };
      items.push(this.#repeated(this.#atom()));
    }
  }

  #repeated(item: PatternNode): PatternNode {
    let min = 0;
    let max = Number.POSITIVE_INFINITY;
    if (this.#take('+')) min = 1;
    else if (this.#take('?')) max = 1;
    else if (!this.#take('*')) {
      const bounds = /\{(\d{1,4})(?:(,)(\d{1,4})?)?\}/y;
      bounds.lastIndex = this.#at;
      const match = bounds.exec(this.#source);
      if (match === null) return item;
      this.#at += match[0].length;
      min = Number(match[1]);
      if (match[2] === undefined) max = min;
      else if (match[3] !== undefined) max = Number(match[3]);
      if (max < min) throw this.#bad('the bounds are out of order');
    }
    // Greedy or not makes no difference to whether there is a match.
    this.#take('?');
    if (/[*+?]/.test(this.#source[this.#at] ?? '')) throw this.#bad('nothing to repeat');
    return { kind: 'repeat', item, min, max };
  }

  #atom(): PatternNode {
    const codePoint = this.#source.codePointAt(this.#at) ?? 0;
    const character = String.fromCodePoint(codePoint);
    switch (character) {
      case '(':
        return this.#group();
      case '[':
        return this.#class();
      case '\\':
        return this.#escape();
      case '^':
      case '$':
        this.#at++;
        return { kind: 'assert', name: character };
      case '*':
      case '+':
      case '?':
        throw this.#bad('nothing to repeat');
      case '.':
        this.#at++;
        return { kind: 'char', test: (c) => c !== 10 && c !== 13 && c !== 0x2028 && c !== 0x2029 };
      default:
        this.#at += character.length;
        return { kind: 'char', test: (c) => c === codePoint };
    }
  }

  #group(): PatternNode {
    const opening = /\((?:\?(?::|<[A-Za-z_$][\w$]*>))?/y;
    opening.lastIndex = this.#at;
    const text = opening.exec(this.#source)?.[0] ?? '(';
    if (text === '(' && this.#source[this.#at + 1] === '?') {
      throw this.#bad('look-around is not supported');
    }
    this.#at += text.length;
    const node = this.#choice();
    if (!this.#take(')')) throw this.#bad(') is missing');
    return node;
  }

  #class(): PatternNode {
    const bracket = /\[\^?(?:\\[\s\S]|[^\]\\])*\]/y;
    bracket.lastIndex = this.#at;
    const text = bracket.exec(this.#source)?.[0];
    if (text === undefined) throw this.#bad('] is missing');
    return this.#native(text);
  }

  #escape(): PatternNode {
    const next = this.#source[this.#at + 1] ?? '';
    if (next === 'b' || next === 'B') {
      this.#at += 2;
      return { kind: 'assert', name: next };
    }
    if (/[1-9k]/.test(next)) throw this.#bad('back references are not supported');
    const escape =
      /\\(?:u\{[0-9A-Fa-f]{1,6}\}|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|c[A-Za-z]|[pP]\{[\w=]+\}|[^])/uy;
    escape.lastIndex = this.#at;
    const text = escape.exec(this.#source)?.[0];
    if (text === undefined) throw this.#bad('a character is missing after \\');
    return this.#native(text);
  }

  /** One character of a class or escape is matched by the engine itself: constant work. */
  #native(text: string): PatternNode {
    const expression = this.#compile(text, 'u') ?? this.#compile(text, '');
    if (expression === undefined) throw this.#bad(`${text} is not valid`);
    this.#at += text.length;
    let last = -1;
    let matched = false;
    // The copies of a repeated class ask for the same character one after another.
    const test = (c: number): boolean => {
      if (c !== last) matched = expression.test(String.fromCodePoint(c));
      last = c;
      return matched;
    };
    return { kind: 'char', test };
  }

  #compile(text: string, flags: string): RegExp | undefined {
    try {
      return new RegExp(`^${text}$`, flags);
    } catch {
      return undefined;
    }
  }

  #take(character: string): boolean {
    if (this.#source[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #bad(detail: string): FaultError {
    return new FaultError(fault('model.bad-thing-model', `character ${this.#at}`, detail));
  }
}

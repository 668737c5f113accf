// SPDX-License-Identifier: Apache-2.0
import { fail, ok, type Limits, type Result } from '#core';
import type { Comparison, Filter, FilterValue } from './ast.ts';
import { badFilter, tokens, type Token } from './lexer.ts';

const comparisons = new Map<string, Comparison>([
  ['=', 'eq'],
  ['!=', 'ne'],
  ['<', 'lt'],
  ['<=', 'le'],
  ['>', 'gt'],
  ['>=', 'ge'],
]);

/**
 * Parses a filter's text: `model = 'urn:x' and (labels.city = 'A' or name ~ 'pump') and properties.floor >= 3`.
 *
 *   or    := and ('or' and)*          and := unary ('and' unary)*
 *   unary := 'not' unary | '(' or ')' | 'exists' '(' path ')' | path condition
 *   condition := ('=' | '!=' | '<' | '<=' | '>' | '>=') value
 *              | '~' string (contains) | '^=' string (begins with) | ['not'] 'in' '(' value (',' value)* ')'
 *
 * Strings are in single quotes, a quote within is written twice; numbers as in JSON; true, false, null.
 * A fault is `model.bad-filter` at `character n` (from 0), or `common.limit` at the limit's name.
 */
export function parseFilter(text: string, limits: Limits): Result<Filter> {
  if (text.length > limits['filter.charactersMax']) return tooLarge('filter.charactersMax');
  const list = tokens(text);
  if (!list.ok) return list;
  return new Parser(list.value, limits).parse();
}

function tooLarge<T = never>(
  limit: 'filter.charactersMax' | 'filter.nodesMax' | 'filter.depthMax',
): Result<T> {
  return fail('common.limit', limit, 'the filter is too large');
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #limits: Limits;
  #next = 0;
  #nodes = 0;

  constructor(list: readonly Token[], limits: Limits) {
    this.#tokens = list;
    this.#limits = limits;
  }

  parse(): Result<Filter> {
    const filter = this.#junction('or', 1);
    if (!filter.ok) return filter;
    const rest = this.#token();
    return rest.kind === 'end' ? filter : badFilter(rest.at, 'and, or, or the end is expected');
  }

  #junction(op: 'and' | 'or', depth: number): Result<Filter> {
    const items: Filter[] = [];
    do {
      const item = op === 'or' ? this.#junction('and', depth) : this.#unary(depth);
      if (!item.ok) return item;
      items.push(item.value);
    } while (this.#take(op));
    const [only] = items;
    return ok(items.length === 1 && only !== undefined ? only : { op, items });
  }

  #unary(depth: number): Result<Filter> {
    if (depth > this.#limits['filter.depthMax']) return tooLarge('filter.depthMax');
    if (++this.#nodes > this.#limits['filter.nodesMax']) return tooLarge('filter.nodesMax');
    if (this.#take('not')) {
      const item = this.#unary(depth + 1);
      return item.ok ? ok({ op: 'not', item: item.value }) : item;
    }
    if (this.#take('(')) {
      const inner = this.#junction('or', depth + 1);
      if (!inner.ok) return inner;
      return this.#take(')') ? inner : badFilter(this.#token().at, ') is expected');
    }
    if (this.#isWord('exists') && this.#isSymbol('(', 1)) {
      this.#next += 2;
      const path = this.#path();
      if (!path.ok) return path;
      if (!this.#take(')')) return badFilter(this.#token().at, ') is expected');
      return ok({ op: 'exists', path: path.value });
    }
    const path = this.#path();
    return path.ok ? this.#condition(path.value) : path;
  }

  #condition(path: string): Result<Filter> {
    const operator = this.#token();
    if (this.#take('in')) return this.#in(path);
    if (this.#isWord('not') && this.#isWord('in', 1)) {
      this.#next += 2;
      const item = this.#in(path);
      return item.ok ? ok({ op: 'not', item: item.value }) : item;
    }
    if (operator.kind !== 'symbol') return badFilter(operator.at, 'an operator is expected');
    const comparison = comparisons.get(operator.text);
    const textual =
      operator.text === '~' ? 'contains' : operator.text === '^=' ? 'prefix' : undefined;
    if (comparison === undefined && textual === undefined) {
      return badFilter(operator.at, 'an operator is expected');
    }
    this.#next++;
    const at = this.#token().at;
    const value = this.#value();
    if (!value.ok) return value;
    if (comparison !== undefined) return ok({ op: comparison, path, value: value.value });
    if (textual === undefined || typeof value.value !== 'string') {
      return badFilter(at, 'a string in single quotes is expected');
    }
    return ok({ op: textual, path, value: value.value });
  }

  #in(path: string): Result<Filter> {
    if (!this.#take('(')) return badFilter(this.#token().at, '( is expected');
    const values: FilterValue[] = [];
    do {
      if (++this.#nodes > this.#limits['filter.nodesMax']) return tooLarge('filter.nodesMax');
      const value = this.#value();
      if (!value.ok) return value;
      values.push(value.value);
    } while (this.#take(','));
    if (!this.#take(')')) return badFilter(this.#token().at, ', or ) is expected');
    return ok({ op: 'in', path, values });
  }

  #path(): Result<string> {
    const token = this.#token();
    const reserved = ['and', 'or', 'not', 'in', 'true', 'false', 'null'];
    if (token.kind !== 'path' || reserved.includes(token.word)) {
      return badFilter(token.at, 'the name of a field is expected');
    }
    this.#next++;
    return ok(token.text);
  }

  #value(): Result<FilterValue> {
    const token = this.#token();
    if (token.kind === 'value') {
      this.#next++;
      return ok(token.value);
    }
    if (this.#take('true')) return ok(true);
    if (this.#take('false')) return ok(false);
    if (this.#take('null')) return ok(null);
    return badFilter(token.at, 'a value is expected; strings stand in single quotes');
  }

  #token(offset = 0): Token {
    return this.#tokens[this.#next + offset] ?? { kind: 'end', at: 0 };
  }

  #isWord(word: string, offset = 0): boolean {
    const token = this.#token(offset);
    return token.kind === 'path' && token.word === word;
  }

  #isSymbol(text: string, offset = 0): boolean {
    const token = this.#token(offset);
    return token.kind === 'symbol' && token.text === text;
  }

  #take(text: string): boolean {
    if (!this.#isWord(text) && !this.#isSymbol(text)) return false;
    this.#next++;
    return true;
  }
}

// SPDX-License-Identifier: Apache-2.0
import { fail, ok, type Result } from '#core';
import type { FilterValue } from './ast.ts';
import { pathOf, wordPart, wordStart } from './path.ts';

export type Token =
  | { readonly kind: 'path'; readonly at: number; readonly text: string; readonly word: string }
  | { readonly kind: 'value'; readonly at: number; readonly value: FilterValue }
  | { readonly kind: 'symbol'; readonly at: number; readonly text: string }
  | { readonly kind: 'end'; readonly at: number };

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const symbols = ['!=', '<=', '>=', '^=', '=', '<', '>', '~', '(', ')', ','];

/** Cuts a filter's text into tokens, the last of which is `end`. */
export function tokens(text: string): Result<readonly Token[]> {
  const found: Token[] = [];
  let at = 0;
  for (;;) {
    while (/\s/.test(text[at] ?? '')) at++;
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    if (at >= text.length) {
      found.push({ kind: 'end', at });
      return ok(found);
    }
    const token = tokenAt(text, at, character);
    if (!token.ok) return token;
    found.push(token.value.token);
    at = token.value.next;
  }
}

interface Cut {
  readonly token: Token;
  readonly next: number;
}

function tokenAt(text: string, at: number, character: string): Result<Cut> {
  if (character === "'") {
    const string = quoted(text, at, "'");
    if (!string.ok) return string;
    return ok({ token: { kind: 'value', at, value: string.value.text }, next: string.value.next });
  }
  if (character === '"' || wordStart.test(character)) return pathAt(text, at);
  const symbol = symbols.find((candidate) => text.startsWith(candidate, at));
  if (symbol !== undefined) {
    return ok({ token: { kind: 'symbol', at, text: symbol }, next: at + symbol.length });
  }
  number.lastIndex = at;
  const digits = number.exec(text)?.[0];
  if (digits === undefined) return badFilter(at, `unexpected ${JSON.stringify(character)}`);
  const value = Number(digits);
  if (!Number.isFinite(value)) return badFilter(at, 'the number is too large');
  const next = at + digits.length;
  if (wordPart.test(text[next] ?? ' ')) return badFilter(next, 'a number ends here');
  return ok({ token: { kind: 'value', at, value }, next });
}

function pathAt(text: string, start: number): Result<Cut> {
  const segments: string[] = [];
  let at = start;
  for (;;) {
    if (text[at] === '"') {
      const segment = quoted(text, at, '"');
      if (!segment.ok) return segment;
      segments.push(segment.value.text);
      at = segment.value.next;
    } else {
      const end = wordEnd(text, at);
      if (end === at) return badFilter(at, 'a name is missing');
      segments.push(text.slice(at, end));
      at = end;
    }
    if (text[at] !== '.') break;
    at++;
  }
  const word = text.slice(start, at).toLowerCase();
  return ok({ token: { kind: 'path', at: start, text: pathOf(segments), word }, next: at });
}

function wordEnd(text: string, start: number): number {
  let at = start;
  for (;;) {
    const code = text.codePointAt(at);
    if (code === undefined) return at;
    const character = String.fromCodePoint(code);
    if (!wordPart.test(character)) return at;
    at += character.length;
  }
}

/** A quoted text; the quote itself is written twice. */
function quoted(
  text: string,
  start: number,
  quote: string,
): Result<{ readonly text: string; readonly next: number }> {
  let content = '';
  let at = start + 1;
  for (;;) {
    const end = text.indexOf(quote, at);
    if (end === -1) return badFilter(start, `the closing ${quote} is missing`);
    content += text.slice(at, end);
    if (text[end + 1] !== quote) {
      if (!content.isWellFormed()) return badFilter(start, 'the text is not well-formed Unicode');
      return ok({ text: content, next: end + 1 });
    }
    content += quote;
    at = end + 2;
  }
}

/** A syntax fault at a character, counted from 0. */
export function badFilter<T = never>(at: number, detail: string): Result<T> {
  return fail('model.bad-filter', `character ${at}`, detail);
}

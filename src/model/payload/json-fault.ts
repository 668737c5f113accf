// SPDX-License-Identifier: Apache-2.0

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** What may come next: a value, a key, `:`, `,` or a closing bracket, the end. */
type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or closing bracket' | 'end';

/**
 * The character at which a text stops being JSON (RFC 8259), and what was expected there. Engines tell this in words
 * that differ from version to version, if at all; so it is found again, only for texts that have already failed.
 */
export function jsonFault(text: string): { readonly at: number; readonly expected: string } {
  let at = 0;
  let expected: Expected = 'value';
  const open: ('{' | '[')[] = [];
  for (;;) {
    while (/[ \t\r\n]/.test(text[at] ?? '')) at++;
    const character = text[at];
    const isFirst: boolean = expected === 'value or ]' || expected === 'key or }';
    const closing = open.at(-1) === '{' ? '}' : ']';
    if (character === closing && open.length > 0 && (isFirst || expected.startsWith(','))) {
      open.pop();
      at++;
      expected = open.length === 0 ? 'end' : ', or closing bracket';
    } else if (character === ',' && expected.startsWith(',')) {
      at++;
      expected = closing === '}' ? 'key' : 'value';
    } else if (character === ':' && expected === ':') {
      at++;
      expected = 'value';
    } else if (character === '"' && expected.startsWith('key')) {
      const end = stringEnd(text, at);
      if (end < 0) return { at: -end, expected: 'a string' };
      at = end;
      expected = ':';
    } else if ((character === '{' || character === '[') && expected.startsWith('value')) {
      at++;
      open.push(character);
      expected = character === '{' ? 'key or }' : 'value or ]';
    } else if (expected.startsWith('value')) {
      const end = scalarEnd(text, at);
      if (end < 0) return { at: -end, expected };
      if (end === at) return { at, expected };
      at = end;
      expected = open.length === 0 ? 'end' : ', or closing bracket';
    } else return { at, expected };
  }
}

/** The place behind a scalar; the place itself where there is none; the negative place of a fault within. */
function scalarEnd(text: string, at: number): number {
  if (text[at] === '"') return stringEnd(text, at);
  const word = ['true', 'false', 'null'].find((candidate) => candidate[0] === text[at]);
  if (word !== undefined) {
    let matched = 1;
    while (matched < word.length && text[at + matched] === word[matched]) matched++;
    return matched === word.length ? at + matched : -(at + matched);
  }
  number.lastIndex = at;
  return at + (number.exec(text)?.[0].length ?? 0);
}

function stringEnd(text: string, start: number): number {
  for (let at = start + 1; ; at++) {
    const character = text[at];
    if (character === undefined || character < ' ') return -at;
    if (character === '"') return at + 1;
    if (character !== '\\') continue;
    const escape = text[++at] ?? '';
    if (escape === 'u') {
      if (!/^[0-9a-fA-F]{4}$/.test(text.slice(at + 1, at + 5))) return -at;
      at += 4;
    } else if (!'"\\/bfnrt'.includes(escape) || escape === '') return -at;
  }
}

// SPDX-License-Identifier: Apache-2.0

/** Offsets in the text: where the member's name (else its value) begins, and where the value ends. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

export type Parsed =
  | { readonly ok: true; readonly value: unknown; readonly places: ReadonlyMap<string, Place> }
  | { readonly ok: false; readonly at: number };

/** Deeper texts are still JSON; their inner places are just not told. */
const depthMax = 100;

/** Reads JSON and tells where each value stands, by JSON pointer; or the offset where the text stops being JSON. */
export function parseWithPlaces(text: string): Parsed {
  const scanner = new Scanner(text);
  const at = scanner.document();
  if (at !== undefined) return { ok: false, at };
  return { ok: true, value: JSON.parse(text), places: scanner.places };
}

/** The line, from 1, and the column, from 1, of an offset. */
export function lineOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: offset - before.lastIndexOf('\n') };
}

/** The place of a pointer, or of the closest thing around it that is there. */
export function placeOf(places: ReadonlyMap<string, Place>, pointer: string): Place {
  let at = pointer;
  for (;;) {
    const place = places.get(at);
    if (place !== undefined) return place;
    if (at === '') return { start: 0, end: 0 };
    at = at.slice(0, at.lastIndexOf('/'));
  }
}

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const word = /true|false|null/y;

class Scanner {
  readonly places = new Map<string, Place>();
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The offset of the first fault; undefined for JSON. */
  document(): number | undefined {
    const start = this.#space();
    if (!this.#value('', start, 0)) return this.#at;
    return this.#space() === this.#text.length ? undefined : this.#at;
  }

  #space(): number {
    while (/[ \t\r\n]/.test(this.#text[this.#at] ?? '')) this.#at++;
    return this.#at;
  }

  #value(pointer: string, start: number, depth: number): boolean {
    const opening = this.#text[this.#at];
    let fine: boolean;
    if (opening === '{') fine = this.#members(pointer, depth);
    else if (opening === '[') fine = this.#items(pointer, depth);
    else fine = this.#take(string) || this.#take(number) || this.#take(word);
    if (depth <= depthMax) this.places.set(pointer, { start, end: this.#at });
    return fine;
  }

  #members(pointer: string, depth: number): boolean {
    return this.#list('}', () => {
      const start = this.#at;
      if (!this.#take(string)) return false;
      const name: string = JSON.parse(this.#text.slice(start, this.#at));
      this.#space();
      if (!this.#symbol(':')) return false;
      this.#space();
      return this.#value(`${pointer}/${tokenOf(name)}`, start, depth + 1);
    });
  }

  #items(pointer: string, depth: number): boolean {
    let index = 0;
    return this.#list(']', () => this.#value(`${pointer}/${index++}`, this.#at, depth + 1));
  }

  #list(closing: string, item: () => boolean): boolean {
    this.#at++;
    this.#space();
    if (this.#symbol(closing)) return true;
    for (;;) {
      if (!item()) return false;
      this.#space();
      if (this.#symbol(closing)) return true;
      if (!this.#symbol(',')) return false;
      this.#space();
    }
  }

  #symbol(symbol: string): boolean {
    if (this.#text[this.#at] !== symbol) return false;
    this.#at++;
    return true;
  }

  #take(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) return false;
    this.#at += found.length;
    return true;
  }
}

/** One reference token of a JSON pointer, RFC 6901 § 3. */
export function tokenOf(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

export function namesOf(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

// oxlint-disable no-non-null-assertion -- reads are bounds-checked by the surrounding loop
// SPDX-License-Identifier: Apache-2.0
import { FaultError, fault, ok, type Result } from '#core';
import { PatternParser, type PatternNode } from './pattern-parse.ts';

type State =
  | { readonly kind: 'char'; readonly test: (codePoint: number) => boolean; next: number }
  | { readonly kind: 'assert'; readonly name: '^' | '$' | 'b' | 'B'; next: number }
  | { readonly kind: 'split'; next: number; other: number }
  | { readonly kind: 'match' };

/**
 * Compiles a pattern of JSON Schema into an automaton that never backtracks: a text is tested in
 * time states × length, whatever the pattern. Look-around and back references are refused.
 */
export function compilePattern(source: string, statesMax: number): Result<LinearPattern> {
  try {
    if (source.length > statesMax) throw tooLarge();
    const node = new PatternParser(source).parse();
    return ok(new LinearPattern(new Builder(statesMax).build(node)));
  } catch (error) {
    if (error instanceof FaultError) return { ok: false, fault: error.fault };
    throw error;
  }
}

function tooLarge(): FaultError {
  return new FaultError(fault('model.too-complex', undefined, 'limit model.patternStatesMax'));
}

/** Thompson's construction, from the end to the beginning. */
class Builder {
  readonly #states: State[] = [{ kind: 'match' }];
  readonly #max: number;
  #work = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** States, of which the last is the first to be entered. */
  build(node: PatternNode): readonly State[] {
    const start = this.#node(node, 0);
    this.#add({ kind: 'split', next: start, other: start });
    return this.#states;
  }

  #node(node: PatternNode, next: number): number {
    // Repeated empty groups make work without making states.
    if (++this.#work > this.#max * 4) throw tooLarge();
    switch (node.kind) {
      case 'char':
        return this.#add({ kind: 'char', test: node.test, next });
      case 'assert':
        return this.#add({ kind: 'assert', name: node.name, next });
      case 'sequence':
        return node.items.reduceRight((after, item) => this.#node(item, after), next);
      case 'choice':
        return node.items
          .map((item) => this.#node(item, next))
          .reduce((other, first) => this.#add({ kind: 'split', next: first, other }));
      case 'repeat':
        return this.#repeat(node.item, node.min, node.max, next);
    }
  }

  #repeat(item: PatternNode, min: number, max: number, next: number): number {
    let start = next;
    if (max === Number.POSITIVE_INFINITY) {
      const loop: State = { kind: 'split', next: 0, other: next };
      start = this.#add(loop);
      loop.next = this.#node(item, start);
    } else {
      for (let i = min; i < max; i++) {
        start = this.#add({ kind: 'split', next: this.#node(item, start), other: next });
      }
    }
    for (let i = 0; i < min; i++) start = this.#node(item, start);
    return start;
  }

  #add(state: State): number {
    if (this.#states.length >= this.#max) throw tooLarge();
    return this.#states.push(state) - 1;
  }
}

const opMatch = 0;
const opChar = 1;
const opSplit = 2;
const opAssert = 3;

/** An automaton over code points; `test` searches, as a pattern of JSON Schema is not anchored. */
export class LinearPattern {
  readonly #states: readonly State[];
  readonly #op: Uint8Array;
  readonly #next: Int32Array;
  readonly #other: Int32Array;
  readonly #test: readonly ((codePoint: number) => boolean)[];
  readonly #mark: Int32Array;
  readonly #stack: Int32Array;
  #current: Int32Array;
  #following: Int32Array;
  #step = 0;
  #count = 0;
  #matched = false;

  constructor(states: readonly State[]) {
    this.#states = states;
    this.#op = Uint8Array.from(states, opOf);
    this.#next = Int32Array.from(states, (state) => (state.kind === 'match' ? 0 : state.next));
    this.#other = Int32Array.from(states, (state) => (state.kind === 'split' ? state.other : 0));
    this.#test = states.map((state) => (state.kind === 'char' ? state.test : () => false));
    this.#mark = new Int32Array(states.length);
    this.#stack = new Int32Array(states.length * 2 + 1);
    this.#current = new Int32Array(states.length);
    this.#following = new Int32Array(states.length);
  }

  test(text: string): boolean {
    if (this.#step > 0x3fff_ffff) {
      this.#mark.fill(0);
      this.#step = 0;
    }
    this.#matched = false;
    let before = -1;
    let live = 0;
    for (let at = 0; ;) {
      const codePoint = text.codePointAt(at) ?? -1;
      this.#step++;
      live = this.#advance(live, before, codePoint);
      if (this.#matched) return true;
      if (codePoint === -1) return false;
      before = codePoint;
      at += codePoint > 0xffff ? 2 : 1;
    }
  }

  /** Enters what the live states reach over `before`, and the start; only assertions look at `after`. */
  #advance(live: number, before: number, after: number): number {
    const from = this.#current;
    const next = this.#next;
    this.#count = 0;
    for (let i = 0; i < live; i++) {
      const index = from[i]!;
      if (this.#mark[next[index]!] === this.#step) continue;
      if (this.#test[index]!(before)) this.#enter(next[index]!, before, after);
    }
    this.#enter(this.#op.length - 1, before, after);
    this.#current = this.#following;
    this.#following = from;
    return this.#count;
  }

  #enter(start: number, before: number, after: number): void {
    const stack = this.#stack;
    const mark = this.#mark;
    const step = this.#step;
    let top = 0;
    stack[top++] = start;
    while (top > 0) {
      const index = stack[--top]!;
      if (mark[index] === step) continue;
      mark[index] = step;
      const op = this.#op[index]!;
      if (op === opChar) this.#following[this.#count++] = index;
      else if (op === opMatch) this.#matched = true;
      else if (op === opSplit) {
        stack[top++] = this.#other[index]!;
        stack[top++] = this.#next[index]!;
      } else if (holds(this.#states[index]!, before, after)) stack[top++] = this.#next[index]!;
    }
  }
}

function opOf(state: State): number {
  if (state.kind === 'char') return opChar;
  if (state.kind === 'split') return opSplit;
  return state.kind === 'match' ? opMatch : opAssert;
}

function holds(state: State, before: number, after: number): boolean {
  if (state.kind !== 'assert') return false;
  if (state.name === '^') return before === -1;
  if (state.name === '$') return after === -1;
  return (isWord(before) !== isWord(after)) === (state.name === 'b');
}

function isWord(c: number): boolean {
  return (c >= 48 && c <= 57) || (c >= 65 && c <= 90) || c === 95 || (c >= 97 && c <= 122);
}

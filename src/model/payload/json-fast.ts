// oxlint-disable no-non-null-assertion -- reads are bounds-checked by the surrounding loop
// SPDX-License-Identifier: Apache-2.0
import type { TimeMs } from '#core';
import { VarKind, type BatchBuilder } from '../batch.ts';
import type { CompiledModel, ThingBinding } from '../compiled.ts';
import { Quality } from '../quality.ts';
import { parseTimeBytes } from '../time.ts';
import { FastKind, FastPlan } from './fast-plan.ts';
import type { PayloadReport, PropertyPayload } from './report.ts';
import { believed, serverTime, wholeTime, type ClockWindow } from './time.ts';

const quote = 0x22;
const comma = 0x2c;
const minus = 0x2d;
const dot = 0x2e;
const zero = 0x30;
const colon = 0x3a;
const open = 0x7b;
const close = 0x7d;

/** Powers of ten that a double holds exactly. */
const powers = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/**
 * Reads flat JSON straight from the bytes into the batch: no string, object or array per message. What is not the plain
 * case (an escape, a nested value, an unknown or repeated key, anything that would be refused) is left to the general path,
 * which decides; here the batch is then as it was.
 *
 * Single reads are not checked against `end`: JSON ends with its closing bracket, so that only a truncated text
 * runs on, by one member at most; it is noticed because the place is then past `end`, and taken back.
 */
export class FastJson {
  readonly #clock: ClockWindow;
  readonly #keysMax: number;
  readonly #plans = new WeakMap<CompiledModel, FastPlan>();
  readonly #report = { accepted: 0, refusedCount: 0, refused: [], fault: undefined };
  #model: CompiledModel | undefined;
  #plan: FastPlan | undefined;
  #bytes: Buffer = Buffer.alloc(0);
  #batch: BatchBuilder | undefined;
  #series: Uint32Array = new Uint32Array(0);
  #binding: ThingBinding | undefined;
  #now: TimeMs = 0;
  #end = 0;
  #keysLeft = 0;
  /** Where the value after the last key begins. */
  #at = 0;
  /** The last number read. */
  #number = 0.5;

  constructor(clock: ClockWindow, keysMax: number) {
    this.#clock = clock;
    this.#keysMax = keysMax;
  }

  /** The report, or undefined when the general path has to do it. */
  decode(payload: PropertyPayload): PayloadReport | undefined {
    const { bytes, end, batch } = payload;
    const { model, series } = payload.binding;
    const plan =
      model === this.#model && this.#plan !== undefined ? this.#plan : this.#switch(model);
    this.#bytes = bytes;
    this.#batch = batch;
    this.#series = series;
    this.#binding = payload.binding;
    this.#now = payload.now;
    this.#end = end;
    this.#keysLeft = this.#keysMax;
    const rows = batch.rows;
    const mark = batch.mark();
    const { serverTime: timeGiven } = payload.binding;
    let at = skip(bytes, payload.start);
    const first = bytes[at]!;
    at =
      first === open ? this.#item(plan, at + 1) : first === 0x5b ? this.#items(plan, at + 1) : -1;
    if (at >= 0) {
      while (at < end && isSpace(bytes[at]!)) at++;
      if (at === end) {
        this.#report.accepted = batch.rows - rows;
        return this.#report;
      }
    }
    batch.rollback(mark);
    payload.binding.serverTime = timeGiven;
    return undefined;
  }

  #switch(model: CompiledModel): FastPlan {
    const plan = this.#plans.get(model) ?? new FastPlan(model);
    this.#plans.set(model, plan);
    this.#model = model;
    this.#plan = plan;
    return plan;
  }

  #items(plan: FastPlan, start: number): number {
    const bytes = this.#bytes;
    let at = skip(bytes, start);
    if (bytes[at] === 0x5d) return at + 1;
    for (;;) {
      if (bytes[at] !== open || --this.#keysLeft < 0) return -1;
      at = this.#item(plan, at + 1);
      if (at < 0) return -1;
      at = skip(bytes, at);
      if (bytes[at] === 0x5d) return at + 1;
      if (bytes[at] !== comma) return -1;
      at = skip(bytes, at + 1);
    }
  }

  /** An object, from behind its bracket: properties, or the envelope. Returns the place behind it, or −1. */
  #item(plan: FastPlan, start: number): number {
    const at = skip(this.#bytes, start);
    if (this.#bytes[at] === close) return at + 1;
    const slot = this.#key(plan, at, plan.slotCount + 2);
    if (slot < 0) return -1;
    if (slot >= plan.slotCount) return this.#envelope(plan, slot);
    return this.#members(plan, slot, this.#serverTime(), Quality.good);
  }

  #serverTime(): TimeMs {
    const binding = this.#binding;
    return binding === undefined ? this.#now : serverTime(binding, this.#now);
  }

  #envelope(plan: FastPlan, firstSlot: number): number {
    const bytes = this.#bytes;
    const now = this.#now;
    let slot = firstSlot;
    let time = Number.NaN;
    if (slot === plan.timeSlot) {
      let behind = this.#time(this.#at);
      if (behind < 0) return -1;
      time = this.#number;
      behind = skip(bytes, behind);
      if (bytes[behind] !== comma || --this.#keysLeft < 0) return -1;
      slot = this.#key(plan, skip(bytes, behind + 1), slot);
    }
    if (slot !== plan.valuesSlot || bytes[this.#at] !== open || --this.#keysLeft < 0) return -1;
    const measured = !Number.isNaN(time);
    const trusted = measured && believed(time, now, this.#clock);
    let at = skip(bytes, this.#at + 1);
    if (bytes[at] === close) at++;
    else {
      slot = this.#key(plan, at, slot);
      if (slot < 0 || slot >= plan.slotCount) return -1;
      const quality = trusted || !measured ? Quality.good : Quality.clockReplaced;
      at = this.#members(plan, slot, trusted ? time : this.#serverTime(), quality);
      if (at < 0) return -1;
    }
    at = skip(bytes, at);
    return bytes[at] === close ? at + 1 : -1;
  }

  /** Members of an object from the value of the first on; returns the place behind the closing bracket. */
  #members(plan: FastPlan, firstSlot: number, time: TimeMs, quality: number): number {
    const bytes = this.#bytes;
    const stamp = (plan.stamp = (plan.stamp + 1) >>> 0);
    for (let slot = firstSlot; ;) {
      if (plan.seen[slot] === stamp) return -1;
      plan.seen[slot] = stamp;
      let at = this.#value(plan, slot, time, quality);
      if (at < 0 || at > this.#end || --this.#keysLeft < 0) return -1;
      if (bytes[at]! <= 0x20) at = skip(bytes, at);
      if (bytes[at] === close) return at + 1;
      if (bytes[at] !== comma) return -1;
      if (bytes[++at]! <= 0x20) at = skip(bytes, at);
      slot = this.#key(plan, at, slot);
      if (slot < 0 || slot >= plan.slotCount) return -1;
    }
  }

  /** The slot of the key at a place, and `#at` behind its colon; −1 when there is none. */
  #key(plan: FastPlan, quoteAt: number, previous: number): number {
    const bytes = this.#bytes;
    if (bytes[quoteAt] !== quote) return -1;
    let at = quoteAt + 1;
    let slot = plan.follower[previous]!;
    if (!plan.matches(bytes, at, slot)) {
      slot = plan.find(bytes, at);
      if (slot < 0) return -1;
      plan.follower[previous] = slot;
    }
    at += plan.keyEnd[slot]! - plan.keyStart[slot]!;
    if (bytes[at] !== colon) {
      at = skip(bytes, at);
      if (bytes[at] !== colon) return -1;
    }
    at++;
    this.#at = bytes[at]! <= 0x20 ? skip(bytes, at) : at;
    return slot;
  }

  /** Checks and appends the value at `#at`; returns the place behind it, or −1. */
  #value(plan: FastPlan, slot: number, time: TimeMs, quality: number): number {
    const series = this.#series[slot]!;
    const kind = plan.kind[slot]!;
    if (series === 0 || kind === FastKind.none) return -1;
    if (kind === FastKind.boolean) return this.#boolean(plan, slot, time, quality);
    if (kind === FastKind.string) return this.#string(plan, slot, time, quality);
    const at = this.#numeral(this.#at);
    if (at < 0) return -1;
    const value = this.#number;
    if (!(value >= plan.minimum[slot]! && value <= plan.maximum[slot]!)) return -1;
    if (kind === FastKind.integer && !Number.isSafeInteger(value)) return -1;
    const check = plan.check[slot];
    if (check !== undefined && check(value) !== undefined) return -1;
    this.#batch!.number(series, time, value, quality);
    return at;
  }

  #boolean(plan: FastPlan, slot: number, time: TimeMs, quality: number): number {
    const bytes = this.#bytes;
    let at = this.#at;
    const value = bytes[at] === 0x74;
    const word = value ? trueWord : falseWord;
    for (const byte of word) if (bytes[at++] !== byte) return -1;
    const check = plan.check[slot];
    if (check !== undefined && check(value) !== undefined) return -1;
    this.#batch!.number(this.#series[slot]!, time, value ? 1 : 0, quality);
    return at;
  }

  /** A string of ASCII without escapes. */
  #string(plan: FastPlan, slot: number, time: TimeMs, quality: number): number {
    const bytes = this.#bytes;
    if (bytes[this.#at] !== quote) return -1;
    const start = this.#at + 1;
    let at = start;
    for (; bytes[at] !== quote; at++) {
      const byte = bytes[at]!;
      if (byte < 0x20 || byte > 0x7e || byte === 0x5c || at >= this.#end) return -1;
    }
    const text = bytes.toString('latin1', start, at);
    const check = plan.check[slot];
    if (check !== undefined && check(text) !== undefined) return -1;
    this.#batch!.text(this.#series[slot]!, time, VarKind.string, text, quality);
    return at + 1;
  }

  /** Reads a time into `#number`. */
  #time(start: number): number {
    const bytes = this.#bytes;
    if (bytes[start] !== quote) {
      const at = this.#numeral(start);
      if (at >= 0) this.#number = wholeTime(this.#number);
      return Number.isNaN(this.#number) ? -1 : at;
    }
    let at = start + 1;
    while (at < this.#end && bytes[at] !== quote) at++;
    this.#number = parseTimeBytes(bytes, start + 1, at);
    return Number.isNaN(this.#number) ? -1 : at + 1;
  }

  /**
   * Reads a JSON number into `#number`; returns the place behind it, or −1. Up to 15 digits and powers of ten up to 22 are
   * exact in a double, so that one multiplication or division rounds correctly (Clinger 1990); the rest is
   * left to the engine.
   */
  #numeral(start: number): number {
    const bytes = this.#bytes;
    let at = start;
    if (bytes[at] === minus) at++;
    const firstDigit = at;
    let digit = bytes[at]! - zero;
    if (!(digit >= 0 && digit <= 9)) return -1;
    let mantissa = digit;
    let byte = bytes[++at]!;
    if (digit !== 0) {
      while ((digit = byte - zero) >= 0 && digit <= 9) {
        mantissa = mantissa * 10 + digit;
        byte = bytes[++at]!;
      }
    }
    let digits = at - firstDigit;
    let fraction = 0;
    if (byte === dot) {
      const first = ++at;
      byte = bytes[at]!;
      while ((digit = byte - zero) >= 0 && digit <= 9) {
        mantissa = mantissa * 10 + digit;
        byte = bytes[++at]!;
      }
      fraction = at - first;
      if (fraction === 0) return -1;
      digits += fraction;
    }
    if (digits > 15 || (byte | 0x20) === 0x65) return this.#longNumeral(start, at);
    const value = fraction === 0 ? mantissa : mantissa / powers[fraction]!;
    this.#number = bytes[start] === minus ? -value : value;
    return at;
  }

  /** A number with an exponent or many digits; `at` is behind its fraction. */
  #longNumeral(start: number, behindFraction: number): number {
    const bytes = this.#bytes;
    let at = behindFraction;
    if ((bytes[at]! | 0x20) === 0x65) {
      at++;
      if (bytes[at] === minus || bytes[at] === 0x2b) at++;
      const first = at;
      while (bytes[at]! >= zero && bytes[at]! <= 0x39) at++;
      if (at === first) return -1;
    }
    if (at > this.#end) return -1;
    const value = Number(bytes.toString('latin1', start, at));
    this.#number = value;
    return Number.isFinite(value) ? at : -1;
  }
}

const trueWord = Uint8Array.from(Buffer.from('true'));
const falseWord = Uint8Array.from(Buffer.from('false'));

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function skip(bytes: Buffer, start: number): number {
  let at = start;
  while (isSpace(bytes[at]!)) at++;
  return at;
}

// SPDX-License-Identifier: Apache-2.0

/** One message: two properties of one thing at one time that no other message of the thing has. */
export interface SentReading {
  readonly sequence: number;
  readonly time: number;
}

/** What was found in the server's history, against what was sent and acknowledged. */
export interface Findings {
  readonly acknowledged: number;
  /** Acknowledged, and not there. */
  readonly lost: number;
  /** There, and never sent: another time, another value. */
  readonly phantoms: number;
  /** There more than once. */
  readonly duplicates: number;
  /** Messages of which one property is there and the other is not. */
  readonly halves: number;
}

export const noFindings: Findings = {
  acknowledged: 0,
  lost: 0,
  phantoms: 0,
  duplicates: 0,
  halves: 0,
};

export function sumFindings(all: readonly Findings[]): Findings {
  return all.reduce(
    (sum, each) => ({
      acknowledged: sum.acknowledged + each.acknowledged,
      lost: sum.lost + each.lost,
      phantoms: sum.phantoms + each.phantoms,
      duplicates: sum.duplicates + each.duplicates,
      halves: sum.halves + each.halves,
    }),
    noFindings,
  );
}

/** Readings of one property as the server answers them. */
export interface StoredReadings {
  readonly time: readonly number[];
  readonly value: readonly unknown[];
}

/** The text property of a message; the number property is the sequence itself. */
export function textOf(sequence: number): string {
  return `reading ${sequence}`;
}

/** What one thing sent and what of it was acknowledged: the harness's own record, kept apart from the server. */
export class ThingJournal {
  readonly #times: number[] = [];
  readonly #acknowledged: boolean[] = [];
  readonly #behindMs: number;
  acknowledgedCount = 0;

  /** `behindMs`: how late the readings of this thing arrive. */
  constructor(behindMs: number) {
    this.#behindMs = behindMs;
  }

  get sent(): number {
    return this.#times.length;
  }

  /** Notes a new message; undefined while the thing is ahead of its clock (one reading a millisecond). */
  send(now: number): SentReading | undefined {
    const earliest = now - this.#behindMs;
    const time = Math.max(earliest, (this.#times.at(-1) ?? 0) + 1);
    if (time > earliest + 100) return undefined;
    const sequence = this.#times.push(time) - 1;
    return { sequence, time };
  }

  timeOf(sequence: number): number {
    return this.#times[sequence] ?? 0;
  }

  acknowledge(sequence: number): void {
    if (this.#acknowledged[sequence] === true) return;
    this.#acknowledged[sequence] = true;
    this.acknowledgedCount++;
  }

  /** Compares messages `from` to `to` (exclusive) with what the server has of both properties in their range of time. */
  compare(from: number, to: number, numbers: StoredReadings, texts: StoredReadings): Findings {
    const seenNumbers = this.#match(from, to, numbers, (sequence) => sequence);
    const seenTexts = this.#match(from, to, texts, textOf);
    let acknowledged = 0;
    let lost = 0;
    let halves = 0;
    for (let sequence = from; sequence < to; sequence++) {
      const both = seenNumbers.found.has(sequence) && seenTexts.found.has(sequence);
      if (this.#acknowledged[sequence] === true) {
        acknowledged++;
        if (!both) lost++;
      }
      if (seenNumbers.found.has(sequence) !== seenTexts.found.has(sequence)) halves++;
    }
    return {
      acknowledged,
      lost,
      halves,
      phantoms: seenNumbers.phantoms + seenTexts.phantoms,
      duplicates: seenNumbers.duplicates + seenTexts.duplicates,
    };
  }

  #match(from: number, to: number, stored: StoredReadings, value: (sequence: number) => unknown) {
    const found = new Set<number>();
    let phantoms = 0;
    let duplicates = 0;
    for (const [i, time] of stored.time.entries()) {
      const sequence = this.#at(time);
      if (sequence < from || sequence >= to || stored.value[i] !== value(sequence)) phantoms++;
      else if (found.has(sequence)) duplicates++;
      else found.add(sequence);
    }
    return { found, phantoms, duplicates };
  }

  /** The message of exactly this time, -1 when there is none. */
  #at(time: number): number {
    let low = 0;
    let high = this.#times.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const at = this.timeOf(middle);
      if (at === time) return middle;
      if (at < time) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }
}

// SPDX-License-Identifier: Apache-2.0
import type { ErrorCode, Limits, TimeMs } from '#core';
import type { Counter, Metrics } from '#runtime';

/** Where in the life of a connection something failed. */
export type DiagnosisStep =
  | 'accept'
  | 'tls'
  | 'connect'
  | 'auth'
  | 'decode'
  | 'policy'
  | 'model'
  | 'log'
  | 'keep-alive'
  | 'limit'
  | 'delivery';

export interface DiagnosisNote {
  readonly protocol: string;
  /** Remote address. */
  readonly source: string;
  /** Who the client says it is: client identifier, user name, device id. Never a secret. */
  readonly identity: string;
  readonly step: DiagnosisStep;
  /** Code of the catalogue, or the protocol's own (`mqtt 0x82`). */
  readonly code: ErrorCode | `${string} ${string}`;
  readonly detail: string;
}

export interface DiagnosisEntry extends DiagnosisNote {
  readonly first: TimeMs;
  readonly last: TimeMs;
  /** How often the same happened. */
  readonly count: number;
}

interface Kept extends DiagnosisNote {
  first: TimeMs;
  last: TimeMs;
  count: number;
}

/** Longest text kept of anything that a stranger chose. */
const textMax = 256;

/**
 * Refused and failed connections and messages, newest last, the same from the same client merged into one.
 * Bounded by `diagnosis.entriesMax`: what has not happened for longest goes first.
 */
export class Diagnosis {
  readonly #entries = new Map<string, Kept>();
  readonly #entriesMax: number;
  readonly #metrics: Metrics;
  readonly #counters = new Map<string, Counter>();

  constructor(limits: Limits, metrics: Metrics) {
    this.#entriesMax = limits['diagnosis.entriesMax'];
    this.#metrics = metrics;
  }

  note(note: DiagnosisNote, now: TimeMs): void {
    const { protocol, source, step, code } = note;
    const identity = note.identity.slice(0, textMax);
    const detail = note.detail.slice(0, textMax);
    this.#counter(protocol, step).inc();
    const key = JSON.stringify([protocol, source, identity, step, code, detail]);
    const kept = this.#entries.get(key);
    // Put back at the end: the map is in the order of the latest occurrence.
    this.#entries.delete(key);
    if (kept) {
      kept.last = now;
      kept.count++;
      this.#entries.set(key, kept);
      return;
    }
    if (this.#entries.size >= this.#entriesMax) this.#dropOldest();
    this.#entries.set(key, {
      protocol,
      source,
      identity,
      step,
      code,
      detail,
      first: now,
      last: now,
      count: 1,
    });
  }

  /** Newest first. */
  entries(): DiagnosisEntry[] {
    return [...this.#entries.values()].map((entry) => ({ ...entry })).toReversed();
  }

  #dropOldest(): void {
    const oldest = this.#entries.keys().next();
    if (!oldest.done) this.#entries.delete(oldest.value);
  }

  #counter(protocol: string, step: DiagnosisStep): Counter {
    const key = `${protocol} ${step}`;
    let counter = this.#counters.get(key);
    if (!counter) {
      const labels = { protocol, step };
      counter = this.#metrics.counter(
        'fengsui_refusals_total',
        'Refused or failed, by step',
        labels,
      );
      this.#counters.set(key, counter);
    }
    return counter;
  }
}

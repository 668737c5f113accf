// SPDX-License-Identifier: Apache-2.0
import { sourceKey, type TimeMs } from '#core';

/** Sources remembered of one protocol; the longest quiet one goes first. */
const sourcesMax = 1_000;

/** When a source last tried to come in over a protocol. */
export interface Attempt {
  readonly source: string;
  readonly last: TimeMs;
}

/** Who has tried to connect lately, refused or not: whether anything arrives at all. */
export class Attempts {
  readonly #protocols = new Map<string, Map<string, { source: string; last: TimeMs }>>();

  note(protocol: string, source: string, now: TimeMs): void {
    let sources = this.#protocols.get(protocol);
    if (!sources) this.#protocols.set(protocol, (sources = new Map()));
    const key = sourceKey(source);
    const known = sources.get(key);
    sources.delete(key);
    if (known) {
      known.source = source;
      known.last = now;
    }
    sources.set(key, known ?? { source, last: now });
    if (sources.size <= sourcesMax) return;
    const oldest = sources.keys().next();
    if (!oldest.done) sources.delete(oldest.value);
  }

  /** Newest first, those since a time. */
  since(protocol: string, time: TimeMs): Attempt[] {
    return [...(this.#protocols.get(protocol)?.values() ?? [])]
      .filter(({ last }) => last >= time)
      .map(({ source, last }) => ({ source, last }))
      .toReversed();
  }
}

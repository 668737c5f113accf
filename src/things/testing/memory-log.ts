// SPDX-License-Identifier: Apache-2.0
import type { Log, LogChunk, LogEntry, LogRecord, Offset } from '#bus';
import type { TimeMs } from '#core';

/** A log in memory for tests: appends are durable at once, and it outlives the services that read it. */
export class MemoryLog implements Log<'memory'> {
  readonly durability = 'memory';
  readonly tail = 0;
  readonly stopped = undefined;
  readonly records: LogRecord[] = [];
  readonly #now: () => TimeMs;
  readonly #held = new Map<string, Offset>();
  #wake: (() => void)[] = [];

  constructor(now: () => TimeMs) {
    this.#now = now;
  }

  get head(): Offset {
    return this.records.length;
  }

  append(entries: readonly LogEntry[]): Promise<Offset> {
    const offset = this.head;
    for (const entry of entries) {
      this.records.push({ ...entry, offset: this.head, time: this.#now() });
    }
    const wake = this.#wake;
    this.#wake = [];
    for (const resume of wake) resume();
    return Promise.resolve(offset);
  }

  async read(from: Offset, options: { readonly signal: AbortSignal }): Promise<LogChunk> {
    while (from >= this.head && !options.signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake.push(resolve);
        options.signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    if (options.signal.aborted) return { records: [], next: from };
    return { records: this.records.slice(from), next: this.head };
  }

  offsetAt(time: TimeMs): Promise<Offset> {
    const index = this.records.findIndex((record) => record.time >= time);
    return Promise.resolve(index < 0 ? this.head : index);
  }

  hold(reader: string, committed: Offset): void {
    this.#held.set(reader, committed);
  }

  release(reader: string): void {
    this.#held.delete(reader);
  }

  readers(): ReadonlyMap<string, Offset> {
    return this.#held;
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

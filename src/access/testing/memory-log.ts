// SPDX-License-Identifier: Apache-2.0
import type { Log, LogChunk, LogEntry, LogRecord, Offset } from '#bus';

/** A log in memory for tests: its appends can be held back or made to fail. */
export class MemoryLog implements Log<'memory'> {
  readonly durability = 'memory';
  readonly records: LogRecord[] = [];
  readonly tail = 0;
  stopped: Error | undefined;
  /** While true appends wait for `flush`. */
  stalled = false;
  #held: (() => void)[] = [];
  #waiting: (() => void)[] = [];

  /** Another log with the same records. */
  static copy(log: MemoryLog): MemoryLog {
    const copy = new MemoryLog();
    copy.records.push(...log.records);
    return copy;
  }

  get head(): Offset {
    return this.records.length;
  }

  append(entries: readonly LogEntry[]): Promise<Offset> {
    const { promise, resolve, reject } = Promise.withResolvers<Offset>();
    const commit = (): void => {
      if (this.stopped) {
        reject(this.stopped);
        return;
      }
      const first = this.records.length;
      for (const { kind, payload } of entries) {
        const copy = Uint8Array.from(payload);
        this.records.push({ kind, payload: copy, offset: this.records.length, time: 0 });
      }
      resolve(first);
      for (const wake of this.#waiting.splice(0)) wake();
    };
    if (this.stalled) this.#held.push(commit);
    else setImmediate(commit);
    return promise;
  }

  /** Lets what was held back through. */
  flush(): void {
    this.stalled = false;
    for (const commit of this.#held.splice(0)) commit();
  }

  async read(from: Offset, options: { bytesMax: number; signal: AbortSignal }): Promise<LogChunk> {
    while (from >= this.records.length && !options.signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        options.signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    const records = this.records.slice(from);
    return { records, next: from + records.length };
  }

  offsetAt(): Promise<Offset> {
    return Promise.resolve(0);
  }

  hold(): void {}

  release(): void {}

  readers(): ReadonlyMap<string, Offset> {
    return new Map();
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

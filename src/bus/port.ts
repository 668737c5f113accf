// SPDX-License-Identifier: Apache-2.0
import type { TimeMs } from '#core';

/** What an acknowledgement of an append promises. */
export type Durability = 'disk' | 'quorum' | 'memory';

/** What a record carries. Codes are on disk: never renumbered. */
export const RecordKind = {
  /** A columnar batch of readings (`#model`, batch.ts). */
  readings: 1,
  /** A thing's event (JSON). */
  event: 2,
  /** A message of the plain broker (binary, written by `access/protocols/mqtt`). */
  message: 3,
  /** A change of an MQTT session or of its queue (binary, `access/protocols/mqtt`). */
  session: 4,
  /** A connection opened, closed or refused; a thing created, changed or removed (JSON). */
  lifecycle: 5,
  /** A step of an action or of a desired state (JSON). */
  action: 6,
  alarm: 7,
  /** A series made for a property on its first reading (JSON), in the same unit as that reading. */
  series: 8,
} as const;

export type RecordKindCode = (typeof RecordKind)[keyof typeof RecordKind];

/** Identity and order of a record: 0, 1, 2, … */
export type Offset = number;

export interface LogEntry {
  readonly kind: RecordKindCode;
  readonly payload: Uint8Array;
}

export interface LogRecord extends LogEntry {
  readonly offset: Offset;
  /** When it was appended. */
  readonly time: TimeMs;
}

/** Records from a read, and where to go on. A gap names what was lost to corruption or to retention: never silent. */
export interface LogChunk {
  readonly records: readonly LogRecord[];
  readonly next: Offset;
  readonly gap?:
    | { readonly from: Offset; readonly to: Offset; readonly reason: 'corrupt' | 'retained' }
    | undefined;
}

/**
 * The log: one order over everything that enters the platform. `D` says what a resolved append promises.
 * Appends resolve in the order in which they were called. After a failed write or sync every append rejects
 * with `bus.stopped` until the log has been reopened.
 */
export interface Log<D extends Durability = Durability> {
  readonly durability: D;
  /** Offset that the next record will get. */
  readonly head: Offset;
  /** Oldest offset that can be read. */
  readonly tail: Offset;
  /**
   * Appends records as one unit: after a crash all of them are there, or none.
   * Resolves with the offset of the first once the promise of `D` holds.
   */
  append(entries: readonly LogEntry[]): Promise<Offset>;
  /** Records from `from`, up to about `bytesMax`; waits until there is at least one or the signal aborts (empty chunk). */
  read(
    from: Offset,
    options: { readonly bytesMax: number; readonly signal: AbortSignal },
  ): Promise<LogChunk>;
  /** The first offset appended at or after a time. */
  offsetAt(time: TimeMs): Promise<Offset>;
  /** Tells how far a reader has committed; nothing at or after the slowest reader's offset is dropped. */
  hold(reader: string, committed: Offset): void;
  /** Forgets a reader that is gone for good. */
  release(reader: string): void;
  /** Committed offset and lag of each reader. */
  readers(): ReadonlyMap<string, Offset>;
  /** Why appends are refused, or undefined while all is well. */
  readonly stopped: Error | undefined;
  [Symbol.asyncDispose](): Promise<void>;
}

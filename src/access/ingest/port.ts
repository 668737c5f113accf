// SPDX-License-Identifier: Apache-2.0
import type { TimeMs } from '#core';
import type { LogEntry, Offset } from '#bus';
import type { BatchBuilder } from '#model';

/**
 * Told once when everything added in a generation is durable, or that it failed.
 * `durable` is called in generation order; waiters of one generation in the order in which they registered.
 */
export interface CommitWaiter {
  durable(generation: number): void;
  failed(generation: number, reason: Error): void;
}

/**
 * The way into the log, shared by every protocol. What arrives while a commit is under way forms the next
 * generation and is committed together (group commit by arrival, no timer). Single-threaded: call, then return to the loop.
 */
export interface Ingest {
  /** Number of the open generation. */
  readonly generation: number;
  /** Readings of the open generation. Valid only until the caller returns to the event loop. */
  readonly batch: BatchBuilder;
  /** Server time of this turn of the loop. */
  readonly now: TimeMs;
  /** Adds a record of another kind to the open generation, in order. */
  add(entry: LogEntry): void;
  /** Asks to be told when the open generation is durable. Once a generation and waiter is enough. */
  wait(waiter: CommitWaiter): void;
  /** Bytes accepted and not yet durable. */
  readonly pendingBytes: number;
  /** True while more is accepted than `ingest.pendingBytesMax` and not yet durable: pause the socket. */
  readonly congested: boolean;
  /** Calls back once when no longer congested. */
  whenReady(resume: () => void): void;
  /**
   * Offset of the first record of the generation whose waiters are being told; its readings come first, then
   * the other records in the order of `add`.
   */
  readonly durableOffset: Offset;
  /** The durable promise for callers off the hot path (HTTP, tasks): resolves when what was added is durable. */
  durable(): Promise<void>;
}

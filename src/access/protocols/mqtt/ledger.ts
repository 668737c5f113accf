// SPDX-License-Identifier: Apache-2.0
import type { Offset } from '#bus';
import { RecordKind } from '#bus';
import type { Random, TimeMs } from '#core';
import type { CommitWaiter, Ingest } from '../../ingest/port.ts';
import type { Operation } from './operations.ts';
import { encodeOperation, type Origin } from './records.ts';

/** Told once: at which offset the operation was recorded and applied, or why it was not. */
export type Settled = (outcome: Offset | Error) => void;

/** `Omit` that keeps the members of a union apart. */
type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** An operation before it has its time. */
export type Proposal = Without<Operation, 'time'>;

interface Pending {
  readonly generation: number;
  readonly settled: Settled;
}

/**
 * Writes operations to the log and remembers who waits for them. An operation settles when it has been read back from
 * the log and applied, so that the order of the log is the order of the state.
 */
export class Ledger implements CommitWaiter {
  readonly #ingest: Ingest;
  readonly #process: number;
  readonly #pending = new Map<number, Pending>();
  #number = 0;
  #time: TimeMs = 0;
  #waited = -1;

  constructor(ingest: Ingest, random: Random) {
    this.#ingest = ingest;
    this.#process = Math.floor(random.next() * 0x1_0000_0000);
  }

  /** Time for a record: never before that of an earlier record, whatever the clock does. */
  time(): TimeMs {
    this.#time = Math.max(this.#time, this.#ingest.now);
    return this.#time;
  }

  /** Times in the log went as far as this. */
  advance(time: TimeMs): void {
    this.#time = Math.max(this.#time, time);
  }

  propose(operation: Operation, settled?: Settled): void {
    const number = ++this.#number;
    const payload = encodeOperation(operation, { process: this.#process, number });
    this.#ingest.add({ kind: RecordKind.session, payload });
    if (!settled) return;
    this.#pending.set(number, { generation: this.#ingest.generation, settled });
    this.#await();
  }

  /** An operation was read from the log and applied. */
  applied(origin: Origin, offset: Offset): void {
    if (origin.process !== this.#process) return;
    const pending = this.#pending.get(origin.number);
    this.#pending.delete(origin.number);
    pending?.settled(offset);
  }

  durable(): void {}

  failed(generation: number, reason: Error): void {
    for (const [number, pending] of this.#pending) {
      if (pending.generation !== generation) continue;
      this.#pending.delete(number);
      pending.settled(reason);
    }
  }

  #await(): void {
    if (this.#waited === this.#ingest.generation) return;
    this.#waited = this.#ingest.generation;
    this.#ingest.wait(this);
  }
}

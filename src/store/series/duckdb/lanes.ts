// SPDX-License-Identifier: Apache-2.0
import type { DuckDBConnection } from '@duckdb/node-api';
import { FaultError, fault } from '#core';
import { type Table, beginSnapshot, endSnapshot, table } from './columns.ts';

/** Runs statements of one question, and stops between them when it was cancelled. */
export interface Session {
  /** Takes a snapshot, which all that is asked sees until `end`. */
  begin(): Promise<void>;
  ask(sql: string, numbers: number): Promise<Table>;
  end(): Promise<void>;
}

interface Job {
  readonly id: number;
  readonly work: (session: Session) => Promise<void>;
  readonly refuse: (error: unknown) => void;
  cancelled: boolean;
}

/**
 * A queue with its own connections. There is one for small questions and one for heavy ones, so that the
 * first never wait for the second; neither has the connection that writes.
 */
export class Lane {
  readonly #idle: DuckDBConnection[];
  readonly #waitingMax: number;
  readonly #waiting: Job[] = [];
  readonly #running = new Map<Job, DuckDBConnection>();
  readonly #ended = new Set<Promise<void>>();

  constructor(connections: readonly DuckDBConnection[], waitingMax: number) {
    this.#idle = [...connections];
    this.#waitingMax = waitingMax;
  }

  /** Runs the work when a connection is free; `common.limit` where too many wait already. */
  run<T>(id: number, work: (session: Session) => Promise<T>): Promise<T> {
    if (this.#waiting.length >= this.#waitingMax) {
      return Promise.reject(new FaultError(fault('common.limit', 'store.queriesWaitingMax')));
    }
    return new Promise((resolve, reject) => {
      const settle = (session: Session): Promise<void> => work(session).then(resolve, reject);
      this.#waiting.push({ id, work: settle, refuse: reject, cancelled: false });
      this.#next();
    });
  }

  /** Stops a question that waits or runs. */
  cancel(id: number): void {
    const at = this.#waiting.findIndex((job) => job.id === id);
    if (at >= 0) {
      const [job] = this.#waiting.splice(at, 1);
      job?.refuse(tooSlow());
    }
    for (const [job, connection] of this.#running) {
      if (job.id !== id) continue;
      job.cancelled = true;
      connection.interrupt();
    }
  }

  /** Stops everything that runs, because writing needs the memory. */
  interruptAll(): void {
    for (const [job, connection] of this.#running) {
      job.cancelled = true;
      connection.interrupt();
    }
  }

  /** Stops everything, takes nothing more, and gives the connections back. */
  async close(): Promise<void> {
    for (const job of this.#waiting.splice(0)) job.refuse(tooSlow());
    this.interruptAll();
    await Promise.all(this.#ended);
    for (const connection of this.#idle.splice(0)) connection.closeSync();
  }

  #next(): void {
    const connection = this.#idle.pop();
    if (connection === undefined) return;
    const job = this.#waiting.shift();
    if (job === undefined) {
      this.#idle.push(connection);
      return;
    }
    this.#running.set(job, connection);
    const session: Session = {
      begin: () => beginSnapshot(connection),
      end: () => endSnapshot(connection),
      ask: async (sql, numbers) => {
        if (job.cancelled) throw tooSlow();
        const answer = await table(connection, sql, numbers);
        // An interruption that came before the engine had begun is lost on it.
        if (job.cancelled) throw tooSlow();
        return answer;
      },
    };
    const ended = job.work(session).finally(() => {
      this.#running.delete(job);
      this.#ended.delete(ended);
      this.#idle.push(connection);
      this.#next();
    });
    this.#ended.add(ended);
  }
}

const tooSlow = (): FaultError => new FaultError(fault('store.query-too-slow', 'query.msMax'));

// SPDX-License-Identifier: Apache-2.0
import { Worker } from 'node:worker_threads';
import { FaultError, fault } from '#core';
import {
  SqlError,
  type HandleName,
  type SqlReply,
  type SqlRows,
  type SqlRunner,
  type SqlValue,
  type ThreadSetup,
} from './messages.ts';

interface Waiting {
  readonly resolve: (rows: SqlRows) => void;
  readonly reject: (error: Error) => void;
}

/**
 * SQLite in a thread of its own, so that neither a commit's fsync nor a scan stops the event loop.
 * Statements of one thread run in the order in which they were asked.
 */
export class SqliteThread {
  readonly #worker: Worker;
  readonly #unwanted = new Int32Array(new SharedArrayBuffer(4));
  readonly #waiting = new Map<number, Waiting>();
  #next = 1;
  #ended: Error | undefined;

  constructor(setup: Omit<ThreadSetup, 'unwanted'>) {
    const { buffer: unwanted } = this.#unwanted;
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: { ...setup, unwanted } satisfies ThreadSetup,
      name: `registry ${setup.handles.join('+')}`,
    });
    this.#worker.on('message', (reply: SqlReply) => this.#settle(reply));
    this.#worker.on('error', (error: Error) => this.#end(error));
    this.#worker.on('exit', () => this.#end(new Error('the registry thread has ended')));
  }

  /** Statements on one of the thread's handles. */
  runner(handle: HandleName): SqlRunner {
    return { run: (sql, parameters) => this.#run(handle, sql, parameters) };
  }

  /** Ends the statement that runs now, where it has `stillWanted` among its terms. */
  cancel(): void {
    Atomics.store(this.#unwanted, 0, 1);
  }

  #run(handle: HandleName, sql: string, parameters: readonly SqlValue[]): Promise<SqlRows> {
    const ended = this.#ended;
    if (ended !== undefined) {
      return Promise.reject(
        new FaultError(fault('store.registry-closed', undefined, ended.message), { cause: ended }),
      );
    }
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, handle, sql, parameters });
    });
  }

  #settle(reply: SqlReply): void {
    const waiting = this.#waiting.get(reply.id);
    if (waiting === undefined) return;
    this.#waiting.delete(reply.id);
    if ('answer' in reply) waiting.resolve(reply.answer);
    else waiting.reject(new SqlError(reply.failure));
  }

  #end(error: Error): void {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    const failure = new FaultError(fault('store.registry-closed', undefined, error.message), {
      cause: error,
    });
    for (const waiting of this.#waiting.values()) waiting.reject(failure);
    this.#waiting.clear();
  }

  /** Ends the thread; what was asked and not answered is refused, an open transaction is rolled back by SQLite. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#end(new Error('the registry is closed'));
    await this.#worker.terminate();
  }
}

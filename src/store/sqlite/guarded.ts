// SPDX-License-Identifier: Apache-2.0
import { FaultError, fault, type DurationMs } from '#core';
import type { Clock } from '#runtime';
import type { SqlRows, SqlRunner, SqlValue, ThreadSetup } from './messages.ts';
import { SqliteThread } from './thread.ts';

export interface GuardedOptions {
  readonly setup: Omit<ThreadSetup, 'unwanted'>;
  readonly clock: Clock;
  readonly msMax: DurationMs;
  readonly queueMax: number;
}

/**
 * A reading thread for questions of unknown cost, made at the first of them. They run one at a time; one that
 * takes longer than the ceiling is ended and gives `store.query-too-slow`.
 */
export class GuardedThread implements SqlRunner {
  readonly #options: GuardedOptions;
  #thread: SqliteThread | undefined;
  #tail: Promise<unknown> = Promise.resolve();
  #queued = 0;
  #closed = false;

  constructor(options: GuardedOptions) {
    this.#options = options;
  }

  run(sql: string, parameters: readonly SqlValue[]): Promise<SqlRows> {
    if (this.#queued >= this.#options.queueMax) {
      return Promise.reject(new FaultError(fault('common.limit', 'registry.listQueueMax')));
    }
    this.#queued++;
    const answer = this.#tail.then(() => this.#guard(sql, parameters));
    const settled = (): void => {
      this.#queued--;
    };
    this.#tail = answer.then(settled, settled);
    return answer;
  }

  async #guard(sql: string, parameters: readonly SqlValue[]): Promise<SqlRows> {
    const { setup, clock, msMax } = this.#options;
    if (this.#closed) throw new FaultError(fault('store.registry-closed'));
    const thread = (this.#thread ??= new SqliteThread(setup));
    let late = false;
    const timer = clock.after(msMax, () => {
      late = true;
      thread.cancel();
    });
    try {
      return await thread.runner('read').run(sql, parameters);
    } catch (error) {
      if (!late) throw error;
      throw new FaultError(fault('store.query-too-slow', 'query.msMax'), { cause: error });
    } finally {
      timer.cancel();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#thread?.cancel();
    await this.#thread?.[Symbol.asyncDispose]();
  }
}

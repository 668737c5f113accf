// SPDX-License-Identifier: Apache-2.0
import type { Log, LogEntry, Offset } from '#bus';
import { assert, Minutes } from '#core';
import type { Clock, Logger, Timer } from '#runtime';
import type { FollowUp, Registry, SeriesStore } from '#store';
import { encodeErasure } from './erasure.ts';
import { eraseSeries } from './service.ts';

const batchSize = 100;

export interface FollowUpsOptions {
  readonly registry: Registry;
  readonly series: Pick<SeriesStore, 'committed' | 'erase'>;
  readonly log: Pick<Log, 'head'>;
  /** Appends a record to the log behind all readings taken so far; resolves when it is durable. */
  readonly append: (entry: LogEntry) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Does what deletions left to do: noted in the registry first, done, and only then crossed out.
 * Series are erased in two steps: a record in the log tells its readers, then, once the series
 * store has all readings before that record, the store erases them; readings that were still on
 * their way cannot come back.
 */
export class FollowUps {
  readonly #options: FollowUpsOptions;
  #timer: Timer | undefined;
  #running: Promise<void> | undefined;
  #stopping = false;

  constructor(options: FollowUpsOptions) {
    this.#options = options;
  }

  /** Looks for work now and every minute. */
  start(): void {
    this.#timer = this.#options.clock.every(Minutes(1), () => this.#wake());
    this.#wake();
  }

  #wake(): void {
    this.#running ??= this.#run()
      .catch((error: unknown) => {
        this.#options.logger.warn({ err: error }, 'a follow-up failed; it is tried again');
      })
      .finally(() => {
        this.#running = undefined;
      });
  }

  async #run(): Promise<void> {
    while (!this.#stopping && (await this.#advance()));
  }

  /** One step of what is due; whether anything was done. */
  async #advance(): Promise<boolean> {
    const { registry, clock, series } = this.#options;
    const due = (await registry.read.followUps.due(clock.now(), batchSize)).map(erasureOf);
    const untold = due.filter((item) => item.after === undefined);
    if (untold.length > 0) await this.#tell(untold);
    const { committed } = series;
    const ready = due.filter(({ after = Infinity }) => after <= committed);
    if (ready.length > 0) await this.#erase(ready);
    return untold.length > 0 || ready.length > 0;
  }

  async #tell(items: readonly Erasure[]): Promise<void> {
    const { registry, append, log, clock } = this.#options;
    await append(encodeErasure(items.flatMap((item) => item.series)));
    const after = log.head;
    const now = clock.now();
    await registry.write(async ({ followUps }) => {
      for (const { id, series } of items) {
        await followUps.remove(id);
        await followUps.add(eraseSeries, { series, after }, now);
      }
    });
  }

  async #erase(items: readonly Erasure[]): Promise<void> {
    await this.#options.series.erase(items.flatMap((item) => item.series));
    await this.#options.registry.write(async ({ followUps }) => {
      for (const { id } of items) await followUps.remove(id);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping = true;
    this.#timer?.cancel();
    await this.#running;
  }
}

interface Erasure {
  readonly id: number;
  readonly series: readonly number[];
  /** Where the store has to have come before it erases; undefined until the log has been told. */
  readonly after: Offset | undefined;
}

function erasureOf({ id, kind, payload }: FollowUp): Erasure {
  assert(kind === eraseSeries, `${kind} is a kind of follow-up`);
  const { series, after } = payload;
  assert(Array.isArray(series), 'an erasure names series');
  const ids = series.filter((item) => typeof item === 'number');
  return { id, series: ids, after: typeof after === 'number' ? after : undefined };
}

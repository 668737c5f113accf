// SPDX-License-Identifier: Apache-2.0
import type { Logger } from '#runtime';
import type { Registry } from '#store';

const blockSize = 4_096;
/** A series id is an unsigned 32-bit number in a batch. */
export const seriesIdMax = 4_294_967_295;

/**
 * Series ids for properties that turn up while readings come in: a block is taken durably ahead, so
 * that handing one out needs no wait and none is ever handed out twice.
 */
export class SeriesIds {
  readonly #registry: Registry;
  readonly #logger: Logger;
  #next = 0;
  #end = 0;
  #spare: number | undefined;
  #taking: Promise<void> | undefined;

  constructor(registry: Registry, logger: Logger) {
    this.#registry = registry;
    this.#logger = logger;
  }

  /** Takes the first block. */
  async start(): Promise<void> {
    this.#next = await this.#take();
    this.#end = this.#next + blockSize;
  }

  /** An id, or undefined in the rare moment in which the next block is still being taken. */
  next(): number | undefined {
    if (this.#next === this.#end && this.#spare !== undefined) {
      this.#next = this.#spare;
      this.#end = this.#next + blockSize;
      this.#spare = undefined;
    }
    if (this.#end - this.#next < blockSize / 2) this.#refill();
    return this.#next < this.#end ? this.#next++ : undefined;
  }

  #refill(): void {
    if (this.#taking !== undefined || this.#spare !== undefined) return;
    this.#taking = this.#take()
      .then((first) => {
        this.#spare = first;
      })
      .catch((error: unknown) => {
        this.#logger.error({ err: error }, 'no series ids could be taken');
      })
      .finally(() => {
        this.#taking = undefined;
      });
  }

  /** Waits for the block that is being taken. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#taking;
  }

  #take(): Promise<number> {
    return this.#registry.write((tables) => tables.counters.take('series', blockSize, seriesIdMax));
  }
}

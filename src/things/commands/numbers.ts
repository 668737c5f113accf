// SPDX-License-Identifier: Apache-2.0
import type { Registry } from '#store';

const blockSize = 256;

/** Numbers of tasks and requests, taken durably a block at a time; a crash leaves a gap and never a repetition. */
export class CommandNumbers {
  readonly #registry: Registry;
  #next = 0;
  #end = 0;
  #taking: Promise<void> | undefined;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  async take(): Promise<number> {
    while (this.#next === this.#end) {
      this.#taking ??= this.#refill().finally(() => {
        this.#taking = undefined;
      });
      await this.#taking;
    }
    return this.#next++;
  }

  async #refill(): Promise<void> {
    const first = await this.#registry.write((tables) =>
      tables.counters.take('task', blockSize, Number.MAX_SAFE_INTEGER),
    );
    this.#next = first;
    this.#end = first + blockSize;
  }
}

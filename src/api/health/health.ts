// SPDX-License-Identifier: Apache-2.0
import { statfs } from 'node:fs/promises';
import { Seconds } from '#core';
import type { Clock, EventLoopDelay, MemoryFigures, ProcessFigures, Timer } from '#runtime';
import { DiskForecast, type DiskFigures } from './disk-forecast.ts';

export interface HealthOptions {
  readonly directory: string;
  readonly clock: Clock;
  readonly figures: ProcessFigures;
}

const everyMs = Seconds(5);

/** Samples what is only known over time: the disk, and how late the event loop is. */
export class Health implements Disposable {
  readonly #options: HealthOptions;
  readonly #forecast = new DiskForecast();
  #delay: EventLoopDelay = { p99Ms: 0, maxMs: 0 };
  #timer: Timer | undefined;

  constructor(options: HealthOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { clock, figures } = this.#options;
    figures.start();
    this.#timer = clock.every(everyMs, () => {
      this.#delay = figures.takeDelay();
      void this.#sample();
    });
    await this.#sample();
  }

  [Symbol.dispose](): void {
    this.#timer?.cancel();
    this.#options.figures[Symbol.dispose]();
  }

  /** Undefined where the file system does not say. */
  disk(): DiskFigures | undefined {
    return this.#forecast.figures();
  }

  memory(): MemoryFigures {
    return this.#options.figures.memory();
  }

  /** Of the last five seconds. */
  eventLoop(): EventLoopDelay {
    return this.#delay;
  }

  async #sample(): Promise<void> {
    const { directory, clock } = this.#options;
    try {
      const { bavail, blocks, bsize } = await statfs(directory);
      this.#forecast.sample(clock.now(), bavail * bsize, blocks * bsize);
    } catch {
      // No figures; that the directory is gone or unreadable is an issue of its own.
    }
  }
}

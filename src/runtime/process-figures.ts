// SPDX-License-Identifier: Apache-2.0
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { DurationMs } from '#core';

/** Bytes of this process. */
export interface MemoryFigures {
  readonly residentBytes: number;
  readonly heapBytes: number;
  readonly externalBytes: number;
}

/** How late timers came since the last look. */
export interface EventLoopDelay {
  readonly p99Ms: DurationMs;
  readonly maxMs: DurationMs;
}

const resolutionMs = 50;
const nanosecondsPerMs = 1_000_000;

/** What the process says of itself. */
export class ProcessFigures implements Disposable {
  readonly #delay = monitorEventLoopDelay({ resolution: resolutionMs });

  start(): void {
    this.#delay.enable();
  }

  memory(): MemoryFigures {
    const { rss, heapUsed, external } = process.memoryUsage();
    return { residentBytes: rss, heapBytes: heapUsed, externalBytes: external };
  }

  /** The delay since the last call; zeros when nothing was measured meanwhile. */
  takeDelay(): EventLoopDelay {
    const delay = this.#delay;
    const late = (nanoseconds: number): DurationMs =>
      delay.count === 0 ? 0 : Math.max(0, nanoseconds / nanosecondsPerMs - resolutionMs);
    const found = { p99Ms: late(delay.percentile(99)), maxMs: late(delay.max) };
    delay.reset();
    return found;
  }

  [Symbol.dispose](): void {
    this.#delay.disable();
  }
}

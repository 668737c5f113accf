// SPDX-License-Identifier: Apache-2.0
import type { DurationMs, TimeMs } from '#core';

/** A pending timer; cancelling one that has fired does nothing. */
export interface Timer {
  cancel(): void;
}

/** Time as an argument, so that simulations and tests own it. */
export interface Clock {
  /** Wall-clock time. */
  now(): TimeMs;
  /** Milliseconds from an arbitrary start that never go back. */
  monotonic(): DurationMs;
  after(delay: DurationMs, action: () => void): Timer;
  every(period: DurationMs, action: () => void): Timer;
}

/** The machine's clock. Timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delay, action) {
    const handle = setTimeout(action, delay);
    handle.unref();
    return { cancel: () => clearTimeout(handle) };
  },
  every(period, action) {
    const handle = setInterval(action, period);
    handle.unref();
    return { cancel: () => clearInterval(handle) };
  },
};

/** Resolves after a delay, or as soon as the signal aborts. */
export function sleep(clock: Clock, delay: DurationMs, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      timer.cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = clock.after(delay, done);
    signal.addEventListener('abort', done);
  });
}

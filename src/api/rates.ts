// SPDX-License-Identifier: Apache-2.0
import { Minutes, Seconds, type DurationMs, type TimeMs } from '#core';
import type { Clock, Timer } from '#runtime';

/** Counted so far. */
export interface Intake {
  readonly messages: number;
  readonly readings: number;
}

/** Per second, over the time up to `time`. */
export interface Rate extends Intake {
  readonly time: TimeMs;
}

interface Sample extends Intake {
  readonly time: TimeMs;
  readonly at: DurationMs;
}

const everyMs = Seconds(1);
const nowMs = Seconds(10);
const keptMs = Minutes(5);
const points = 60;
const perPoint = keptMs / everyMs / points;

/** How much comes in: sampled every second, kept for five minutes. */
export class Rates implements Disposable {
  readonly #clock: Clock;
  readonly #count: () => Intake;
  readonly #samples: Sample[] = [];
  #timer: Timer | undefined;

  constructor(clock: Clock, count: () => Intake) {
    this.#clock = clock;
    this.#count = count;
  }

  start(): void {
    this.#timer = this.#clock.every(everyMs, () => this.#sample());
    this.#sample();
  }

  [Symbol.dispose](): void {
    this.#timer?.cancel();
  }

  /** Per second, over the last ten; over less right after the start. */
  now(): Rate {
    const last = this.#samples.at(-1);
    const first = this.#samples.at(-1 - nowMs / everyMs) ?? this.#samples[0];
    return rate(first, last, this.#clock.now());
  }

  /** Sixty points of five seconds at most, the oldest first. */
  line(): readonly Rate[] {
    const found: Rate[] = [];
    for (let end = this.#samples.length - 1; end >= perPoint; end -= perPoint) {
      const last = this.#samples[end];
      found.push(rate(this.#samples[end - perPoint], last, last?.time ?? 0));
    }
    return found.toReversed();
  }

  #sample(): void {
    const { messages, readings } = this.#count();
    const clock = this.#clock;
    this.#samples.push({ messages, readings, time: clock.now(), at: clock.monotonic() });
    if (this.#samples.length > keptMs / everyMs + 1) this.#samples.shift();
  }
}

function rate(first: Sample | undefined, last: Sample | undefined, time: TimeMs): Rate {
  if (first === undefined || last === undefined || last.at <= first.at) {
    return { time, messages: 0, readings: 0 };
  }
  const seconds = (last.at - first.at) / Seconds(1);
  return {
    time,
    messages: (last.messages - first.messages) / seconds,
    readings: (last.readings - first.readings) / seconds,
  };
}

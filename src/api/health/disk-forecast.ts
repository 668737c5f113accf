// SPDX-License-Identifier: Apache-2.0
import { Days, Minutes, type TimeMs } from '#core';

/** What is known of the disk; forecasts are there once there is enough to go by. */
export interface DiskFigures {
  readonly freeBytes: number;
  readonly totalBytes: number;
  /** Of the last day, or of as much of it as was seen. */
  readonly growthBytesPerDay: number | undefined;
  /** Days until nothing is left at this pace; undefined while it does not grow. */
  readonly daysLeft: number | undefined;
}

interface Sample {
  readonly time: TimeMs;
  readonly freeBytes: number;
}

const everyMs = Minutes(5);
const samplesMax = Days(1) / everyMs;
/** A slope over less says nothing: compaction comes and goes. */
const spanMsMin = Minutes(10);

/** Samples of free space and the line through them. */
export class DiskForecast {
  readonly #samples: Sample[] = [];
  #totalBytes = 0;
  #latest: Sample | undefined;

  sample(time: TimeMs, freeBytes: number, totalBytes: number): void {
    this.#latest = { time, freeBytes };
    this.#totalBytes = totalBytes;
    const last = this.#samples.at(-1);
    if (last !== undefined && time - last.time < everyMs) return;
    this.#samples.push({ time, freeBytes });
    if (this.#samples.length > samplesMax) this.#samples.shift();
  }

  figures(): DiskFigures | undefined {
    const latest = this.#latest;
    if (latest === undefined) return undefined;
    const growth = this.#growthPerDay(latest);
    const grows = growth !== undefined && growth > 0;
    return {
      freeBytes: latest.freeBytes,
      totalBytes: this.#totalBytes,
      growthBytesPerDay: growth,
      daysLeft: grows ? latest.freeBytes / growth : undefined,
    };
  }

  /** Least squares through the samples and the latest. */
  #growthPerDay(latest: Sample): number | undefined {
    const samples = [...this.#samples, latest];
    const first = samples[0] ?? latest;
    if (latest.time - first.time < spanMsMin) return undefined;
    const mean = (of: (sample: Sample) => number): number =>
      samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
    const time = mean((sample) => sample.time - first.time);
    const free = mean((sample) => sample.freeBytes);
    let above = 0;
    let below = 0;
    for (const sample of samples) {
      const distance = sample.time - first.time - time;
      above += distance * (sample.freeBytes - free);
      below += distance * distance;
    }
    return below === 0 ? undefined : (-above / below) * Days(1);
  }
}

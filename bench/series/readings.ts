// SPDX-License-Identifier: Apache-2.0
import { SeededRandom } from '#core';

/** Readings in columns; only the first `rows` count. */
export interface Readings {
  rows: number;
  readonly series: Uint32Array;
  readonly time: Float64Array;
  readonly value: Float64Array;
}

export interface ReadingsOptions {
  readonly points: number;
  readonly series: number;
  readonly seed: number;
  /** Time of the first readings, ms. */
  readonly start: number;
}

const dayMs = 86_400_000;
const windowMs = 60_000;
const jitterMs = 100;
const noises = 65_536;

/**
 * Readings as a fleet sends them, the same ones for the same seed: each series has a cadence of its own of 10–60 s with a jitter of
 * ±100 ms, and a value that wanders, follows the time of day and has noise of the sensor's size, rounded to 0.1 or to 0.01.
 * They come in order of time, a minute's worth series by series. The columns are used again for the next piece.
 */
export function* readings(options: ReadingsOptions, batch: number): Generator<Readings, void> {
  const { points, series, start } = options;
  const random = new SeededRandom(options.seed);
  const noise = Float64Array.from({ length: noises }, () => random.next() - 0.5);
  const cadence = Float64Array.from({ length: series }, () => 10_000 + random.int(50_001));
  const due = Float64Array.from({ length: series }, (_, s) => start + random.int(cadence[s] ?? 1));
  const level = Float64Array.from({ length: series }, (_, s) => 5 + (s % 60));
  const out: Readings = {
    rows: 0,
    series: new Uint32Array(batch),
    time: new Float64Array(batch),
    value: new Float64Array(batch),
  };
  let made = 0;
  for (let end = start + windowMs; made < points; end += windowMs) {
    for (let s = 0; s < series && made < points; s++) {
      const scale = s % 2 === 0 ? 10 : 100;
      for (let at = due[s] ?? end; at < end && made < points; at += cadence[s] ?? windowMs) {
        const pick = random.uint32();
        const one = noise[pick & (noises - 1)] ?? 0;
        const other = noise[pick >>> 16] ?? 0;
        level[s] = (level[s] ?? 0) + other * 0.04;
        const ofDay = 4 * Math.sin((at / dayMs) * 2 * Math.PI + s);
        const { rows } = out;
        out.series[rows] = s + 1;
        out.time[rows] = at + Math.round(other * 2 * jitterMs);
        out.value[rows] = Math.round(((level[s] ?? 0) + ofDay + one * 0.1) * scale) / scale;
        out.rows = rows + 1;
        made++;
        due[s] = at + (cadence[s] ?? windowMs);
        if (out.rows === batch) {
          yield out;
          out.rows = 0;
        }
      }
    }
  }
  if (out.rows > 0) yield out;
}

/** How long so many readings take the fleet, ms. */
export function spanOf(points: number, series: number): number {
  // The mean of 1/cadence over cadences from 10 to 60 s.
  const perSecond = series * (Math.log(6) / 50);
  return (points / perSecond) * 1_000;
}

// SPDX-License-Identifier: Apache-2.0
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Readings } from './readings.ts';

/** A store that takes the readings and answers the bench's questions. */
export interface Contestant {
  readonly name: string;
  /** Stores the readings; resolves when they are acknowledged. Only the time of this call counts. */
  write(readings: Readings): Promise<void>;
  /** Brings the store into its resting form: everything compacted. */
  settle(): Promise<void>;
  /** Bytes of the readings at rest. */
  bytes(): Promise<number>;
  /** Number of readings of a series in [from, to), read one by one. */
  raw(series: number, from: number, to: number): Promise<number>;
  /** Number of points of a series in [from, to), down-sampled to about `points`. */
  shape(series: number, from: number, to: number, points: number): Promise<number>;
  /** Number of series with hourly means in [from, to). */
  hourlyMeans(from: number, to: number): Promise<number>;
  [Symbol.asyncDispose](): Promise<void>;
}

export function directoryBytes(directory: string): number {
  let total = 0;
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    try {
      total += statSync(join(entry.parentPath, entry.name)).size;
    } catch {
      // Removed meanwhile by its owner.
    }
  }
  return total;
}

/** The body of an answer; rejects for any other status than 2xx. */
export async function fetched(url: string, init: RequestInit = {}): Promise<string> {
  const response = await fetch(url, init);
  const body = await response.text();
  if (!response.ok)
    throw new Error(`${response.status} from ${url.slice(0, 200)}: ${body.slice(0, 300)}`);
  return body;
}

/** Line protocol of a share of the readings: `r,s=17 v=21.5 1767225600000`, times in ms. */
export function lines(readings: Readings, from: number, to: number): string {
  const { series, time, value } = readings;
  let text = '';
  for (let i = from; i < to; i++) text += `r,s=${series[i]} v=${value[i]} ${time[i]}\n`;
  return text;
}

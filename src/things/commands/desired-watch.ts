// SPDX-License-Identifier: Apache-2.0
import { isDeepStrictEqual } from 'node:util';
import type { TimeMs } from '#core';
import { isBad, VarKind, varText, type Batch } from '#model';
import type { DesiredRow } from '#store';

/** A reading that says that a device has what was desired. */
export interface DesiredMatch {
  readonly desired: DesiredRow;
  readonly series: number;
  readonly time: TimeMs;
}

/** Open desired values by series, so that a batch without any costs one look at a map's size. */
export class DesiredWatch {
  readonly #bySeries = new Map<number, DesiredRow>();

  get size(): number {
    return this.#bySeries.size;
  }

  set(series: number, desired: DesiredRow): void {
    this.#bySeries.set(series, desired);
  }

  delete(series: number): void {
    this.#bySeries.delete(series);
  }

  deleteThing(thing: number): void {
    for (const [series, row] of this.#bySeries)
      if (row.thing === thing) this.#bySeries.delete(series);
  }

  clear(): void {
    this.#bySeries.clear();
  }

  /**
   * The rows of a batch that carry a desired value. A reading measured more than `toleranceMs` before the request does
   * not count: it is old news from a device that was away.
   */
  *matches(batch: Batch, toleranceMs: number): Generator<DesiredMatch> {
    if (this.#bySeries.size === 0) return;
    let vars = 0;
    for (let row = 0; row < batch.rows; row++) {
      const isVar = batch.varRow[vars] === row;
      const series = batch.series[row] ?? 0;
      const desired = this.#bySeries.get(series);
      if (desired !== undefined && !isBad(batch.quality[row] ?? 0)) {
        const time = Math.trunc(batch.time[row] ?? 0);
        const same = isVar
          ? textMatches(batch, vars, desired.value)
          : numberOf(desired.value) === batch.value[row];
        const isNews = Number.isSafeInteger(time) && time >= desired.requested - toleranceMs;
        if (same && isNews) yield { desired, series, time };
      }
      if (isVar) vars++;
    }
  }
}

function numberOf(value: unknown): unknown {
  return typeof value === 'boolean' ? Number(value) : value;
}

function textMatches(batch: Batch, index: number, value: unknown): boolean {
  const text = varText(batch, index);
  if (batch.varKind[index] === VarKind.string) return text === value;
  const parsed: unknown = JSON.parse(text);
  return isDeepStrictEqual(parsed, value);
}

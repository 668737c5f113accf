// SPDX-License-Identifier: Apache-2.0
import { BatchBuilder, VarKind } from '#model';
import type { Aggregate, HistoryQuery, SeriesPoints, Value } from '../port.ts';

/** A reading as a test writes it: a number, a string, JSON, or null for one without a usable value. */
export interface Reading {
  readonly series: number;
  readonly time: number;
  readonly value: number | string | null | { readonly [key: string]: number };
  readonly quality?: number | undefined;
}

export interface Held {
  readonly value: Value;
  readonly quality: number;
}

/** Readings as a record of the log. */
export function recordOf(readings: readonly Reading[]): Uint8Array {
  const builder = new BatchBuilder();
  for (const { series, time, value, quality = 0 } of readings) {
    if (typeof value === 'string') builder.text(series, time, VarKind.string, value, quality);
    else if (typeof value === 'number') builder.number(series, time, value, quality);
    else if (value === null) builder.number(series, time, Number.NaN, quality);
    else builder.text(series, time, VarKind.json, JSON.stringify(value), quality);
  }
  return builder.seal(0);
}

/** What a store has to hold, without any cleverness. */
export class NaiveStore {
  readonly #series = new Map<number, Map<number, Held>>();

  write(readings: readonly Reading[]): void {
    for (const { series, time, value, quality = 0 } of readings) {
      const held = this.#series.get(series) ?? new Map<number, Held>();
      // A store does not tell −0 from 0.
      const kept = typeof value === 'number' ? value + 0 : value;
      held.set(time, { value: quality >= 128 ? null : kept, quality });
      this.#series.set(series, held);
    }
  }

  erase(series: readonly number[]): void {
    for (const id of series) this.#series.delete(id);
  }

  dropBefore(time: number): void {
    for (const held of this.#series.values()) {
      for (const at of [...held.keys()]) if (at < time) held.delete(at);
    }
  }

  readings(series: number): [number, Held][] {
    return [...(this.#series.get(series) ?? [])].sort((a, b) => a[0] - b[0]);
  }

  counters(series: number): { count: number; first: number; last: number } | undefined {
    const all = this.readings(series);
    const [first] = all;
    const last = all.at(-1);
    if (first === undefined || last === undefined) return undefined;
    return { count: all.length, first: first[0], last: last[0] };
  }

  raw(query: HistoryQuery, series: number): { time: number; value: Value; quality: number }[] {
    const { after, order } = query;
    const descending = order === 'descending';
    const found = this.readings(series)
      .filter(([time]) => time >= query.from && time < query.to)
      .filter(([time]) => after === undefined || (descending ? time < after : time > after))
      .filter(([, { quality }]) => !(query.goodOnly ?? false) || quality < 128)
      .map(([time, { value, quality }]) => ({ time, value, quality }));
    if (descending) found.reverse();
    return found.slice(0, query.points);
  }

  /** The value of each bucket of an answer, `undefined` where the question cannot be answered. */
  aggregate(query: HistoryQuery, answer: SeriesPoints, aggregate: Aggregate): Value[] {
    const width = answer.bucketMs ?? 0;
    const all = this.readings(answer.series).filter(
      ([, held]) => (query.goodOnly ?? true) === false || held.quality < 128,
    );
    return answer.time.map((start) => {
      const from = Math.max(start, query.from);
      const to = Math.min(start + width, query.to);
      const inside = all.filter(([time]) => time >= from && time < to);
      return inside.length === 0
        ? null
        : valueOf(aggregate, inside, { from, to, before: before(all, from) });
    });
  }
}

function before(all: readonly [number, Held][], time: number): number | undefined {
  const numbers = all.flatMap(([at, { value }]) =>
    at < time && typeof value === 'number' ? [value] : [],
  );
  return numbers.at(-1);
}

function valueOf(
  aggregate: Aggregate,
  inside: readonly [number, Held][],
  bucket: { from: number; to: number; before: number | undefined },
): Value {
  const numbers = inside.flatMap(([time, { value }]) =>
    typeof value === 'number' ? [{ time, value }] : [],
  );
  const values = numbers.map(({ value }) => value);
  switch (aggregate) {
    case 'count':
      return inside.length;
    case 'first':
      return inside[0]?.[1].value ?? null;
    case 'last':
      return inside.at(-1)?.[1].value ?? null;
    case 'sum':
      return values.length === 0 ? null : values.reduce((a, b) => a + b, 0);
    case 'avg':
      return values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length;
    case 'min':
      return values.length === 0 ? null : Math.min(...values);
    case 'max':
      return values.length === 0 ? null : Math.max(...values);
    case 'twa':
      return weighted(numbers, bucket);
  }
}

function weighted(
  numbers: readonly { time: number; value: number }[],
  bucket: { from: number; to: number; before: number | undefined },
): number | null {
  if (numbers.length === 0) return null;
  const steps =
    bucket.before === undefined
      ? [...numbers]
      : [{ time: bucket.from, value: bucket.before }, ...numbers];
  let area = 0;
  let covered = 0;
  for (const [index, step] of steps.entries()) {
    const end = steps[index + 1]?.time ?? bucket.to;
    area += step.value * (end - step.time);
    covered += end - step.time;
  }
  return area / covered;
}

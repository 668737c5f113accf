// SPDX-License-Identifier: Apache-2.0
import { type Limits, type Result, fail, ok } from '#core';
import { VarKind } from '#model';
import type { HistoryQuery, SeriesPoints, Value } from '../port.ts';
import { gridOf } from './grid.ts';
import type { WireQuery, WireSeries } from './wire.ts';

/** Checks a question against the limits and settles its defaults. */
export function settledQuery(query: HistoryQuery, limits: Limits): Result<WireQuery> {
  const { from, to, points, aggregate, bucketMs, after } = query;
  const series = [...new Set(query.series)];
  if (series.some((id) => !Number.isInteger(id) || id < 1 || id > 4_294_967_295))
    return fail('common.invalid', 'series');
  for (const [name, time] of Object.entries({ from, to, after: after ?? 0 })) {
    if (!Number.isSafeInteger(time) || Math.abs(time) > 8_640_000_000_000_000)
      return fail('common.invalid', name);
  }
  if (from >= to) return fail('common.invalid', 'to', 'the range is empty');
  if (!Number.isInteger(points) || points < 1) return fail('common.invalid', 'points');
  if (bucketMs !== undefined && (!Number.isSafeInteger(bucketMs) || bucketMs < 1))
    return fail('common.invalid', 'bucketMs');
  if (series.length > limits['query.seriesMax']) return fail('common.limit', 'query.seriesMax');
  if (aggregate !== undefined) {
    const { count } = gridOf(from, to, points, bucketMs);
    if (count > points) return fail('common.limit', 'points', `${count} buckets are needed`);
    if (count * series.length > limits['query.pointsMax'])
      return fail('common.limit', 'query.pointsMax');
  } else if (points * series.length > limits['query.pointsMax'])
    return fail('common.limit', 'query.pointsMax');
  return ok({
    series,
    from,
    to,
    points,
    aggregate,
    bucketMs,
    goodOnly: query.goodOnly ?? aggregate !== undefined,
    descending: query.order === 'descending',
    after,
  });
}

/** An answer of the engine as the port has it. */
export function pointsOf(answer: WireSeries): SeriesPoints {
  const value: Value[] = Array.from(answer.value, (v) => (Number.isNaN(v) ? null : v));
  for (const { at, kind, text } of answer.texts)
    value[at] = kind === VarKind.json ? parsed(text) : text;
  return {
    series: answer.series,
    time: Array.from(answer.time),
    value,
    quality: Array.from(answer.quality),
    kind: answer.kind,
    bucketMs: answer.bucketMs,
  };
}

/** The value of a JSON text; the text itself should it not be JSON. */
function parsed(text: string): Value {
  try {
    const value: unknown = JSON.parse(text);
    return isValue(value) ? value : text;
  } catch {
    return text;
  }
}

function isValue(value: unknown): value is Value {
  return value !== undefined;
}

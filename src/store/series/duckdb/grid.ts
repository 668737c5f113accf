// SPDX-License-Identifier: Apache-2.0
import { Days, Hours, Minutes, Seconds } from '#core';

/** Buckets of equal width: bucket i is [origin + i·width, origin + (i + 1)·width). */
export interface Grid {
  readonly origin: number;
  readonly width: number;
  readonly count: number;
}

/** Widths that a reader of a chart recognises. */
const widths: readonly number[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map(Seconds),
  ...[1, 2, 5, 10, 15, 30].map(Minutes),
  ...[1, 2, 3, 6, 12].map(Hours),
];

/**
 * The buckets of a question. A width that was asked for starts at `from` (so that local days stay local days); a width that is
 * derived is a round one, counted from 1970 UTC, so that the same times fall into the same buckets again.
 */
export function gridOf(
  from: number,
  to: number,
  points: number,
  bucketMs: number | undefined,
): Grid {
  if (bucketMs !== undefined) {
    return { origin: from, width: bucketMs, count: Math.ceil((to - from) / bucketMs) };
  }
  for (const width of widths) {
    const grid = alignedGrid(from, to, width);
    if (grid.count <= points) return grid;
  }
  let days = Math.max(1, Math.ceil((to - from) / Days(1) / points));
  while (alignedGrid(from, to, Days(days)).count > points && points > 1) days++;
  const grid = alignedGrid(from, to, Days(days));
  // One bucket cannot always be had on round limits.
  return grid.count <= points ? grid : { origin: from, width: to - from, count: 1 };
}

function alignedGrid(from: number, to: number, width: number): Grid {
  const origin = Math.floor(from / width) * width;
  return { origin, width, count: Math.ceil((to - origin) / width) };
}

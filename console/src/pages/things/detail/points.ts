// SPDX-License-Identifier: Apache-2.0

/** A series as the history routes answer it. */
export interface Points {
  readonly property: string;
  readonly unit?: string;
  readonly kind: 'raw' | 'aggregate' | 'downsampled';
  readonly bucketMs?: number;
  readonly points: readonly {
    readonly time: string;
    readonly value: unknown;
    readonly quality?: string;
  }[];
}

/** A value on an axis; texts have no place there. */
export function numberOf(value: unknown): number | null {
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'number' ? value : null;
}

/** Charts of series: those of one unit together where their times are the same, which aggregates have. */
export function chartsOf(series: readonly Points[]): readonly (readonly Points[])[] {
  const charts = new Map<string, Points[]>();
  for (const each of series) {
    const key = each.kind === 'aggregate' ? `unit ${each.unit}` : `property ${each.property}`;
    charts.set(key, [...(charts.get(key) ?? []), each]);
  }
  return [...charts.values()];
}

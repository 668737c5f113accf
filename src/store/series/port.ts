// SPDX-License-Identifier: Apache-2.0
import type { TimeMs } from '#core';
import type { Offset } from '#bus';

export type Aggregate = 'avg' | 'min' | 'max' | 'sum' | 'count' | 'first' | 'last' | 'twa';

/** A value as it is answered: what the property's type says. */
export type Value =
  | number
  | string
  | boolean
  | null
  | readonly unknown[]
  | { readonly [key: string]: unknown };

export interface HistoryQuery {
  /** One to `query.seriesMax` series; several are answered aligned on the same buckets when an aggregate is asked. */
  readonly series: readonly number[];
  /** Inclusive. */
  readonly from: TimeMs;
  /** Exclusive. */
  readonly to: TimeMs;
  /** Most points a series. Without an aggregate and with more readings than this, the shape-keeping down-sampling of the engine is used. */
  readonly points: number;
  readonly aggregate?: Aggregate | undefined;
  /** Bucket width; derived from range and points where left out. */
  readonly bucketMs?: number | undefined;
  /** Leave out readings of bad quality (default true for aggregates, false for raw). */
  readonly goodOnly?: boolean | undefined;
  readonly order?: 'ascending' | 'descending' | undefined;
  /** For paging through raw readings: only those after this time (in the order asked). */
  readonly after?: TimeMs | undefined;
}

/** Points of one series in columns; a bucket without readings has value null (a gap is shown as a gap). */
export interface SeriesPoints {
  readonly series: number;
  readonly time: readonly TimeMs[];
  readonly value: readonly Value[];
  readonly quality: readonly number[];
  /** Whether the points are buckets or readings as they came. */
  readonly kind: 'raw' | 'aggregate' | 'downsampled';
  readonly bucketMs?: number | undefined;
}

/** Maintained counters of a series. */
export interface SeriesCounters {
  readonly count: number;
  readonly first: TimeMs;
  readonly last: TimeMs;
}

/** The series store: written only by its reader of the log, asked by everyone. */
export interface SeriesStore {
  /** Offset after the last record stored; the log is read from here at start. */
  readonly committed: Offset;
  /** Stores readings records (payloads of kind `readings`) and the next offset in one transaction. */
  write(records: readonly Uint8Array[], next: Offset): Promise<void>;
  query(query: HistoryQuery): Promise<readonly SeriesPoints[]>;
  counters(series: readonly number[]): Promise<ReadonlyMap<number, SeriesCounters>>;
  /** Removes all readings of the series; later queries and exports do not see them, files lose them at the next compaction. */
  erase(series: readonly number[]): Promise<void>;
  /** Moves finished periods to sorted Parquet, builds roll-ups, drops what retention says. Also runs by itself. */
  compact(): Promise<CompactionReport>;
  /** A consistent copy into an empty directory while running. */
  backup(directory: string): Promise<void>;
  stats(): Promise<StoreStats>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface CompactionReport {
  readonly periods: number;
  readonly points: number;
  readonly bytes: number;
  readonly droppedFiles: number;
}

export interface StoreStats {
  readonly hotPoints: number;
  readonly storedPoints: number;
  readonly storedBytes: number;
  readonly oldest: TimeMs | undefined;
}

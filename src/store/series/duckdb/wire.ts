// SPDX-License-Identifier: Apache-2.0
import type { DurationMs, Fault, Limits, TimeMs } from '#core';
import type { Aggregate, CompactionReport, StoreStats } from '../port.ts';

/** A batch as it crosses to the worker: columns on a transferred buffer (see `#model`, batch.ts). */
export interface WireBatch {
  readonly rows: number;
  readonly time: Float64Array;
  readonly value: Float64Array;
  readonly series: Uint32Array;
  readonly quality: Uint8Array;
  readonly varRow: Uint32Array;
  readonly varEnd: Uint32Array;
  readonly varKind: Uint8Array;
  readonly varBytes: Uint8Array;
}

/** What the engine is opened with. */
export interface EngineOptions {
  readonly directory: string;
  readonly limits: Limits;
  readonly retentionMs: DurationMs | undefined;
  readonly rollups: boolean;
  readonly memoryBytes: number;
  readonly threads: number;
  readonly periodMs: DurationMs;
}

/** A history question with every default settled. */
export interface WireQuery {
  readonly series: readonly number[];
  readonly from: TimeMs;
  readonly to: TimeMs;
  readonly points: number;
  readonly aggregate: Aggregate | undefined;
  readonly bucketMs: number | undefined;
  readonly goodOnly: boolean;
  readonly descending: boolean;
  readonly after: TimeMs | undefined;
}

/** A value that is text, by its place in the columns. */
export interface WireText {
  readonly at: number;
  readonly kind: number;
  readonly text: string;
}

/** Points of one series; NaN in `value` is null unless `texts` has the place. */
export interface WireSeries {
  readonly series: number;
  readonly time: Float64Array<ArrayBuffer>;
  readonly value: Float64Array<ArrayBuffer>;
  readonly quality: Uint8Array<ArrayBuffer>;
  readonly texts: readonly WireText[];
  readonly kind: 'raw' | 'aggregate' | 'downsampled';
  readonly bucketMs: number | undefined;
}

export interface WireCounters {
  readonly series: number;
  readonly count: number;
  readonly first: TimeMs;
  readonly last: TimeMs;
}

/** A request to the engine. `now` is the caller's clock: the engine has none. */
export type Request =
  | {
      readonly op: 'open';
      readonly id: number;
      readonly options: EngineOptions;
      readonly now: TimeMs;
    }
  | {
      readonly op: 'write';
      readonly id: number;
      readonly batches: readonly WireBatch[];
      readonly next: number;
      readonly now: TimeMs;
    }
  | { readonly op: 'query'; readonly id: number; readonly query: WireQuery }
  | { readonly op: 'counters'; readonly id: number; readonly series: readonly number[] }
  | { readonly op: 'erase'; readonly id: number; readonly series: readonly number[] }
  | { readonly op: 'compact'; readonly id: number; readonly now: TimeMs; readonly late: boolean }
  | { readonly op: 'backup'; readonly id: number; readonly directory: string }
  | { readonly op: 'stats'; readonly id: number }
  | { readonly op: 'close'; readonly id: number }
  | { readonly op: 'cancel'; readonly id: number };

/** What the engine answers, and what it says unasked. */
export type Reply =
  | { readonly op: 'open' | 'write'; readonly id: number; readonly committed: number }
  | { readonly op: 'query'; readonly id: number; readonly series: readonly WireSeries[] }
  | { readonly op: 'counters'; readonly id: number; readonly counters: readonly WireCounters[] }
  | { readonly op: 'erase' | 'backup' | 'close'; readonly id: number }
  | { readonly op: 'compact'; readonly id: number; readonly report: CompactionReport }
  | { readonly op: 'stats'; readonly id: number; readonly stats: StoreStats }
  | {
      readonly op: 'fault';
      readonly id: number;
      readonly fault: Fault;
      readonly committed: number | undefined;
    }
  | {
      readonly op: 'log';
      readonly level: 'info' | 'warn' | 'error';
      readonly fields: object;
      readonly message: string;
    }
  | { readonly op: 'stopped'; readonly reason: string };

// SPDX-License-Identifier: Apache-2.0
import type { DurationMs, TimeMs } from '#core';
import type { SimClock } from '#runtime/sim';
import type { SeriesStore } from '../port.ts';

/** An engine on an empty place. Its periods are days. */
export interface SeriesFixture {
  readonly clock: SimClock;
  open(options?: {
    readonly retentionMs?: DurationMs;
    readonly from?: string;
  }): Promise<SeriesStore>;
  /** An empty directory for a backup. */
  spare(): Promise<string>;
  /** Whether a text is anywhere in what the engine has on disk. */
  contains(text: string): Promise<boolean>;
  remove(): Promise<void>;
}

/** When the clock of a fixture starts; a whole day. */
export const fixtureStart: TimeMs = Date.UTC(2026, 0, 10);

export type SeriesTest = (title: string, work: (fixture: SeriesFixture) => Promise<void>) => void;

// SPDX-License-Identifier: Apache-2.0
import type { ResultType, ThingBinding } from '#model';

/** Things as the access side sees them: model and series in memory, correct after changes. */
export interface Bindings {
  /** The binding when it is in memory; never touches the registry. */
  peek(thing: number): ThingBinding | undefined;
  load(thing: number): Promise<ThingBinding | undefined>;
  /** By the name a topic or a username uses: the decimal id, or the uri. */
  loadByName(tenant: number, idOrUri: string): Promise<ThingBinding | undefined>;
  /**
   * The series of a property that the model does not have, for a thing that collects: made on first
   * sight with a type inferred from the value; 0 when the tenant refuses unknown properties or the
   * value's type contradicts the series.
   */
  collect(binding: ThingBinding, property: string, value: unknown): number;
}

/** What a series id stands for. */
export interface SeriesInfo {
  readonly series: number;
  readonly tenant: number;
  readonly thing: number;
  readonly property: string;
  readonly type: ResultType;
  /** UCUM code. */
  readonly unit?: string | undefined;
}

/**
 * Look-up from series ids back to things; `describe` knows the series of the things that are held
 * in memory.
 */
export interface SeriesDirectory {
  describe(series: number): SeriesInfo | undefined;
  ofThing(thing: number): Promise<readonly SeriesInfo[]>;
}

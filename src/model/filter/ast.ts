// SPDX-License-Identifier: Apache-2.0

/** What a field is compared with. Times are ISO 8601 strings until `bindFilter` has seen the field's type. */
export type FilterValue = string | number | boolean | null;

export type Comparison = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';

/**
 * The one condition tree: parsed from text and from the standards' query languages, pushed down to SQL, evaluated on
 * events, kept with rules as JSON.
 *
 * `path` is the canonical text of a path: segments joined by `.`, a segment in double quotes where it is not a plain
 * word (`labels."a.b"`); see `pathSegments` and `pathOf`. Logic is two-valued, so that every engine agrees:
 * - a field that is missing is the same as null; `eq null` is true for it, `exists` is false, all other comparisons
 *   are false;
 * - `ne` is exactly `not eq`, `in` is `eq` with any of the values: a missing field is `ne` to everything but null;
 * - `lt`, `le`, `gt`, `ge` are true only between two numbers or two strings; strings compare by code point (the order of
 *   UTF-8 bytes), case-sensitively, as `prefix` and `contains` do;
 * - a field with several values (an array) fulfils a comparison when one of them does.
 */
export type Filter =
  | { readonly op: 'and' | 'or'; readonly items: readonly Filter[] }
  | { readonly op: 'not'; readonly item: Filter }
  | { readonly op: Comparison; readonly path: string; readonly value: FilterValue }
  | { readonly op: 'in'; readonly path: string; readonly values: readonly FilterValue[] }
  | { readonly op: 'prefix' | 'contains'; readonly path: string; readonly value: string }
  | { readonly op: 'exists'; readonly path: string };

/** A condition on one field. */
export type FilterLeaf = Exclude<Filter, { readonly op: 'and' | 'or' | 'not' }>;

/** The conjunction of the filters that are there; undefined when there is none. */
export function allOf(...filters: readonly (Filter | undefined)[]): Filter | undefined {
  const items = filters.filter((filter) => filter !== undefined);
  return items.length < 2 ? items[0] : { op: 'and', items };
}

/** The conditions on fields within a filter, in order of writing. */
export function* filterLeaves(filter: Filter): Generator<FilterLeaf> {
  switch (filter.op) {
    case 'and':
    case 'or':
      for (const item of filter.items) yield* filterLeaves(item);
      return;
    case 'not':
      yield* filterLeaves(filter.item);
      return;
    default:
      yield filter;
  }
}

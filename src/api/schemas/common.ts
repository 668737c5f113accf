// SPDX-License-Identifier: Apache-2.0
import {
  Type,
  type TArray,
  type TObject,
  type TOptional,
  type TProperties,
  type TSchema,
  type TString,
} from 'typebox';
import type { Limits } from '#core';

/** A thing by its number, its uri, or `me` for the device that asks. */
export const ThingPath = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 1_024, description: 'number, uri or "me"' }),
});

export const Paging = {
  limit: Type.Optional(
    Type.Integer({ minimum: 1, default: 50, description: 'at most http.pageSizeMax are sent' }),
  ),
  cursor: Type.Optional(
    Type.String({ maxLength: 2_048, description: 'from "next" of the page before' }),
  ),
};

/** The page that a query asks for. */
export function pageOf(
  { limit = 50, cursor }: { readonly limit?: number; readonly cursor?: string },
  limits: Limits,
): { readonly limit: number; readonly cursor: string | undefined } {
  return { limit: Math.min(limit, limits['http.pageSizeMax']), cursor };
}

/** A query string: a name that is not its own is refused. */
export function Query<T extends TProperties>(properties: T): TObject<T> {
  return Type.Object(properties, { additionalProperties: false });
}

/** A page of a list: its items and the cursor of the next page, absent on the last. */
export function Page<T extends TSchema>(item: T): PageSchema<T> {
  return Type.Object({ items: Type.Array(item), next: Type.Optional(Type.String()) });
}
type PageSchema<T extends TSchema> = TObject<{
  items: TArray<T>;
  next: TOptional<TString>;
}>;

/** A page of rows of the registry as a body. */
export function pageBody<Row, Item>(
  page: { readonly items: readonly Row[]; readonly cursor: string | undefined },
  bodyOf: (row: Row) => Item,
): { items: Item[]; next?: string } {
  const items = page.items.map((row) => bodyOf(row));
  return page.cursor === undefined ? { items } : { items, next: page.cursor };
}

export const Time = Type.String({
  format: 'date-time',
  description: 'ISO 8601 with offset',
});

/** Answers that every route may give besides its own. */
const problem = {
  description: 'problem details',
  content: { 'application/problem+json': { schema: { $ref: 'Problem#' } } },
} as const;
export const problems = { '4xx': problem, '5xx': problem } as const;

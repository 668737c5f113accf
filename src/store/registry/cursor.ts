// SPDX-License-Identifier: Apache-2.0
import { FaultError, fault } from '#core';
import type { Page } from './page.ts';

export type CursorKey = string | number;

/** An opaque cursor: the order it belongs to and the key of the last row. */
export function cursorOf(order: string, key: readonly CursorKey[]): string {
  return Buffer.from(JSON.stringify([order, ...key])).toString('base64url');
}

/** The key in a cursor of that order; `store.bad-cursor` for anything else. */
export function keyOf(cursor: string, order: string): readonly CursorKey[] {
  const parsed = parsedCursor(cursor);
  if (!Array.isArray(parsed) || parsed[0] !== order) throw badCursor();
  const key: unknown[] = parsed.slice(1);
  if (!key.every((part) => typeof part === 'string' || typeof part === 'number')) throw badCursor();
  return key;
}

/** The id in a cursor of a list in order of id. */
export function idCursor(cursor: string): number {
  const [id] = keyOf(cursor, 'id');
  if (typeof id !== 'number') throw badCursor();
  return id;
}

/** A page in order of id, of rows of which one more than its limit was read. */
export function pageById<T extends { readonly id: number }>(
  rows: readonly T[],
  limit: number,
): Page<T> {
  const items = rows.slice(0, limit);
  const more = rows.length > limit;
  return { items, cursor: more ? cursorOf('id', [items.at(-1)?.id ?? 0]) : undefined };
}

/** The text in a cursor of a list in order of one text column. */
export function textCursor(cursor: string, order: string): string {
  const [text] = keyOf(cursor, order);
  if (typeof text !== 'string') throw badCursor();
  return text;
}

function parsedCursor(cursor: string): unknown {
  if (cursor.length > 4_096) throw badCursor();
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    throw badCursor();
  }
}

function badCursor(): FaultError {
  return new FaultError(fault('store.bad-cursor', 'cursor'));
}

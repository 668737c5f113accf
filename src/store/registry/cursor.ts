// SPDX-License-Identifier: Apache-2.0
import { FaultError, fault } from '#core';

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

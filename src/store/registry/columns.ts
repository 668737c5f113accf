// SPDX-License-Identifier: Apache-2.0
import { FaultError, fault, type ErrorCode } from '#core';
import type { JsonObject } from './rows.ts';

/** A nullable column as an optional field. */
export function optional<T>(value: T | null): T | undefined {
  return value === null ? undefined : value;
}

/** An optional field as a nullable column. */
export function nullable<T>(value: T | undefined): T | null {
  return value === undefined ? null : value;
}

/** JSON text of a column that may hold anything; `undefined` is stored as NULL. */
export function jsonOrNull(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

export function fromJson(text: string | null): unknown {
  return text === null ? undefined : JSON.parse(text);
}

export function objectFromJson(text: string): JsonObject {
  const value: unknown = JSON.parse(text);
  return isObject(value) ? value : damaged(text);
}

export function stringsFromJson(text: string): readonly string[] {
  const value: unknown = JSON.parse(text);
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) damaged(text);
  return value;
}

export function stringMapFromJson(text: string): Readonly<Record<string, string>> {
  const value: unknown = JSON.parse(text);
  return isStringMap(value) ? value : damaged(text);
}

/** A word column as one of the words that this version knows. */
export function wordOf<T extends string>(words: readonly T[], value: string): T {
  return words.find((word) => word === value) ?? damaged(value);
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isStringMap(value: unknown): value is Readonly<Record<string, string>> {
  return isObject(value) && Object.values(value).every((item) => typeof item === 'string');
}

function damaged(text: string): never {
  throw new FaultError(fault('store.registry-damaged', undefined, text.slice(0, 100)));
}

/** Splits a list so that no statement has more than SQLite's or PostgreSQL's number of parameters. */
export function* chunked<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}

/** Turns a duplicate key, as any of the engines tells it, into a fault. */
export async function orConflict<T>(
  work: Promise<T>,
  code: ErrorCode,
  at: string,
  detail: string,
): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (isDuplicate(error)) throw new FaultError(fault(code, at, detail), { cause: error });
    throw error;
  }
}

function isDuplicate(error: unknown): boolean {
  return error instanceof Error && 'duplicate' in error && error.duplicate === true;
}

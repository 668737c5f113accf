// oxlint-disable no-non-null-assertion -- reads are bounds-checked by the surrounding loop
// SPDX-License-Identifier: Apache-2.0
import bindings from '@duckdb/node-bindings';
import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';

/** Copies a DOUBLE column of a chunk; NULL becomes NaN. */
export function copyDoubles(
  chunk: DuckDBDataChunk,
  column: number,
  into: Float64Array,
  at: number,
): void {
  const rows = chunk.rowCount;
  if (rows === 0) return;
  const vector = bindings.data_chunk_get_vector(chunk.chunk, column);
  const data = bindings.vector_get_data(vector, rows * 8);
  new Uint8Array(into.buffer, into.byteOffset + at * 8, rows * 8).set(data);
  const valid = bindings.vector_get_validity(vector, Math.ceil(rows / 64) * 8);
  // The binding answers null where every value is there, whatever its types say.
  if (!valid) return;
  for (let i = 0; i < rows; i++) {
    if ((valid[i >> 3]! & (1 << (i & 7))) === 0) into[at + i] = Number.NaN;
  }
}

/** A column of text; NULL stays null. */
export function texts(chunk: DuckDBDataChunk, column: number): (string | null)[] {
  return chunk.getColumnValues(column).map((value) => (typeof value === 'string' ? value : null));
}

/** A whole answer: the leading columns as numbers, the last ones as text. */
export interface Table {
  readonly rows: number;
  readonly numbers: readonly Float64Array<ArrayBuffer>[];
  readonly texts: readonly (readonly (string | null)[])[];
}

/** Runs a statement whose first `numbers` columns are DOUBLE and whose further ones are VARCHAR. */
export async function table(
  connection: DuckDBConnection,
  sql: string,
  numbers: number,
): Promise<Table> {
  const result = await connection.run(sql);
  const chunks = await result.fetchAllChunks();
  const rows = chunks.reduce((total, chunk) => total + chunk.rowCount, 0);
  const columns = Array.from({ length: numbers }, () => new Float64Array(rows));
  const text = Array.from({ length: result.columnCount - numbers }, (): (string | null)[] => []);
  let at = 0;
  for (const chunk of chunks) {
    for (const [index, column] of columns.entries()) copyDoubles(chunk, index, column, at);
    for (const [index, column] of text.entries()) {
      for (const value of texts(chunk, numbers + index)) column.push(value);
    }
    at += chunk.rowCount;
  }
  return { rows, numbers: columns, texts: text };
}

/** A value of an answer of one row. */
export async function scalar(connection: DuckDBConnection, sql: string): Promise<number> {
  const answer = await table(connection, sql, 1);
  return answer.numbers[0]?.[0] ?? Number.NaN;
}

/**
 * Runs work on one snapshot. DuckDB plans a statement before it runs it, and leaves out conditions that the statistics of that
 * moment make true: without a transaction around both, rows that are written in between get past them.
 */
export async function onSnapshot<T>(
  connection: DuckDBConnection,
  work: () => Promise<T>,
): Promise<T> {
  await beginSnapshot(connection);
  try {
    return await work();
  } finally {
    await endSnapshot(connection);
  }
}

export async function beginSnapshot(connection: DuckDBConnection): Promise<void> {
  try {
    await connection.run('BEGIN');
  } catch {
    // An interruption may have met the end of the former one, or this beginning: then there is nothing to roll back.
    await endSnapshot(connection);
    await connection.run('BEGIN');
  }
}

export async function endSnapshot(connection: DuckDBConnection): Promise<void> {
  await connection.run('ROLLBACK').catch(() => undefined);
}

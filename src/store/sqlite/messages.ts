// SPDX-License-Identifier: Apache-2.0

/** A value that SQLite takes as a parameter. */
export type SqlValue = null | number | bigint | string | Uint8Array;

export type HandleName = 'write' | 'read';

/** How the thread opens the file: with a writing handle beside the reading one, or reading only. */
export interface ThreadSetup {
  readonly path: string;
  readonly handles: readonly HandleName[];
  readonly statementsMax: number;
  /** One Int32: not 0 while the statement that runs is no longer wanted. */
  readonly unwanted: SharedArrayBuffer;
}

/**
 * A term that lets a scan end early when nobody waits for its answer any more. SQLite has no time limit of its own in
 * node:sqlite, and ending the thread waits for the statement; looking at every 256th row costs about 4 %.
 */
export const stillWanted = '(t.id & 255 <> 0 OR still_wanted())';

export interface SqlRequest {
  readonly id: number;
  readonly handle: HandleName;
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
}

/** `never[]` because only the query that is answered knows what its rows are. */
export interface SqlRows {
  readonly rows: never[];
  readonly changes: number;
}

export interface SqlFailure {
  readonly message: string;
  /** SQLite's extended result code; 0 where the failure is not SQLite's. */
  readonly code: number;
}

export type SqlReply =
  | { readonly id: number; readonly answer: SqlRows }
  | { readonly id: number; readonly failure: SqlFailure };

/** Runs statements somewhere. */
export interface SqlRunner {
  run(sql: string, parameters: readonly SqlValue[]): Promise<SqlRows>;
}

/** SQLite's extended result codes that callers tell apart (https://sqlite.org/rescode.html). */
export const SqliteCode = {
  constraintUnique: 2067,
  constraintPrimaryKey: 1555,
  constraintForeignKey: 787,
} as const;

/** A statement that SQLite refused. */
export class SqlError extends Error {
  readonly code: number;

  constructor(failure: SqlFailure) {
    super(failure.message);
    this.name = 'SqlError';
    this.code = failure.code;
  }

  /** Whether a row with the same key is there already. */
  get duplicate(): boolean {
    return (
      this.code === SqliteCode.constraintUnique || this.code === SqliteCode.constraintPrimaryKey
    );
  }
}

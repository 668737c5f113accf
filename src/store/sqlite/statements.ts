// SPDX-License-Identifier: Apache-2.0
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { SqlValue } from './messages.ts';

export interface StatementAnswer {
  readonly rows: unknown[];
  readonly changes: number;
}

/** One open SQLite file with its prepared statements; the least recently used one is dropped when there are too many. */
export class Statements {
  readonly #database: DatabaseSync;
  readonly #max: number;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(database: DatabaseSync, max: number) {
    this.#database = database;
    this.#max = max;
  }

  run(sql: string, parameters: readonly SqlValue[]): StatementAnswer {
    const statement = this.#prepare(sql);
    if (statement.columns().length > 0) {
      return { rows: statement.all(...parameters), changes: 0 };
    }
    return { rows: [], changes: Number(statement.run(...parameters).changes) };
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#prepared.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      if (this.#prepared.size >= this.#max) {
        for (const oldest of this.#prepared.keys()) {
          this.#prepared.delete(oldest);
          break;
        }
      }
    } else {
      this.#prepared.delete(sql);
    }
    this.#prepared.set(sql, statement);
    return statement;
  }
}

/** Opens a registry file so that a commit that has returned survives a power cut. */
export function openDatabase(path: string, readOnly: boolean): DatabaseSync {
  const database = new DatabaseSync(path, { readOnly, timeout: 5_000 });
  if (!readOnly) database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  database.exec('PRAGMA foreign_keys = ON; PRAGMA cache_size = -32768; PRAGMA temp_store = MEMORY');
  return database;
}

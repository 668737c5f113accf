// SPDX-License-Identifier: Apache-2.0
import {
  CompiledQuery,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type Kysely,
  type QueryCompiler,
  type QueryResult,
} from 'kysely';
import type { SqlRunner, SqlValue } from '../../sqlite/messages.ts';

/**
 * Kysely over a thread that runs SQLite. A writing dialect has one connection, held by one transaction at a
 * time; a reading one takes statements side by side, because each of them sees only committed data.
 */
export class SqliteThreadDialect implements Dialect {
  readonly #runner: SqlRunner;
  readonly #access: 'write' | 'read';

  constructor(runner: SqlRunner, access: 'write' | 'read') {
    this.#runner = runner;
    this.#access = access;
  }

  createDriver(): Driver {
    return new ThreadDriver(this.#runner);
  }

  createQueryCompiler(): QueryCompiler {
    return new SqliteQueryCompiler();
  }

  createAdapter(): DialectAdapter {
    return this.#access === 'write' ? new SqliteAdapter() : new ReadAdapter();
  }

  createIntrospector(database: Kysely<unknown>): DatabaseIntrospector {
    return new SqliteIntrospector(database);
  }
}

class ReadAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): true {
    return true;
  }
}

class ThreadDriver implements Driver {
  readonly #connection: ThreadConnection;

  constructor(runner: SqlRunner) {
    this.#connection = new ThreadConnection(runner);
  }

  init(): Promise<void> {
    return Promise.resolve();
  }

  acquireConnection(): Promise<DatabaseConnection> {
    return Promise.resolve(this.#connection);
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('rollback'));
  }

  releaseConnection(): Promise<void> {
    return Promise.resolve();
  }

  destroy(): Promise<void> {
    return Promise.resolve();
  }
}

class ThreadConnection implements DatabaseConnection {
  readonly #runner: SqlRunner;

  constructor(runner: SqlRunner) {
    this.#runner = runner;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const { rows, changes } = await this.#runner.run(query.sql, query.parameters.map(sqlValue));
    return { rows, numAffectedRows: BigInt(changes) };
  }

  // oxlint-disable-next-line require-yield -- the interface wants an iterator; rows cross the thread in one message
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('streams are not offered: page through the list instead');
  }
}

/** SQLite has no booleans; `undefined` as a value is our mistake and would be stored as NULL without a word. */
function sqlValue(value: unknown): SqlValue {
  switch (typeof value) {
    case 'number':
    case 'string':
    case 'bigint':
      return value;
    case 'boolean':
      return value ? 1 : 0;
    default:
      if (value === null || value instanceof Uint8Array) return value;
      throw new TypeError(`a parameter of type ${typeof value} cannot be stored`);
  }
}

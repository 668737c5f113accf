// SPDX-License-Identifier: Apache-2.0
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Kysely, sql } from 'kysely';
import type { Limits } from '#core';
import type { Clock, Logger } from '#runtime';
import type { Registry, RegistryReads, RegistryTables } from '../port.ts';
import type { Db, Schema } from '../schema.ts';
import { registryTables } from '../tables/index.ts';
import type { ThingLists } from '../tables/things.ts';
import { copyDatabase } from '../../sqlite/copy.ts';
import { SqliteThreadDialect } from './dialect.ts';
import { GuardedThread } from '../../sqlite/guarded.ts';
import { migrate } from './migrate.ts';
import { SqliteThread } from '../../sqlite/thread.ts';
import { countThings, listThings } from './thing-list.ts';

export interface RegistryOptions {
  /** The file; made, with its directory, when it is not there. */
  readonly path: string;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly limits: Limits;
}

const statementsMax = 256;

/** Opens the embedded registry. One process at a time: the data directory's lock sees to that. */
export function openRegistry(options: RegistryOptions): Promise<Registry> {
  mkdirSync(dirname(options.path), { recursive: true });
  migrate(options.path, options.logger);
  return Promise.resolve(new SqliteRegistry(options));
}

class SqliteRegistry implements Registry {
  readonly read: RegistryReads;
  readonly #path: string;
  readonly #thread: SqliteThread;
  readonly #lists: GuardedThread;
  readonly #writer: Db;
  #closed = false;

  constructor({ path, clock, limits }: RegistryOptions) {
    this.#path = path;
    this.#thread = new SqliteThread({ path, handles: ['write', 'read'], statementsMax });
    this.#lists = new GuardedThread({
      setup: { path, handles: ['read'], statementsMax },
      clock,
      msMax: limits['query.msMax'],
      queueMax: limits['registry.listQueueMax'],
    });
    this.#writer = database(new SqliteThreadDialect(this.#thread.runner('write'), 'write'));
    const reader = database(new SqliteThreadDialect(this.#thread.runner('read'), 'read'));
    const lists = database(new SqliteThreadDialect(this.#lists, 'read'));
    this.read = registryTables(reader, listsOf(lists));
  }

  write<T>(work: (tables: RegistryTables) => Promise<T>): Promise<T> {
    return this.#writer
      .transaction()
      .execute((transaction) => work(registryTables(transaction, listsOf(transaction))));
  }

  backup(path: string): Promise<void> {
    return copyDatabase(this.#path, path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#lists[Symbol.asyncDispose]();
    try {
      // Through the writer: behind a transaction that is under way.
      await sql`PRAGMA wal_checkpoint(TRUNCATE)`.execute(this.#writer);
    } finally {
      await this.#thread[Symbol.asyncDispose]();
    }
  }
}

function database(dialect: SqliteThreadDialect): Db {
  return new Kysely<Schema>({ dialect });
}

function listsOf(db: Db): ThingLists {
  return {
    list: (query) => listThings(db, query),
    count: (query, max) => countThings(db, query, max),
  };
}

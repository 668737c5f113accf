// SPDX-License-Identifier: Apache-2.0
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { canonicalJson, FaultError, fault, type Limits } from '#core';
import type { Clock } from '#runtime';
import { cursorOf, idCursor } from '../registry/cursor.ts';
import type { Page } from '../registry/page.ts';
import { copyDatabase } from '../sqlite/copy.ts';
import { GuardedThread } from '../sqlite/guarded.ts';
import type { SqlRunner, SqlValue } from '../sqlite/messages.ts';
import { openDatabase } from '../sqlite/statements.ts';
import { SqliteThread } from '../sqlite/thread.ts';
import { chained, genesis, type AuditHash } from './chain.ts';
import type { AuditEntry, AuditHead, AuditQuery, AuditRow, AuditStore } from './port.ts';
import { checkAuditSchema, columns, createAuditSchema, rowOf } from './schema.ts';

export interface SqliteAuditOptions {
  /** The file; made, with its directory, when it is not there. */
  readonly path: string;
  readonly hash: AuditHash;
  readonly clock: Clock;
  readonly limits: Limits;
}

const statementsMax = 32;

/**
 * Opens the embedded audit log. One process at a time: the data directory's lock sees to that. Faults:
 * `store.audit-damaged`, `store.schema-newer`.
 */
export async function openSqliteAudit(options: SqliteAuditOptions): Promise<AuditStore> {
  const { path } = options;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const database = openDatabase(path, false);
  try {
    if (checkAuditSchema(database, path) === 0) createAuditSchema(database);
  } finally {
    database.close();
  }
  const store = new SqliteAudit(options);
  await store.reopen();
  return store;
}

class SqliteAudit implements AuditStore {
  readonly #options: SqliteAuditOptions;
  readonly #lists: GuardedThread;
  #thread: SqliteThread;
  #head: AuditHead = genesis;
  #closed = false;

  constructor(options: SqliteAuditOptions) {
    const { path, clock, limits } = options;
    this.#options = options;
    this.#thread = threadOf(path);
    this.#lists = new GuardedThread({
      setup: { path, handles: ['read'], statementsMax },
      clock,
      msMax: limits['query.msMax'],
      queueMax: limits['registry.listQueueMax'],
    });
  }

  get head(): AuditHead {
    return this.#head;
  }

  async append(entries: readonly AuditEntry[]): Promise<AuditHead> {
    const rows = chained(entries, this.#head, this.#options.hash);
    const last = rows.at(-1);
    if (last === undefined) return this.#head;
    const values = rows.map((row) => valuesOf(row));
    // One statement is one transaction, and one round trip to the thread.
    await this.#thread.runner('write').run(insert, [JSON.stringify(values)]);
    this.#head = { seq: last.seq, hash: last.hash };
    return this.#head;
  }

  async reopen(): Promise<void> {
    if (this.#closed) throw new FaultError(fault('store.registry-closed'));
    await this.#thread[Symbol.asyncDispose]();
    this.#thread = threadOf(this.#options.path);
    const { rows } = await this.#thread.runner('write').run(newest, []);
    const row = rows.map(rowOf).at(0);
    this.#head = row === undefined ? genesis : { seq: row.seq, hash: row.hash };
  }

  async list(query: AuditQuery): Promise<Page<AuditRow>> {
    const { limit, cursor } = query;
    const { where, parameters } = conditionsOf(query);
    if (cursor !== undefined) {
      where.push('seq < ?');
      parameters.push(idCursor(cursor));
    }
    const text = `SELECT * FROM entry AS t WHERE ${where.join(' AND ')} ORDER BY seq DESC LIMIT ?`;
    const found = (await this.#lists.run(text, [...parameters, limit + 1])).rows.map(rowOf);
    const items = found.slice(0, limit);
    const more = found.length > limit;
    return { items, cursor: more ? cursorOf('id', [items.at(-1)?.seq ?? 0]) : undefined };
  }

  async range(from: number, to: number, limit: number): Promise<readonly AuditRow[]> {
    const text = 'SELECT * FROM entry WHERE seq BETWEEN ? AND ? ORDER BY seq LIMIT ?';
    return (await this.#reader().run(text, [from, to, limit])).rows.map(rowOf);
  }

  async olderThan(time: number): Promise<AuditHead | undefined> {
    const text = `SELECT * FROM entry WHERE seq <
      coalesce((SELECT min(seq) FROM entry WHERE time >= ?), 9223372036854775807)
      ORDER BY seq DESC LIMIT 1`;
    const row = (await this.#reader().run(text, [time])).rows.map(rowOf).at(0);
    return row && { seq: row.seq, hash: row.hash };
  }

  async prune(limit: number): Promise<number> {
    const text = `DELETE FROM entry WHERE seq IN (
      SELECT seq FROM entry WHERE seq <= ${prunedThrough} ORDER BY seq LIMIT ?)`;
    return (await this.#thread.runner('write').run(text, [limit])).changes;
  }

  backup(path: string): Promise<void> {
    return copyDatabase(this.#options.path, path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#lists[Symbol.asyncDispose]();
    try {
      await this.#thread.runner('write').run('PRAGMA wal_checkpoint(TRUNCATE)', []);
    } finally {
      await this.#thread[Symbol.asyncDispose]();
    }
  }

  #reader(): SqlRunner {
    return this.#thread.runner('read');
  }
}

function threadOf(path: string): SqliteThread {
  return new SqliteThread({ path, handles: ['write', 'read'], statementsMax });
}

const newest = 'SELECT * FROM entry ORDER BY seq DESC LIMIT 1';

const prunedThrough = `(SELECT json_extract(detail, '$.through') FROM entry
  WHERE act = 'audit.prune' ORDER BY seq DESC LIMIT 1)`;

const insert = `INSERT INTO entry (${columns.join(', ')})
  SELECT ${columns.map((_, i) => `value ->> ${i}`).join(', ')} FROM json_each(?)`;

/** In the order of `columns`. */
function valuesOf(row: AuditRow): unknown[] {
  const { detail, actorKind, resourceKind, ...same } = row;
  const named: Readonly<Record<string, unknown>> = {
    ...same,
    actor_kind: actorKind,
    resource_kind: resourceKind,
    detail: canonicalJson(detail),
  };
  return columns.map((column) => named[column] ?? null);
}

/** A scan ends early when nobody waits for its answer any more. */
const stillWanted = '(seq & 255 <> 0 OR still_wanted())';

function conditionsOf(query: AuditQuery): { where: string[]; parameters: SqlValue[] } {
  const where = [stillWanted];
  const parameters: SqlValue[] = [];
  const add = (text: string, ...values: readonly (SqlValue | undefined)[]): void => {
    const [first] = values;
    if (first === undefined) return;
    where.push(text);
    for (const value of values) parameters.push(value ?? null);
  };
  const { tenants, resource } = query;
  if (tenants?.length === 1) add('tenant = ?', tenants[0]);
  else add('tenant IN (SELECT value FROM json_each(?))', tenants && JSON.stringify(tenants));
  add('actor_kind = ?', query.actorKind);
  add('actor = ?', query.actor);
  add('account = ?', query.account);
  add('act = ?', query.act);
  add('resource_kind = ?', query.resourceKind);
  if (resource !== undefined) {
    // '0' is the character after '/'.
    const text = '(resource = ? OR (resource > ? AND resource < ?))';
    add(text, resource, `${resource}/`, `${resource}0`);
  }
  add('result = ?', query.result);
  add('time >= ?', query.from);
  add('time < ?', query.to);
  return { where, parameters };
}

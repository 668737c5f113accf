// SPDX-License-Identifier: Apache-2.0
import { existsSync, rmSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { FaultError, fault } from '#core';
import type { Logger } from '#runtime';
import { migrations as published, type Migration } from '../migrations/index.ts';
import { openDatabase } from '../../sqlite/statements.ts';

/** Marks the file as a registry of ours ("fgsu"), so that another program's database is not migrated by mistake. */
const applicationId = 0x66677375;

/**
 * Brings the file to the newest schema, each step in a transaction; an older file is first copied to
 * `<path>.schema-<number>.bak`. A newer file gives `store.schema-newer`, a foreign one `store.registry-damaged`.
 */
export function migrate(
  path: string,
  logger: Logger,
  migrations: readonly Migration[] = published,
): void {
  const database = openDatabase(path, false);
  try {
    const to = migrations.length;
    const from = checkSchema(database, path, to);
    if (from > 0 && from < to) keepCopy(database, `${path}.schema-${from}.bak`);
    // A step may put a new table in the place of one that others refer to (https://sqlite.org/lang_altertable.html § 8).
    database.exec('PRAGMA foreign_keys = OFF');
    for (const migration of migrations.slice(from)) {
      apply(database, migration);
      logger.info({ path, schema: migration.number }, 'the registry has a new schema');
    }
  } finally {
    database.close();
  }
}

/** The schema of a file that this version can open; faults as those of `migrate`. */
export function checkSchema(
  database: DatabaseSync,
  path: string,
  newest: number = published.length,
): number {
  const id = pragma(database, 'application_id');
  const tables = database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get();
  if (id !== applicationId && tables !== undefined) {
    throw new FaultError(fault('store.registry-damaged', path, 'not a registry of this platform'));
  }
  const schema = pragma(database, 'user_version');
  if (schema > newest) {
    const detail = `schema ${schema}, this version: ${newest}`;
    throw new FaultError(fault('store.schema-newer', path, detail));
  }
  return schema;
}

function pragma(database: DatabaseSync, name: 'application_id' | 'user_version'): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0);
}

function keepCopy(database: DatabaseSync, copy: string): void {
  if (existsSync(copy)) rmSync(copy);
  database.prepare('VACUUM INTO ?').run(copy);
}

function apply(database: DatabaseSync, migration: Migration): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    for (const statement of migration.statements) database.exec(statement);
    const broken = database.prepare('PRAGMA foreign_key_check').get();
    if (broken !== undefined) throw new Error(`rows without a parent: ${JSON.stringify(broken)}`);
    database.exec(
      `PRAGMA user_version = ${migration.number}; PRAGMA application_id = ${applicationId}`,
    );
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

// SPDX-License-Identifier: Apache-2.0
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { FaultError, fault } from '#core';
import { checkSchema } from './migrate.ts';

/**
 * Checks every page of a registry file that nobody writes to, and that this version can open it; leaves nothing beside
 * it. Gives the number of things. Faults: `store.schema-newer`, `store.registry-damaged`.
 */
export function checkRegistryFile(path: string): { readonly things: number } {
  const url = pathToFileURL(path);
  url.search = '?immutable=1';
  const database = new DatabaseSync(url, { readOnly: true });
  try {
    checkSchema(database, path);
    const rows = database.prepare('PRAGMA quick_check(1)').all();
    const found = String(rows[0]?.['quick_check']);
    if (found !== 'ok') throw new FaultError(fault('store.registry-damaged', path, found));
    const counted = database.prepare('SELECT count(*) AS things FROM thing').get();
    return { things: Number(counted?.['things']) };
  } catch (error) {
    if (error instanceof FaultError) throw error;
    const detail = error instanceof Error ? error.message : String(error);
    throw new FaultError(fault('store.registry-damaged', path, detail));
  } finally {
    database.close();
  }
}

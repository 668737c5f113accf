// SPDX-License-Identifier: Apache-2.0
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { FaultError, fault } from '#core';
import { ChainCheck, type AuditVerdict } from './chain.ts';
import { checkAuditSchema, rowOf } from './schema.ts';

/**
 * Follows the chain of an audit file. `copy`: nobody writes to it, and nothing is left beside it; `live`: a server may
 * be running on it. Holds the thread: about 50,000 rows a second. Faults: `store.audit-damaged`, `store.schema-newer`.
 */
export function checkAuditFile(path: string, kind: 'copy' | 'live'): AuditVerdict {
  const url = pathToFileURL(path);
  if (kind === 'copy') url.search = '?immutable=1';
  const database = openForReading(url, path);
  try {
    checkAuditSchema(database, path);
    database.exec('BEGIN');
    const check = new ChainCheck(true);
    for (const row of database.prepare('SELECT * FROM entry ORDER BY seq').iterate()) {
      check.take(rowOf(row));
      if (check.broken) break;
    }
    const verdict = check.end();
    return verdict.ok ? (endRemoved(database, verdict) ?? verdict) : verdict;
  } catch (error) {
    if (error instanceof FaultError) throw error;
    const detail = error instanceof Error ? error.message : String(error);
    throw new FaultError(fault('store.audit-damaged', path, detail), { cause: error });
  } finally {
    database.close();
  }
}

function openForReading(url: URL, path: string): DatabaseSync {
  try {
    return new DatabaseSync(url, { readOnly: true, timeout: 5_000 });
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new FaultError(fault('store.audit-damaged', path, detail), { cause: error });
  }
}

/** SQLite itself remembers the largest number that it has ever given. */
function endRemoved(
  database: DatabaseSync,
  { head, rows }: Extract<AuditVerdict, { ok: true }>,
): AuditVerdict | undefined {
  const row = database.prepare(`SELECT seq FROM sqlite_sequence WHERE name = 'entry'`).get();
  if (Number(row?.['seq'] ?? 0) <= head.seq) return undefined;
  return { ok: false, rows, seq: head.seq + 1, why: 'end-removed' };
}

// SPDX-License-Identifier: Apache-2.0
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { verifyJournal } from '#bus';
import type { TimeMs } from '#core';
import { nodeDisk, readManifest, verifyManifest, type Manifest } from '#runtime';
import { dataLayout } from './backup.ts';
import { checkAuditFile } from './audit/index.ts';
import { checkRegistryFile } from './registry/sqlite/check.ts';
import { checkSeriesDirectory } from './series/duckdb/check.ts';

/** How much is in a backup, as far as there is something of the kind. */
export interface BackupContent {
  readonly things?: number;
  readonly points?: number;
  readonly records?: number;
  /** Entries of the audit log, of which the chain was followed. */
  readonly acts?: number;
}

/** What is wrong with a file of a backup. */
export interface BackupProblem {
  readonly path: string;
  readonly problem: string;
}

export type BackupCheck =
  | { readonly manifest: Manifest; readonly content: BackupContent; readonly problems: readonly [] }
  | {
      readonly manifest: Manifest | undefined;
      readonly problems: readonly [BackupProblem, ...BackupProblem[]];
    };

/**
 * Compares a backup with its digests, opens everything in it and counts the rows; leaves nothing beside it. It reads
 * all of it, and holds the thread while it is in the registry. Faults: `store.schema-newer`, `store.registry-damaged`,
 * `store.series-damaged`, `store.audit-damaged`.
 */
export async function checkBackup(directory: string): Promise<BackupCheck> {
  const manifest = await readManifest(directory);
  if (manifest === undefined) {
    const problem = 'no backup: there is no valid manifest.json';
    return { manifest, problems: [{ path: directory, problem }] };
  }
  const [differs, ...more] = await verifyManifest(directory, manifest);
  if (differs !== undefined) return { manifest, problems: [differs, ...more] };
  const has = (name: string): boolean =>
    manifest.files.some((file) => file.path === name || file.path.startsWith(`${name}/`));
  const place = (name: string): string => join(directory, name);
  const { registry, audit, series, log } = dataLayout;
  const things = has(registry) ? checkRegistryFile(place(registry)) : {};
  const points = has(series) ? await checkSeriesDirectory(place(series)) : {};
  const read = has(log) ? await readLog(place(log)) : { records: undefined };
  if ('problems' in read) return { manifest, problems: read.problems };
  const chain = has(audit) ? checkAuditFile(place(audit), 'copy') : undefined;
  if (chain?.ok === false) {
    return { manifest, problems: [{ path: audit, problem: `${chain.why} at ${chain.seq}` }] };
  }
  const acts = chain === undefined ? {} : { acts: chain.rows };
  const records = read.records === undefined ? {} : { records: read.records };
  return { manifest, content: { ...things, ...points, ...records, ...acts }, problems: [] };
}

/** A copy made while the log was written ends with a torn unit at most. */
async function readLog(
  directory: string,
): Promise<
  { readonly records: number } | { readonly problems: readonly [BackupProblem, ...BackupProblem[]] }
> {
  let records = 0;
  for await (const segment of verifyJournal(nodeDisk, directory)) {
    records += segment.records;
    const [broken, ...more] = segment.faults
      .filter(({ kind }) => kind !== 'torn')
      .map(({ kind, position }) => ({ path: segment.path, problem: `${kind} at ${position}` }));
    if (broken !== undefined) return { problems: [broken, ...more] };
  }
  return { records };
}

/** What the last check of a backup has found; kept beside its directory, which stays as it was written. */
export interface BackupVerdict extends BackupContent {
  readonly time: TimeMs;
  readonly ok: boolean;
  readonly detail: string;
}

const placeOf = (directory: string): string => `${directory}.verified.json`;

export async function writeVerdict(directory: string, verdict: BackupVerdict): Promise<void> {
  await writeFile(placeOf(directory), `${JSON.stringify(verdict)}\n`, { mode: 0o600 });
}

/** Undefined for a backup that was never checked. */
export async function readVerdict(directory: string): Promise<BackupVerdict | undefined> {
  try {
    const found: unknown = JSON.parse(await readFile(placeOf(directory), 'utf8'));
    return isVerdict(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

function isVerdict(value: unknown): value is BackupVerdict {
  if (typeof value !== 'object' || value === null) return false;
  const members = new Map(Object.entries(value));
  const counts = ['things', 'points', 'records', 'acts'].map((name) => members.get(name));
  return (
    Number.isSafeInteger(members.get('time')) &&
    typeof members.get('ok') === 'boolean' &&
    typeof members.get('detail') === 'string' &&
    counts.every((count) => count === undefined || Number.isSafeInteger(count))
  );
}

/** Forgets a verdict together with its backup. */
export const verdictFile = placeOf;

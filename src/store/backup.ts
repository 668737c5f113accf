// SPDX-License-Identifier: Apache-2.0
import { cp, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '#bus';
import { writeManifest, type Clock } from '#runtime';
import type { AuditStore } from './audit/index.ts';
import type { Registry } from './registry/index.ts';
import type { SeriesStore } from './series/port.ts';

/** Names of what a data directory holds; a backup has the same shape, so that restoring is copying. */
export const dataLayout = {
  log: 'log',
  registry: 'registry.sqlite',
  audit: 'audit.sqlite',
  series: 'series',
  snapshots: 'snapshots',
  /** Opens what the registry holds sealed; whoever keeps a backup keeps it as safe as the data. */
  secretKey: 'secret.key',
} as const;

export interface BackupOptions {
  readonly data: string;
  /** Folder of backups; each goes into a directory of its own in it. */
  readonly target: string;
  readonly log: Log;
  readonly registry: Registry;
  readonly auditStore: Pick<AuditStore, 'backup'>;
  readonly series: SeriesStore;
  readonly clock: Clock;
  readonly product: string;
  /** Made by the schedule, which removes it again when it is old. */
  readonly scheduled?: boolean | undefined;
}

/**
 * Writes a consistent copy while everything runs. The log is copied last: every store and snapshot says in itself up to
 * which offset it is, and the log goes at least that far, so that a restored server reads on from there.
 */
export async function createBackup(
  options: BackupOptions,
): Promise<{ readonly directory: string; readonly bytes: number }> {
  const { data, target, log, registry, auditStore, series, clock, product } = options;
  const { scheduled = false } = options;
  const created = new Date(clock.now()).toISOString();
  const directory = join(target, created.replaceAll(':', '-'));
  const from = log.tail;
  log.hold('backup', from);
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await copyTree(join(data, dataLayout.snapshots), join(directory, dataLayout.snapshots));
    await registry.backup(join(directory, dataLayout.registry));
    await auditStore.backup(join(directory, dataLayout.audit));
    await copyTree(data, directory, (name) => name === dataLayout.secretKey);
    await mkdir(join(directory, dataLayout.series));
    await series.backup(join(directory, dataLayout.series));
    await copyTree(join(data, dataLayout.log), join(directory, dataLayout.log));
    const manifest = await writeManifest(directory, {
      product,
      created,
      about: { head: log.head, scheduled },
    });
    return { directory, bytes: manifest.files.reduce((sum, file) => sum + file.bytes, 0) };
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  } finally {
    log.release('backup');
  }
}

/** Copies files, leaving out what is being written beside its final name. */
async function copyTree(
  from: string,
  to: string,
  wanted: (name: string) => boolean = (name) => !name.endsWith('.tmp'),
): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const name of await readdir(from).catch(() => [])) {
    if (!wanted(name)) continue;
    const source = join(from, name);
    if ((await stat(source)).isDirectory()) await copyTree(source, join(to, name));
    else await cp(source, join(to, name));
  }
}

// SPDX-License-Identifier: Apache-2.0
import { constants } from 'node:fs';
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FaultError, fault } from '#core';
import { pointAt, syncPath } from './database.ts';
import type { Store } from './store.ts';

/**
 * Copies the store while it runs: a snapshot of the database, then the files it names. Runs one at a time with compaction,
 * so that these files stay as they are; readings that are written meanwhile are not in the copy.
 */
export async function backupTo(store: Store, directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  if ((await readdir(directory)).length > 0)
    throw new FaultError(fault('store.not-empty', directory));
  const parts = [...store.manifest.periods.values()].flatMap((period) => period.parts);
  const release = store.pins.hold(parts.map((part) => part.file));
  try {
    await store.gate.read('long', () =>
      store.database.copyTo(store.maintainer, directory, store.database.generation),
    );
    const target = join(directory, 'parts');
    await mkdir(target);
    for (const part of parts) {
      for (const file of [part.file, part.rollup]) {
        if (file === '') continue;
        // A file system that can share blocks does so.
        await copyFile(
          join(store.place.parts, file),
          join(target, file),
          constants.COPYFILE_FICLONE,
        );
        await syncPath(join(target, file));
      }
    }
    await syncPath(target);
    await pointAt(directory, store.database.generation);
  } finally {
    release();
  }
}

// SPDX-License-Identifier: Apache-2.0
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SqliteThread } from './thread.ts';

/** Copies a database that is in use, as it is at one moment, into a new file; on stable storage when it resolves. */
export async function copyDatabase(from: string, to: string): Promise<void> {
  await using thread = new SqliteThread({ path: from, handles: ['read'], statementsMax: 1 });
  await thread.runner('read').run('VACUUM INTO ?', [to]);
  await using file = await open(to, 'r+');
  await file.sync();
  await using directory = await open(dirname(to), 'r');
  await directory.sync();
}

// SPDX-License-Identifier: Apache-2.0
import { readdir, readFile, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Drops the second half of what the newest log segment holds, as a disk that lied about its sync would. Gives the bytes
 * dropped. A harness that does not find this loss would find none.
 */
export async function loseTail(data: string): Promise<number> {
  const entries = await readdir(data, { recursive: true, withFileTypes: true });
  const segments: { path: string; modified: number }[] = [];
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    if (await isSegment(path)) segments.push({ path, modified: (await stat(path)).mtimeMs });
  }
  const newest = segments.toSorted((a, b) => b.modified - a.modified)[0];
  if (newest === undefined) throw new Error(`no log segment under ${data}`);
  const bytes = await readFile(newest.path);
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  await truncate(newest.path, end >> 1);
  return end - (end >> 1);
}

/** A segment of the journal begins with these bytes. */
async function isSegment(path: string): Promise<boolean> {
  if (!/\/log\/|segment|\.log$|journal/.test(path)) return false;
  const bytes = await readFile(path);
  return bytes.subarray(0, 8).toString('latin1') === 'FSJOURNL';
}

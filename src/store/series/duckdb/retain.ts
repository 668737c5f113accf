// SPDX-License-Identifier: Apache-2.0
import type { TimeMs } from '#core';
import type { Store } from './store.ts';

/** Drops periods that ended longer ago than the retention; the number of files that went. */
export async function retain(store: Store, now: TimeMs): Promise<number> {
  const { retentionMs } = store.options;
  if (retentionMs === undefined) return 0;
  let files = 0;
  const { periodMs } = store.manifest;
  const old = [...store.manifest.periods.values()].filter(
    (p) => (p.index + 1) * periodMs <= now - retentionMs,
  );
  for (const { index } of old) {
    files += await store.writing.run(() => dropPeriod(store, index));
  }
  return files;
}

async function dropPeriod(store: Store, index: number): Promise<number> {
  const { manifest, writer } = store;
  const { alias } = store.place;
  const period = manifest.period(index);
  const { parts } = period;
  store.rows.release(index);
  const from = manifest.start(index);
  await store.restructure(
    async () => {
      await writer.run(`DELETE FROM ${alias}.parts WHERE period = ${index}`);
      await writer.run(`DELETE FROM ${alias}.totals WHERE period = ${index}`);
      await writer.run(
        `DELETE FROM ${alias}.late WHERE time >= ${from} AND time < ${from + manifest.periodMs}`,
      );
      for (const name of [period.hot?.numbers, period.hot?.texts]) {
        if (name !== undefined) await writer.run(`DROP TABLE ${alias}."${name}"`);
      }
    },
    () => {
      manifest.periods.delete(index);
    },
  );
  store.discard(parts);
  return parts.reduce((total, part) => total + (part.rollup === '' ? 1 : 2), 0);
}

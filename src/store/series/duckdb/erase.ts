// SPDX-License-Identifier: Apache-2.0
import type { Erasure } from './manifest.ts';
import { renew } from './renew.ts';
import type { Store } from './store.ts';

/**
 * Hides all readings of some series at once: files and late readings by number, hot ones by time. What
 * comes later for the same series is seen again. Runs within `writing`.
 */
export async function hide(store: Store, series: readonly number[]): Promise<void> {
  const { manifest, writer } = store;
  const { alias } = store.place;
  const seq = manifest.seq++;
  const erasures = series.map((id): Erasure => {
    const hot = new Map(manifest.erased.get(id)?.hot);
    for (const period of manifest.periods.values()) {
      if (period.hot === undefined) continue;
      // A sealed table gets nothing any more: all of it is hidden.
      const bound =
        period.track === undefined ? manifest.start(period.index + 1) : period.track.last[id];
      if (bound !== undefined && bound > -Infinity) hot.set(period.hot.seq, bound);
    }
    return { series: id, seq, hot };
  });
  const rows = erasures.flatMap(({ series: id, hot }) => [
    `(${id}, ${seq}, 0, 0)`,
    ...[...hot].map(([table, bound]) => `(${id}, ${seq}, ${table}, ${bound})`),
  ]);
  await store.restructure(
    async () => {
      const list = series.join(',');
      await writer.run(`DELETE FROM ${alias}.erased WHERE series IN (${list})`);
      await writer.run(`INSERT INTO ${alias}.erased VALUES ${rows.join(',')}`);
      await writer.run(`DELETE FROM ${alias}.totals WHERE series IN (${list})`);
      await writer.run(`UPDATE ${alias}.state SET seq = ${manifest.seq}`);
    },
    () => {
      for (const erasure of erasures) manifest.erased.set(erasure.series, erasure);
      for (const period of manifest.periods.values()) {
        for (const id of series) period.track?.erase(id);
      }
    },
  );
}

/**
 * Takes erased readings out of the database file, after the files were written anew without them. What is still hot
 * is deleted, and the file itself is written anew, because dropped tables stay readable in its free blocks.
 */
export async function forget(store: Store, below: number): Promise<void> {
  const done = [...store.manifest.erased.values()].filter((erasure) => erasure.seq < below);
  if (done.length === 0) return;
  await store.writing.run(async () => {
    const { manifest, writer } = store;
    const { alias } = store.place;
    // A newer erasure of the same series is kept, with all that it hides.
    const current = done.filter((erasure) => manifest.erased.get(erasure.series) === erasure);
    if (current.length === 0) return;
    store.rows.reset();
    await store.restructure(
      async () => {
        for (const { series, seq, hot } of current) {
          await writer.run(`DELETE FROM ${alias}.late WHERE series = ${series} AND seq < ${seq}`);
          for (const period of manifest.periods.values()) {
            const bound = period.hot === undefined ? undefined : hot.get(period.hot.seq);
            if (bound === undefined || period.hot === undefined) continue;
            for (const name of [period.hot.numbers, period.hot.texts]) {
              if (name === undefined) continue;
              await writer.run(
                `DELETE FROM ${alias}."${name}" WHERE series = ${series} AND time <= ${bound}`,
              );
            }
          }
          await writer.run(`DELETE FROM ${alias}.erased WHERE series = ${series} AND seq = ${seq}`);
        }
      },
      () => undefined,
    );
    await renew(store);
  });
}

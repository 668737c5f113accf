// SPDX-License-Identifier: Apache-2.0
import { table } from './columns.ts';
import type { Store } from './store.ts';

/** A database file is written anew when so much of it is free … */
const freeBytesMin = 16_777_216;
/** … and what is in use is copied in a few seconds, for which writes wait. */
const usedBytesMax = 268_435_456;

/** Writes the database file anew and goes on with it. Runs within `writing`, so that nothing is written meanwhile. */
export async function renew(store: Store): Promise<void> {
  store.version++;
  try {
    const held = store.pinOfDatabase;
    const { former } = await store.database.renew(store.writer);
    store.pins.whenFree(held, () => {
      store.remove(held, () => store.database.release(store.remover, former));
    });
  } finally {
    // Counts of late and hot readings went down, too.
    await store.reload();
    store.version++;
  }
}

/** Gives the space of dropped tables back, when it is more than what is in use and copying is quick. */
export async function shrink(store: Store): Promise<void> {
  await store.checkpoint();
  await store.writing.run(async () => {
    const size = await table(
      store.writer,
      `SELECT block_size::DOUBLE, used_blocks::DOUBLE, free_blocks::DOUBLE FROM pragma_database_size()
        WHERE database_name = '${store.place.alias}'`,
      3,
    );
    const [block = 0, used = 0, free = 0] = size.numbers.map((column) => column[0]);
    if (free * block < freeBytesMin || free < used || used * block > usedBytesMax) return;
    store.rows.reset();
    await renew(store);
  });
}

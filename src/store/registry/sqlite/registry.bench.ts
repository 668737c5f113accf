// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { limitsOf, unwrap } from '#core';
import { parseFilter } from '#model';
import { systemClock } from '#runtime';
import type { Registry, ThingQuery } from '../port.ts';
import { sampleSeries, sampleThing, silentLogger } from '../testing/samples.ts';
import { openRegistry } from './open.ts';

/** Lists over many things, and the way of a bulk import: `node …/registry.bench.ts [things] [tenants]`. */
const things = Number(process.argv[2] ?? 1_000_000);
const tenants = Number(process.argv[3] ?? 1);
const below = Array.from({ length: tenants - 1 }, (_, i) => i + 3);
const limits = limitsOf();
const directory = await mkdtemp(join(tmpdir(), 'fengsui-bench-'));
const path = join(directory, 'registry.db');

const questions: readonly (readonly [string, string | undefined, ThingQuery['sort']])[] = [
  ['first page by id', undefined, 'id'],
  ['first page by name', undefined, 'name'],
  ['label of half of all, by name', `labels.site = 's1'`, 'name'],
  ['label of 1,000, by name', `labels.city = 'c7'`, 'name'],
  ['label of 10, newest first', `labels.serial = 'x77'`, 'updated'],
  ['two labels, by name', `labels.site = 's0' and labels.city = 'c8'`, 'name'],
  ['labels that never meet, by name', `labels.site = 's0' and labels.parity = 'odd'`, 'name'],
  ['kind, by updated', `kind = 'gateway'`, 'updated'],
  ['lifecycle of nobody', `lifecycle = 'disabled'`, 'updated'],
  ['name begins with', `name ^= 'thing 9999'`, 'updated'],
  ['property of 1 %, by name', `properties.floor = 42`, 'name'],
  ['property of nobody, by name', `properties.floor = -1`, 'name'],
  ['online', `online = true`, 'name'],
];

function seed(): void {
  const database = new DatabaseSync(path);
  database.exec(`PRAGMA synchronous = OFF; PRAGMA cache_size = -262144; BEGIN;
    INSERT INTO tenant (id, parent, name, unknown_properties, created)
      SELECT value, 1, 't' || value, 'refuse', 0 FROM json_each('${JSON.stringify(below)}');
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${things})
    INSERT INTO thing (id, tenant, uri, name, description, kind, types, properties, labels,
      lifecycle, created, updated, revision, online)
    SELECT i, iif(i % ${tenants}, i % ${tenants} + 2, 1), 'urn:bench:' || i, 'thing ' || (i * 7919 % ${things}), 'a thing of the bench',
      iif(i % 100 = 0, 'gateway', 'device'), '[]',
      json_object('floor', i % 100, 'room', 'r' || (i % 977)),
      json_object('city', 'c' || (i % 1000), 'site', 's' || (i % 2)), 'active', i,
      i * 31 % ${things}, 1, 0 FROM n;
    INSERT INTO thing_label SELECT tenant, 'site', 's' || (id % 2), id FROM thing;
    INSERT INTO thing_label SELECT tenant, 'parity', iif(id % 2, 'odd', 'even'), id FROM thing;
    INSERT INTO thing_label SELECT tenant, 'city', 'c' || (id % 1000), id FROM thing;
    INSERT INTO thing_label SELECT tenant, 'serial', 'x' || (id / 10), id FROM thing;
    COMMIT`);
  database.close();
}

async function ask(registry: Registry, labels?: ThingQuery['labels']): Promise<void> {
  for (const [title, text, sort] of questions) {
    const filter = text === undefined ? undefined : unwrap(parseFilter(text, limits));
    const times: number[] = [];
    let count = 0;
    for (let run = 0; run < 5; run++) {
      const start = performance.now();
      const page = await registry.read.things.list({
        tenant: 1,
        below,
        labels,
        filter,
        sort,
        limit: 100,
      });
      times.push(performance.now() - start);
      count = page.items.length;
    }
    const [first = 0] = times;
    const median = times.toSorted((a, b) => a - b)[2] ?? 0;
    console.log(
      `${title.padEnd(34)} ${count} rows, first ${first.toFixed(1)} ms, median ${median.toFixed(1)} ms`,
    );
  }
  const start = performance.now();
  const { count } = await registry.read.things.count({ tenant: 1, below }, 10_000_000);
  console.log(`count of all: ${count} in ${(performance.now() - start).toFixed(1)} ms`);
}

async function bulk(registry: Registry): Promise<void> {
  const rows = 10_000;
  const start = performance.now();
  for (let chunk = 0; chunk < rows; chunk += 1_000) {
    await registry.write(async (tables) => {
      const first = 100_000_000 + chunk;
      const ids = Array.from({ length: 1_000 }, (_, i) => first + i);
      await tables.things.insert(
        ids.map((id) => sampleThing(id, { labels: { city: 'x', floor: '1' } })),
      );
      await tables.series.insert(
        ids.flatMap((id, i) =>
          ['a', 'b'].map((property, p) => sampleSeries((chunk + i) * 2 + p + 1, id, { property })),
        ),
      );
    });
  }
  const seconds = (performance.now() - start) / 1_000;
  console.log(
    `bulk: ${Math.round(rows / seconds)} things/s, 2 labels and 2 series each, 1,000 a commit`,
  );
}

async function points(registry: Registry): Promise<void> {
  const start = performance.now();
  const asks = 20_000;
  for (let i = 0; i < asks; i += 100) {
    await Promise.all(
      Array.from({ length: 100 }, (_, k) => registry.read.things.byId(((i + k) * 37) % things)),
    );
  }
  const seconds = (performance.now() - start) / 1_000;
  console.log(`look-ups by id, 100 at a time: ${Math.round(asks / seconds)}/s`);
}

try {
  const options = { path, logger: silentLogger, clock: systemClock, limits };
  await (await openRegistry(options))[Symbol.asyncDispose]();
  const begin = performance.now();
  seed();
  console.log(`${things} things seeded in ${((performance.now() - begin) / 1_000).toFixed(1)} s`);
  console.log(`${((await stat(path)).size / things).toFixed(0)} bytes a thing`);
  const start = performance.now();
  await using registry = await openRegistry(options);
  await registry.read.things.byId(1);
  console.log(`open: ${(performance.now() - start).toFixed(0)} ms`);
  await ask(registry);
  console.log('of things with one of two labels:');
  await ask(registry, [{ site: 's0', parity: 'even' }, { city: 'c7' }]);
  await points(registry);
  await bulk(registry);
  console.log(`resident: ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MiB`);
} finally {
  await rm(directory, { recursive: true, force: true });
}

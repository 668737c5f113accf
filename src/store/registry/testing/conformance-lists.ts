// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { parseFilter } from '#model';
import { limitsOf, unwrap } from '#core';
import { refused, type ConformanceTest } from './refused.ts';
import type { Registry, ThingQuery } from '../port.ts';
import { sampleThing } from './samples.ts';

const many = Array.from({ length: 60 }, (_, i) =>
  sampleThing(i + 1, {
    tenant: i % 10 === 9 ? 2 : 1,
    name: `n${String((i * 7) % 20).padStart(2, '0')}`,
    updated: 1_000 + ((i * 13) % 30),
    labels: { city: ['深圳', '广州', '珠海'][i % 3] ?? '' },
    properties: { floor: i % 4, zone: { code: `z${i % 5}` } },
  }),
);

async function idsOf(registry: Registry, query: Omit<ThingQuery, 'limit'>): Promise<number[]> {
  const ids: number[] = [];
  let cursor: string | undefined;
  do {
    const page = await registry.read.things.list({ ...query, limit: 7, cursor });
    assert.ok(page.items.length <= 7);
    ids.push(...page.items.map((thing) => thing.id));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return ids;
}

/** Paging, sorting, filtering and counting of things. */
export function listConformance(test: ConformanceTest): void {
  test('pages in every order without loss or repetition', async (registry) => {
    await registry.write((tables) => tables.things.insert(many));
    const mine = many.filter((thing) => thing.tenant === 1);
    for (const sort of ['id', 'name', 'updated', 'created'] as const) {
      for (const order of ['ascending', 'descending'] as const) {
        const ids = await idsOf(registry, { tenant: 1, sort, order });
        const expected = mine.toSorted((a, b) => {
          const by = a[sort] < b[sort] ? -1 : a[sort] > b[sort] ? 1 : a.id - b.id;
          return order === 'ascending' ? by : -by;
        });
        assert.deepEqual(
          ids,
          expected.map((thing) => thing.id),
          `${sort} ${order}`,
        );
      }
    }
  });

  test('goes on at the right place when rows come and go between pages', async (registry) => {
    await registry.write((tables) => tables.things.insert(many));
    const first = await registry.read.things.list({ tenant: 2, limit: 3 });
    assert.deepEqual(
      first.items.map((thing) => thing.id),
      [10, 20, 30],
    );
    await registry.write((tables) => tables.things.remove(20, 5));
    const second = await registry.read.things.list({ tenant: 2, limit: 3, cursor: first.cursor });
    assert.deepEqual(
      second.items.map((thing) => thing.id),
      [40, 50, 60],
    );
    assert.equal(second.cursor, undefined);
  });

  test('filters by labels, properties and columns', async (registry) => {
    await registry.write((tables) => tables.things.insert(many));
    const filter = (text: string) => unwrap(parseFilter(text, limitsOf()));
    const query = (text: string) =>
      idsOf(registry, { tenant: 1, filter: filter(text), sort: 'name' });
    const mine = many.filter((thing) => thing.tenant === 1);
    const ids = (test: (thing: (typeof many)[number]) => boolean): number[] =>
      mine.filter(test).map((thing) => thing.id);
    const sorted = (list: number[]): number[] => list.toSorted((a, b) => a - b);
    assert.deepEqual(
      sorted(await query("labels.city = '深圳' and properties.floor >= 2")),
      ids((thing) => thing.labels['city'] === '深圳' && Number(thing.properties['floor']) >= 2),
    );
    assert.deepEqual(
      sorted(await query("properties.zone.code in ('z1', 'z3')")),
      ids((thing) => thing.id % 5 === 2 || thing.id % 5 === 4),
    );
    assert.deepEqual(sorted(await query(`parent = null and id > 55`)), [56, 57, 58, 59]);
    assert.deepEqual(
      await registry.read.things.count({ tenant: 1, filter: filter(`id > 0`) }, 10),
      {
        count: 10,
        exact: false,
      },
    );
    assert.deepEqual(await registry.read.things.count({ tenant: 2 }, 10), {
      count: 6,
      exact: true,
    });
    await refused(query("colour = 'red'"), 'model.unknown-field');
    await refused(query('name = 5'), 'model.filter-type');
  });

  test('refuses a cursor of another list', async (registry) => {
    await registry.write((tables) => tables.things.insert(many));
    const { cursor } = await registry.read.things.list({ tenant: 1, limit: 1 });
    const list = (wrong: string | undefined, sort: 'id' | 'name') =>
      registry.read.things.list({ tenant: 1, limit: 1, cursor: wrong, sort });
    await refused(list(cursor, 'name'), 'store.bad-cursor');
    await refused(list('%%%', 'id'), 'store.bad-cursor');
    await refused(list(Buffer.from('[]').toString('base64url'), 'id'), 'store.bad-cursor');
  });
}

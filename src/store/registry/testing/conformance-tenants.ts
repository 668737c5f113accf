// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { limitsOf, unwrap } from '#core';
import { parseFilter } from '#model';
import type { Registry, ThingQuery } from '../port.ts';
import type { Tenant, Thing } from '../rows.ts';
import { refused, type ConformanceTest } from './refused.ts';
import { sampleThing } from './samples.ts';

const tenant = (name: string, parent: number | undefined = 1): Omit<Tenant, 'id'> => ({
  name,
  parent,
  unknownProperties: 'refuse',
  created: 5,
});

const insert = (registry: Registry, name: string, parent?: number): Promise<number> =>
  registry.write((tables) => tables.tenants.insert(tenant(name, parent)));

/** The tree of tenants, and lists of things over a part of it. */
export function tenantConformance(test: ConformanceTest): void {
  test('keeps tenants as a tree', async (registry) => {
    const [root, anonymous] = await registry.read.tenants.all();
    assert.deepEqual([root?.name, root?.parent, anonymous?.parent], ['root', undefined, undefined]);
    const city = await insert(registry, 'city');
    const water = await insert(registry, 'water', city);
    assert.deepEqual(await registry.read.tenants.get(water), {
      ...tenant('water', city),
      id: water,
    });
    await refused(insert(registry, 'water', city), 'common.conflict');
    await insert(registry, 'water');
    await refused(insert(registry, 'lost', 99), 'common.not-found');
    const update = (id: number, changes: Partial<Omit<Tenant, 'id' | 'created'>>) =>
      registry.write((tables) => tables.tenants.update(id, changes));
    await update(water, { unknownProperties: 'collect', name: 'rain' });
    assert.equal((await registry.read.tenants.get(water))?.unknownProperties, 'collect');
    await update(water, {});
    await refused(update(water, { parent: 1, name: 'water' }), 'common.conflict');
    await refused(update(city, { parent: water }), 'common.conflict');
    await refused(update(city, { parent: city }), 'common.conflict');
    await update(water, { parent: 1 });
    assert.equal((await registry.read.tenants.get(water))?.parent, 1);
  });

  test('removes a tenant only when nothing is in it, and never gives its id again', async (registry) => {
    const { read } = registry;
    const remove = (id: number) => registry.write((tables) => tables.tenants.remove(id));
    const city = await insert(registry, 'city');
    const water = await insert(registry, 'water', city);
    await refused(remove(1), 'common.conflict');
    await refused(remove(2), 'common.conflict');
    await refused(remove(city), 'common.conflict');
    await registry.write((tables) => tables.things.insert([sampleThing(1, { tenant: water })]));
    await refused(remove(water), 'common.conflict');
    await registry.write(async (tables) => {
      await tables.things.remove(1, 9);
      await tables.grants.insert({
        account: await tables.accounts.insert(user('ann', 1)),
        group: undefined,
        role: 'viewer',
        tenant: water,
        labels: undefined,
        properties: undefined,
        created: 1,
      });
      await tables.tokens.insert({
        tenant: water,
        account: undefined,
        name: '',
        hash: 'h',
        scopes: [],
        created: 1,
        expires: undefined,
      });
    });
    await remove(water);
    assert.equal(await read.tenants.get(water), undefined);
    assert.equal(await read.tokens.byHash('h'), undefined);
    assert.deepEqual(await read.grants.ofTenants([water]), []);
    assert.ok((await read.tenants.all()).every(({ id }) => id !== water));
    await remove(water);
    const again = await insert(registry, 'water', city);
    assert.ok(again > water);
    await refused(insert(registry, 'drop', water), 'common.not-found');
  });

  test('refuses rows of a tenant that is not there', async (registry) => {
    await assert.rejects(
      registry.write((tables) => tables.things.insert([sampleThing(1, { tenant: 77 })])),
    );
    await assert.rejects(registry.write((tables) => tables.accounts.insert(user('bo', 77))));
  });

  test('lists things of several tenants in every order', async (registry) => {
    const { things, tenants } = await forest(registry);
    const [own = 0, ...below] = tenants;
    const mine = things.filter((thing) => tenants.includes(thing.tenant));
    for (const sort of ['id', 'name', 'updated', 'created'] as const) {
      for (const order of ['ascending', 'descending'] as const) {
        const ids = await idsOf(registry, { tenant: own, below: [...below, own], sort, order });
        const sorted = mine.toSorted((a, b) => {
          const by = a[sort] < b[sort] ? -1 : a[sort] > b[sort] ? 1 : a.id - b.id;
          return order === 'ascending' ? by : -by;
        });
        assert.deepEqual(
          ids,
          sorted.map(({ id }) => id),
          `${sort} ${order}`,
        );
      }
    }
    const count = await registry.read.things.count({ tenant: own, below }, 1_000);
    assert.deepEqual(count, { count: mine.length, exact: true });
  });

  test('lists only things that carry all labels of one set', async (registry) => {
    const { things, tenants } = await forest(registry);
    const [own = 0, ...below] = tenants;
    const sets = [{ city: 'a', line: '1' }, { city: 'b' }];
    const seen = (thing: Pick<Thing, 'labels'>): boolean =>
      sets.some((set) => Object.entries(set).every(([key, value]) => thing.labels[key] === value));
    const filters = [undefined, `properties.floor = 2`, `labels.line = '1'`, `name ^= 'n1'`];
    for (const text of filters) {
      const filter = text === undefined ? undefined : unwrap(parseFilter(text, limitsOf()));
      for (const reach of [[own], tenants]) {
        const query = { tenant: own, below: reach.slice(1), filter, sort: 'name' } as const;
        const all = await idsOf(registry, query);
        const expected = things
          .filter((thing) => reach.includes(thing.tenant) && all.includes(thing.id) && seen(thing))
          .map(({ id }) => id);
        const ids = await idsOf(registry, { ...query, labels: sets });
        const inOrder = all.filter((id) => expected.includes(id));
        assert.deepEqual(ids, inOrder, `${text} over ${reach.length} tenants`);
        const count = await registry.read.things.count({ ...query, labels: sets }, 1_000);
        assert.equal(count.count, expected.length);
      }
    }
    assert.deepEqual(await idsOf(registry, { tenant: own, below, labels: [] }), []);
    const everything = await idsOf(registry, { tenant: own, below, labels: [{}, { city: 'a' }] });
    assert.deepEqual(everything, await idsOf(registry, { tenant: own, below }));
    const ever = await idsOf(registry, { tenant: own, labels: [{ city: `' OR 1=1` }] });
    assert.deepEqual(ever, []);
  });
}

const user = (name: string, tenantOfUser: number) => ({
  tenant: tenantOfUser,
  kind: 'user' as const,
  name,
  title: name,
  password: undefined,
  passwordTemporary: false,
  language: undefined,
  created: 1,
});

async function forest(registry: Registry) {
  const first = await insert(registry, 'first');
  const second = await insert(registry, 'second', first);
  const third = await insert(registry, 'third', second);
  const fourth = await insert(registry, 'fourth');
  const all = [first, second, third, fourth];
  const things = Array.from({ length: 80 }, (_, i) =>
    sampleThing(i + 1, {
      tenant: all[i % 4] ?? first,
      name: `n${String((i * 7) % 20).padStart(2, '0')}`,
      updated: 1_000 + ((i * 13) % 30),
      created: 1_000 + ((i * 11) % 17),
      labels: { city: ['a', 'b', 'c'][i % 3] ?? '', line: String(i % 2) },
      properties: { floor: i % 4 },
    }),
  );
  await registry.write((tables) => tables.things.insert(things));
  return { things, tenants: [first, second, third] };
}

async function idsOf(registry: Registry, query: Omit<ThingQuery, 'limit'>): Promise<number[]> {
  const ids: number[] = [];
  let cursor: string | undefined;
  do {
    const page = await registry.read.things.list({ ...query, limit: 7, cursor });
    ids.push(...page.items.map((thing) => thing.id));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return ids;
}

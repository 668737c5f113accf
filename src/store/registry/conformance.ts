// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Registry } from './port.ts';
import { refused, type ConformanceTest } from './testing/refused.ts';
import { deviceConformance } from './testing/conformance-devices.ts';
import { listConformance } from './testing/conformance-lists.ts';
import { tenantConformance } from './testing/conformance-tenants.ts';
import { accountConformance } from './testing/conformance-people.ts';
import { admissionConformance } from './testing/conformance-admission.ts';
import { sampleSeries, sampleThing } from './testing/samples.ts';

/** Opens an engine on an empty place, or again on the place of a registry that was closed. */
export interface RegistryFixture {
  open(): Promise<Registry>;
  remove(): Promise<void>;
}

/** What every engine of the registry port must do. */
export function registryConformance(name: string, fixture: () => Promise<RegistryFixture>): void {
  const test = (title: string, work: (registry: Registry) => Promise<void>): void => {
    it(title, async () => {
      const place = await fixture();
      try {
        await using registry = await place.open();
        await work(registry);
      } finally {
        await place.remove();
      }
    });
  };

  describe(`registry ${name}`, () => {
    transactionConformance(test);
    modelConformance(test);
    thingConformance(test);
    listConformance(test);
    deviceConformance(test);
    tenantConformance(test);
    accountConformance(test);
    admissionConformance(test);
    it('keeps what was written when it is opened again', async () => {
      const place = await fixture();
      try {
        {
          await using registry = await place.open();
          await registry.write(async (tables) => {
            await tables.things.insert([sampleThing(7, { labels: { city: '深圳' } })]);
            await tables.readers.commit('things', 42);
            await tables.settings.put('a', { b: [1, null] });
          });
        }
        await using registry = await place.open();
        assert.deepEqual((await registry.read.things.byId(7))?.labels, { city: '深圳' });
        assert.equal(await registry.read.readers.offset('things'), 42);
        assert.equal(await registry.read.readers.offset('nobody'), undefined);
        assert.deepEqual(await registry.read.settings.get('a'), { b: [1, null] });
      } finally {
        await place.remove();
      }
    });
  });
}

function transactionConformance(test: ConformanceTest): void {
  test('has the tenants of the installation and of anonymous clients', async (registry) => {
    const tenants = await registry.read.tenants.all();
    assert.deepEqual(
      tenants.map((tenant) => tenant.id),
      [1, 2],
    );
  });

  test('undoes a transaction that throws', async (registry) => {
    const work = registry.write(async (tables) => {
      await tables.things.insert([sampleThing(1)]);
      throw new Error('no');
    });
    await assert.rejects(work, /no/);
    assert.equal(await registry.read.things.byId(1), undefined);
    await registry.write((tables) => tables.things.insert([sampleThing(1)]));
    assert.equal((await registry.read.things.byId(1))?.name, 'thing 1');
  });

  test('shows others nothing of an open transaction', async (registry) => {
    await registry.write(async (tables) => {
      await tables.things.insert([sampleThing(1)]);
      assert.equal(await registry.read.things.byId(1), undefined);
      assert.equal((await tables.things.byId(1))?.id, 1);
    });
    assert.equal((await registry.read.things.byId(1))?.id, 1);
  });

  test('runs transactions one after another and never gives a number twice', async (registry) => {
    const takes = Array.from({ length: 20 }, (_, i) =>
      registry.write((tables) => tables.counters.take('series', i + 1, 4_294_967_295)),
    );
    const firsts = await Promise.all(takes);
    const sorted = firsts
      .map((first, i) => ({ first, count: i + 1 }))
      .sort((a, b) => a.first - b.first);
    let next = 1;
    for (const { first, count } of sorted) {
      assert.equal(first, next);
      next += count;
    }
    await refused(
      registry.write((tables) => tables.counters.take('series', 10, next + 5)),
      'common.limit',
    );
    const failed = await registry.write((tables) => tables.counters.take('series', 1, next + 5));
    assert.equal(failed, next);
  });

  test('keeps follow-ups in order of time until they are removed', async (registry) => {
    await registry.write(async (tables) => {
      await tables.followUps.add('erase', { series: [1] }, 200);
      await tables.followUps.add('log', { text: 'x' }, 100);
      await tables.followUps.add('log', { text: 'later' }, 900);
    });
    const due = await registry.read.followUps.due(500, 10);
    assert.deepEqual(
      due.map((item) => item.kind),
      ['log', 'erase'],
    );
    assert.deepEqual(due[1]?.payload, { series: [1] });
    await registry.write((tables) => tables.followUps.remove(due[0]?.id ?? 0));
    assert.equal((await registry.read.followUps.due(500, 10)).length, 1);
  });
}

function modelConformance(test: ConformanceTest): void {
  const model = (version: string, uri = 'urn:m') => ({
    tenant: 1,
    uri,
    version,
    title: 'M',
    document: { title: 'M', version },
    status: 'active' as const,
    created: 1,
  });

  test('stores versions of a model once', async (registry) => {
    await registry.write(async (tables) => {
      await tables.models.insert(model('1.0.0'));
      await tables.models.insert(model('1.1.0'));
    });
    await refused(
      registry.write((tables) => tables.models.insert(model('1.0.0'))),
      'common.conflict',
    );
    assert.equal((await registry.read.models.get(1, 'urn:m'))?.version, '1.1.0');
    assert.deepEqual((await registry.read.models.get(1, 'urn:m', '1.0.0'))?.document, {
      title: 'M',
      version: '1.0.0',
    });
    assert.equal(await registry.read.models.get(2, 'urn:m'), undefined);
    assert.equal((await registry.read.models.versions(1, 'urn:m')).length, 2);
    assert.deepEqual(await registry.read.models.count(1, 5), { count: 1, exact: true });
    assert.deepEqual(await registry.read.models.count(1, 0), { count: 0, exact: false });
    const list = async (filter: object): Promise<string[]> =>
      (await registry.read.models.list(1, { limit: 5, ...filter })).items.map((m) => m.version);
    assert.deepEqual(await list({}), ['1.0.0', '1.1.0']);
    assert.deepEqual(await list({ newest: true, text: 'URN' }), ['1.1.0']);
    assert.deepEqual(await list({ text: 'none' }), []);
    const search = async (tenant: number, text: string): Promise<string[]> =>
      (await registry.read.models.search(tenant, text, 5)).map(({ version }) => version);
    assert.deepEqual(await search(1, 'URN:M'), ['1.1.0'], 'newest versions only, in any case');
    assert.deepEqual([await search(2, 'urn:m'), await search(1, '%')], [[], []]);
  });

  test('pages through models and knows which are in use', async (registry) => {
    await registry.write(async (tables) => {
      for (let i = 0; i < 5; i++) await tables.models.insert(model('1', `urn:m:${i}`));
      await tables.models.insert(model('1', 'urn:child'));
      await tables.things.insert([sampleThing(1, { model: { uri: 'urn:m:2', version: '1' } })]);
    });
    const first = await registry.read.models.list(1, { limit: 4 });
    assert.equal(first.items.length, 4);
    const rest = await registry.read.models.list(1, { limit: 4, cursor: first.cursor });
    assert.deepEqual(
      rest.items.map((item) => item.uri),
      ['urn:m:4', 'urn:child'],
    );
    assert.equal(rest.cursor, undefined);
    const used = await Promise.all(
      [...first.items, ...rest.items].map((item) => registry.read.models.inUse(item)),
    );
    assert.deepEqual(used, [false, false, true, false, false, false]);
  });
}

function thingConformance(test: ConformanceTest): void {
  test('keeps every field of a thing', async (registry) => {
    await registry.write(async (tables) => {
      await tables.things.insert([sampleThing(1)]);
      const all = sampleThing(2, {
        types: ['https://example.org/Pump'],
        parent: 1,
        properties: { depth: { m: 3.5 }, tags: ['a', 2] },
        labels: { 'a.b': 'c', 城市: '深圳' },
        description: 'x',
      });
      await tables.things.insert([all]);
      const expected = {
        ...all,
        revision: 1,
        online: false,
        seen: undefined,
        cause: undefined,
        deleted: undefined,
      };
      assert.deepEqual(await tables.things.byId(2), expected);
    });
    assert.equal((await registry.read.things.byUri(1, 'urn:test:2'))?.id, 2);
    assert.equal(await registry.read.things.byUri(2, 'urn:test:2'), undefined);
    assert.equal(await registry.read.things.hasChildren(1), true);
    assert.deepEqual((await registry.read.things.byIds([1, 2, 3])).length, 2);
  });

  test('refuses a uri twice in a tenant, all of the insert', async (registry) => {
    await registry.write((tables) => tables.things.insert([sampleThing(1)]));
    const again = [sampleThing(2), sampleThing(3, { uri: 'urn:test:1' })];
    await refused(
      registry.write((tables) => tables.things.insert(again)),
      'things.uri-taken',
    );
    assert.equal(await registry.read.things.byId(2), undefined);
    const other = sampleThing(3, { uri: 'urn:test:1', tenant: 2 });
    await registry.write((tables) => tables.things.insert([other]));
  });

  test('changes a thing only at the revision that was read', async (registry) => {
    await registry.write((tables) =>
      tables.things.insert([sampleThing(1, { labels: { a: '1' } })]),
    );
    const change = (revision: number) =>
      registry.write((tables) =>
        tables.things.update(1, revision, { name: 'new', labels: { b: '2' } }, 9),
      );
    assert.equal(await change(2), false);
    assert.equal(await change(1), true);
    assert.equal(await change(1), false);
    const thing = await registry.read.things.byId(1);
    assert.deepEqual(
      [thing?.name, thing?.labels, thing?.revision, thing?.updated, thing?.kind],
      ['new', { b: '2' }, 2, 9, 'device'],
    );
  });

  test('leaves a tombstone that frees the uri', async (registry) => {
    await registry.write(async (tables) => {
      await tables.things.insert([sampleThing(1, { labels: { a: '1' } })]);
      await tables.series.insert([sampleSeries(1, 1)]);
      await tables.things.remove(1, 77);
    });
    assert.equal(await registry.read.things.byId(1), undefined);
    assert.equal((await registry.read.things.tombstone(1))?.deleted, 77);
    const page = await registry.read.things.list({ tenant: 1, limit: 10 });
    assert.equal(page.items.length, 0);
    const again = sampleThing(2, { uri: 'urn:test:1' });
    await registry.write((tables) => tables.things.insert([again]));
    assert.equal((await registry.read.things.byUri(1, 'urn:test:1'))?.id, 2);
  });

  test('follows connections by time and activates on the first', async (registry) => {
    await registry.write(async (tables) => {
      await tables.things.insert([sampleThing(1), sampleThing(2, { lifecycle: 'disabled' })]);
      await tables.things.connections([
        { thing: 1, online: false, time: 5 },
        { thing: 1, online: true, time: 6 },
        { thing: 2, online: true, time: 6 },
        { thing: 9, online: true, time: 6 },
      ]);
      await tables.things.connections([{ thing: 1, online: false, time: 3 }]);
    });
    const [one, two] = await registry.read.things.byIds([1, 2]);
    assert.deepEqual(
      [one?.online, one?.seen, one?.lifecycle, one?.revision],
      [true, 6, 'active', 1],
    );
    assert.equal(two?.lifecycle, 'disabled');
    await registry.write((tables) => tables.things.allOffline());
    const away = await registry.read.things.byId(1);
    assert.deepEqual([away?.online, away?.cause], [false, 'restarted']);
    await registry.write((tables) =>
      tables.things.connections([{ thing: 2, online: false, time: 7, cause: 'lost' }]),
    );
    assert.equal((await registry.read.things.byId(2))?.cause, 'lost');
  });
}

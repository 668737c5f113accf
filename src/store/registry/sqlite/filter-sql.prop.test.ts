// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import fc from 'fast-check';
import { limitsOf, unwrap } from '#core';
import { bindFilter, evaluateFilter, type Filter, type FilterValue } from '#model';
import { systemClock } from '#runtime';
import type { NewThing } from '../rows.ts';
import { sampleThing, silentLogger } from '../testing/samples.ts';
import { thingFieldType, thingGetter } from '../thing-fields.ts';
import { openRegistry } from './open.ts';

const word = fc.constantFrom('a', 'ab', 'b', '深', '𝔸', 'ｚ', "it's", '%', '');
const scalar: fc.Arbitrary<FilterValue> = fc.oneof(
  word,
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(0.5, 1e300),
  fc.boolean(),
  fc.constant(null),
);
const property = fc.oneof(
  scalar,
  fc.array(fc.oneof(scalar, fc.constant({ x: 1 })), { maxLength: 3 }),
  fc.record({ x: scalar }),
);

const thing: fc.Arbitrary<NewThing> = fc
  .record({
    name: word,
    kind: fc.constantFrom('device', 'gateway'),
    types: fc.array(word, { maxLength: 2 }),
    lifecycle: fc.constantFrom('registered', 'active'),
    labels: fc.dictionary(fc.constantFrom('a', 'b c'), word, { maxKeys: 2 }),
    properties: fc.dictionary(fc.constantFrom('p', 'q r', '深'), property, { maxKeys: 3 }),
    created: fc.integer({ min: 0, max: 4 }),
  })
  .map((fields) => sampleThing(0, fields));

const textPath = fc.constantFrom('name', 'kind', 'types', 'lifecycle', 'model', 'description');
const numberPath = fc.constantFrom('id', 'parent', 'revision', 'created', 'seen');
const anyPath = fc.constantFrom(
  'labels.a',
  'labels."b c"',
  'properties.p',
  'properties."q r"',
  'properties.深',
  'properties.p.x',
);
const order = fc.constantFrom('eq', 'ne', 'lt', 'le', 'gt', 'ge');

function leafOf(
  path: fc.Arbitrary<string>,
  value: fc.Arbitrary<FilterValue>,
): fc.Arbitrary<Filter> {
  return fc.oneof(
    fc.record({ op: order, path, value }),
    fc.record({ op: fc.constant('in'), path, values: fc.array(value, { maxLength: 3 }) }),
    fc.record({ op: fc.constant('exists'), path }),
  );
}

const leaf: fc.Arbitrary<Filter> = fc.oneof(
  leafOf(textPath, fc.oneof(word, fc.constant(null))),
  leafOf(numberPath, fc.oneof(fc.integer({ min: -1, max: 6 }), fc.constant(null))),
  leafOf(fc.constant('online'), fc.oneof(fc.boolean(), fc.constant(null))),
  leafOf(anyPath, scalar),
  fc.record({
    op: fc.constantFrom('prefix', 'contains'),
    path: fc.oneof(textPath, anyPath),
    value: word,
  }),
);

const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.record({
      op: fc.constantFrom('and', 'or'),
      items: fc.array(tie('filter'), { maxLength: 3 }),
    }),
    fc.record({ op: fc.constant('not'), item: tie('filter') }),
  ),
}));

it('a filter in SQL finds what its evaluation finds, in every order', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'fengsui-filter-'));
  const seed = Number(process.env['FENGSUI_SEED'] ?? Date.now() % 2 ** 31);
  try {
    await using registry = await openRegistry({
      path: join(directory, 'registry.db'),
      logger: silentLogger,
      clock: systemClock,
      limits: limitsOf(),
    });
    const things = fc.sample(thing, { seed, numRuns: 120 }).map((fields, i) => ({
      ...fields,
      id: i + 1,
      uri: `urn:t:${i}`,
      parent: i > 50 ? 3 : undefined,
    }));
    await registry.write(async (tables) => {
      await tables.things.insert(things);
      await tables.things.connections(
        things
          .filter((_, i) => i % 7 === 0)
          .map(({ id }) => ({ thing: id, online: true, time: id % 5 })),
      );
    });
    const stored = await registry.read.things.byIds(things.map(({ id }) => id));
    const sort = fc.constantFrom('id', 'name', 'created', 'updated');
    const check = fc.asyncProperty(filter, sort, async (wanted, by) => {
      const { items } = await registry.read.things.list({
        tenant: 1,
        filter: wanted,
        sort: by,
        limit: 1_000,
      });
      const bound = unwrap(bindFilter(wanted, thingFieldType));
      const expected = stored.filter((one) => evaluateFilter(bound, thingGetter(one)));
      assert.deepEqual(
        items.map(({ id }) => id).toSorted((a, b) => a - b),
        expected.map(({ id }) => id).toSorted((a, b) => a - b),
      );
    });
    await fc.assert(check, { seed, numRuns: 400 });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { newPlace, openPlatform, removePlace, type Platform } from './testing/platform.ts';

/** What a version says of a property, or that it has none of that name. */
const schema = fc.constantFrom(
  undefined,
  { type: 'number' },
  { type: 'number', unit: 'm' },
  { type: 'integer' },
  { type: 'string', writeOnly: true },
);
type Schema = { readonly type: string; readonly unit?: string; readonly writeOnly?: boolean };
type Version = Readonly<Record<string, Schema | undefined>>;
const version: fc.Arbitrary<Version> = fc.record({ a: schema, b: schema, c: schema });

/** Moves between versions (undefined: no model), and what is collected where there is none. */
const path = fc.array(fc.oneof(fc.nat(2), fc.constant(undefined), fc.constantFrom('a', 'd')), {
  minLength: 2,
  maxLength: 12,
});

async function store({ models }: Platform, number: number, properties: Version): Promise<void> {
  const own = Object.entries(properties).filter(([, one]) => one !== undefined);
  await models.add(1, {
    '@context': 'https://www.w3.org/2022/wot/td/v1.1',
    '@type': 'tm:ThingModel',
    id: 'urn:test:shape',
    title: 'Shape',
    version: { model: `${number}.0.0` },
    properties: Object.fromEntries(own),
  });
}

interface InUse {
  readonly type: string;
  readonly unit: string | undefined;
  /** The step that made it: its series goes on as long as this stays the same. */
  readonly made: number;
  readonly collected: boolean;
}

/** The rule, without a registry: what a property's series is after each step. */
class Naive {
  readonly inUse = new Map<string, InUse>();
  #model: Version | undefined;

  collect(property: string, step: number): void {
    if (this.#model !== undefined || this.inUse.has(property)) return;
    this.inUse.set(property, { type: 'number', unit: undefined, made: step, collected: true });
  }

  move(to: Version | undefined, step: number): void {
    const from = this.#model;
    for (const [property, row] of this.inUse) {
      const next = to?.[property];
      const goesOn =
        next === undefined
          ? from?.[property] === undefined
          : next.writeOnly !== true && next.type === row.type && next.unit === row.unit;
      if (!goesOn) this.inUse.delete(property);
    }
    for (const [property, next] of Object.entries(to ?? {})) {
      if (next === undefined || next.writeOnly === true || this.inUse.has(property)) continue;
      this.inUse.set(property, { type: next.type, unit: next.unit, made: step, collected: false });
    }
    this.#model = to;
  }
}

async function walk(platform: Platform, versions: readonly Version[], steps: readonly unknown[]) {
  const { things, bindings, registry } = platform;
  const { id } = await things.create(1, { name: 'shape' });
  const naive = new Naive();
  const madeAt = new Map<number, number>();
  for (const [step, to] of steps.entries()) {
    if (typeof to === 'string') {
      const binding = await bindings.load(id);
      if (binding?.model.property(to) === undefined && binding?.unknownProperties === 'collect')
        bindings.collect(binding, to, 1);
      naive.collect(to, step);
      await platform.settled();
    } else {
      const model = typeof to === 'number' ? { uri: 'urn:test:shape', version: `${to}.0.0` } : null;
      await things.update(1, id, { model });
      naive.move(typeof to === 'number' ? versions[to] : undefined, step);
    }
    const rows = await registry.read.series.ofThings([id]);
    for (const row of rows) if (!madeAt.has(row.id)) madeAt.set(row.id, step);
    const real = rows.map((row) => [row.property, row.type, row.unit, madeAt.get(row.id)]);
    const want = [...naive.inUse].map(([property, { type, unit, made }]) => [
      property,
      type,
      unit,
      made,
    ]);
    assert.deepEqual(real.toSorted(), want.toSorted(), `step ${step}`);
    const loaded = await bindings.ofThing(id);
    assert.deepEqual(
      loaded.map((info) => info.series).toSorted(),
      rows.map((row) => row.id).toSorted(),
    );
  }
}

it('a series goes on while type and unit are the same, however models change', async () => {
  const versions = fc.tuple(version, version, version);
  const property = fc.asyncProperty(versions, path, async (three, steps) => {
    const place = await newPlace();
    try {
      await using platform = await openPlatform(place);
      for (const [number, one] of three.entries()) await store(platform, number, one);
      await walk(platform, three, steps);
    } finally {
      await removePlace(place);
    }
  });
  await fc.assert(property, { numRuns: 25, endOnFailure: true });
});

// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import type { ThingBinding } from '#model';
import {
  newPlace,
  openPlatform,
  removePlace,
  valveModel,
  type Platform,
} from './testing/platform.ts';

const version2 = {
  ...valveModel,
  version: { model: '2.0.0' },
  properties: { target: valveModel.properties.target, flow: { type: 'number', readOnly: true } },
} as const;

type Operation =
  | { readonly kind: 'create'; readonly model: 0 | 1 | 2 }
  | { readonly kind: 'model'; readonly at: number; readonly model: 0 | 1 | 2 }
  | { readonly kind: 'parent'; readonly at: number; readonly of: number }
  | { readonly kind: 'remove' | 'load' | 'name'; readonly at: number }
  | {
      readonly kind: 'collect';
      readonly at: number;
      readonly property: string;
      readonly value: unknown;
    };

const at = fc.nat(5);
const model = fc.constantFrom(0, 1, 2);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ kind: fc.constant('create'), model }),
  fc.record({ kind: fc.constant('model'), at, model }),
  fc.record({ kind: fc.constant('parent'), at, of: at }),
  fc.record({ kind: fc.constantFrom('remove', 'load', 'name'), at }),
  fc.record({
    kind: fc.constant('collect'),
    at,
    property: fc.constantFrom('x', 'y'),
    value: fc.constantFrom(1, 'a', true, null),
  }),
);

/** What the naive model knows of a thing. */
interface Known {
  readonly id: number;
  model: 0 | 1 | 2;
  parent: number;
  /** Collected properties and their series. */
  readonly collected: Map<string, { readonly type: string; readonly series: number }>;
}

const versions = [undefined, '1.0.0', '2.0.0'] as const;
const choices = versions.map((version) => version && { uri: valveModel.id, version });

class Run {
  readonly #platform: Platform;
  readonly #known: Known[] = [];
  /** Bindings that were handed out, each with what it said then. */
  readonly #handed = new Map<ThingBinding, string>();

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  async apply(operation: Operation): Promise<void> {
    const { things } = this.#platform;
    if (operation.kind === 'create') {
      const choice = choices[operation.model];
      const { id } = await things.create(1, { name: 'x', ...(choice ? { model: choice } : {}) });
      this.#known.push({ id, model: operation.model, parent: 0, collected: new Map() });
      return;
    }
    const known = this.#known[operation.at];
    if (known === undefined) return;
    switch (operation.kind) {
      case 'model':
        await things.update(1, known.id, { model: choices[operation.model] ?? null });
        known.model = operation.model;
        return;
      case 'parent': {
        const parent = this.#known[operation.of]?.id ?? 0;
        const done = await things.update(1, known.id, { parent }).then(
          () => true,
          () => false,
        );
        if (done) known.parent = parent;
        return;
      }
      case 'remove': {
        const done = await things.remove(1, known.id).then(
          () => true,
          () => false,
        );
        if (done) this.#known.splice(operation.at, 1);
        return;
      }
      case 'collect':
        return this.#collect(known, operation.property, operation.value);
      case 'name':
        await things.update(1, known.id, { name: 'y' });
        return;
      case 'load':
        await this.#platform.bindings.load(known.id);
    }
  }

  async #collect(known: Known, property: string, value: unknown): Promise<void> {
    const binding = await this.#platform.bindings.load(known.id);
    assert.ok(binding);
    const series = this.#platform.bindings.collect(binding, property, value);
    const type = value === null ? undefined : typeof value;
    const before = known.collected.get(property);
    if (known.model !== 0 || type === undefined) return assert.equal(series, 0);
    if (before !== undefined) return assert.equal(series, before.type === type ? before.series : 0);
    assert.ok(series > 0);
    known.collected.set(property, { type, series });
  }

  async check(): Promise<void> {
    for (const [binding, said] of this.#handed) {
      if (!binding.stale) assert.equal(textOf(binding), said);
    }
    for (const { id, model: version, parent, collected } of this.#known) {
      const binding = await this.#platform.bindings.load(id);
      assert.ok(binding);
      assert.equal(binding.stale, false);
      assert.equal(this.#platform.bindings.peek(id), binding);
      assert.equal(binding.parent, parent);
      assert.equal(binding.unknownProperties, version === 0 ? 'collect' : 'refuse');
      if (version > 0) assert.equal(binding.model.version, versions[version]);
      for (const [property, { series }] of collected) {
        const slot = binding.model.property(property);
        assert.equal(binding.series[slot?.index ?? -1], series, property);
        assert.equal(this.#platform.bindings.describe(series)?.thing, id);
      }
      this.#handed.set(binding, textOf(binding));
    }
    const series = [...this.#handed.keys()].filter((b) => !b.stale).flatMap((b) => [...b.series]);
    const used = series.filter((one) => one > 0);
    assert.equal(new Set(used).size, used.length, 'no series stands for two properties');
  }
}

function textOf({ thing, parent, model: of, series, uri }: ThingBinding): string {
  return JSON.stringify([
    thing,
    parent,
    uri,
    of.version,
    of.properties.map((slot) => slot.name),
    [...series],
  ]);
}

it('bindings are right after any changes, and old ones know that they are stale', async () => {
  const check = fc.asyncProperty(fc.array(operation, { maxLength: 25 }), async (operations) => {
    const place = await newPlace();
    try {
      await using platform = await openPlatform(place, { 'bindings.cacheMax': 100 });
      await platform.models.add(1, valveModel);
      await platform.models.add(1, version2);
      const run = new Run(platform);
      for (const [index, one] of operations.entries()) {
        await run.apply(one);
        if (index % 3 === 0) await platform.settled();
        await run.check();
      }
    } finally {
      await removePlace(place);
    }
  });
  await fc.assert(check, { numRuns: 20, endOnFailure: true });
});

// SPDX-License-Identifier: Apache-2.0
import { RecordKind, type LogEntry } from '#bus';
import { assert, type Limits } from '#core';
import {
  compileModel,
  inferredType,
  inferModel,
  type CompiledModel,
  type PropertySlot,
  type ResultType,
  type ThingBinding,
} from '#model';
import type { Clock } from '#runtime';
import type { Registry, SeriesRow } from '#store';
import type { ModelService } from './models.ts';
import type { Bindings, SeriesDirectory, SeriesInfo } from './port.ts';
import type { SeriesIds } from './series-ids.ts';

export interface BindingCacheOptions {
  readonly registry: Registry;
  readonly models: ModelService;
  readonly ids: SeriesIds;
  readonly limits: Limits;
  readonly clock: Clock;
  /** Adds a record to the unit of the log that the readings at hand go into. */
  readonly announce: (entry: LogEntry) => void;
}

/** A thing in memory. Its binding is made anew when it has collected further series. */
interface Held {
  readonly model: CompiledModel;
  /** By property. */
  readonly series: Map<string, SeriesInfo>;
  binding: ThingBinding;
}

/**
 * Models and series of the things loaded last, in memory; a change of either makes a new binding.
 */
export class BindingCache implements Bindings, SeriesDirectory {
  readonly #options: BindingCacheOptions;
  readonly #noModel: CompiledModel;
  readonly #held = new Map<number, Held>();
  readonly #loading = new Map<number, Promise<Held | undefined>>();
  readonly #series = new Map<number, SeriesInfo>();
  readonly #names = new Map<string, number>();
  /**
   * Series that are in the log but perhaps not yet in the registry, by thing; looked through when
   * it is loaded.
   */
  readonly #announced = new Map<number, SeriesInfo[]>();

  constructor(options: BindingCacheOptions) {
    this.#options = options;
    this.#noModel = emptyModel(options.limits);
  }

  peek(thing: number): ThingBinding | undefined {
    return this.#current(thing)?.binding;
  }

  async load(thing: number): Promise<ThingBinding | undefined> {
    return (await this.#load(thing))?.binding;
  }

  async loadByName(tenant: number, idOrUri: string): Promise<ThingBinding | undefined> {
    const known = this.#names.get(nameKey(tenant, idOrUri));
    const number = /^[1-9]\d{0,15}$/.test(idOrUri) ? Number(idOrUri) : known;
    const id = number ?? (await this.#options.registry.read.things.byUri(tenant, idOrUri))?.id;
    const binding = id === undefined ? undefined : await this.load(id);
    return binding?.tenant === tenant ? binding : undefined;
  }

  describe(series: number): SeriesInfo | undefined {
    return this.#series.get(series);
  }

  async ofThing(thing: number): Promise<readonly SeriesInfo[]> {
    return [...((await this.#load(thing))?.series.values() ?? [])];
  }

  /**
   * Forgets what is held of a thing; holders of its binding see it `stale`, a load under way begins
   * again.
   */
  invalidate(thing: number): void {
    this.#loading.delete(thing);
    const held = this.#held.get(thing);
    if (held === undefined) return;
    held.binding.stale = true;
    this.#held.delete(thing);
    this.#names.delete(nameKey(held.binding.tenant, held.binding.uri));
    for (const { series } of held.series.values()) this.#series.delete(series);
  }

  /** The same of all things of a tenant, of which a setting is another now. */
  invalidateTenant(tenant: number): void {
    // Whatever is being loaded may have been read before the change.
    this.#loading.clear();
    for (const [thing, { binding }] of this.#held)
      if (binding.tenant === tenant) this.invalidate(thing);
  }

  /**
   * The definition of the new series goes into the log before, or in the same unit as, its first
   * reading: after a crash both are there or neither.
   */
  collect(binding: ThingBinding, property: string, value: unknown): number {
    const { limits, ids } = this.#options;
    const held = this.#held.get(binding.thing);
    const type = inferredType(value);
    if (held === undefined || type === undefined || binding.unknownProperties !== 'collect')
      return 0;
    const known = held.series.get(property);
    if (known !== undefined) return known.type === type ? known.series : 0;
    if (held.series.size >= limits['things.collectedSeriesMax']) return 0;
    const series = ids.next();
    if (series === undefined) return 0;
    const { tenant, thing } = binding;
    this.#announce(held, { series, tenant, thing, property, type });
    return series;
  }

  #announce(held: Held, info: SeriesInfo): void {
    const { announce, clock } = this.#options;
    const record = { ...info, created: clock.now() };
    announce({ kind: RecordKind.series, payload: Buffer.from(JSON.stringify(record)) });
    held.series.set(info.property, info);
    held.binding.stale = true;
    this.#series.set(info.series, info);
    const announced = this.#announced.get(info.thing);
    if (announced === undefined) this.#announced.set(info.thing, [info]);
    else announced.push(info);
  }

  #current(thing: number): Held | undefined {
    const held = this.#held.get(thing);
    if (held?.binding.stale === true) held.binding = bindingOf(held.binding, held);
    return held;
  }

  #load(thing: number): Promise<Held | undefined> {
    const held = this.#current(thing);
    if (held !== undefined) return Promise.resolve(held);
    const under = this.#loading.get(thing);
    if (under !== undefined) return under;
    const loading: Promise<Held | undefined> = this.#read(thing)
      .then((read) => {
        if (this.#loading.get(thing) !== loading) return this.#load(thing);
        if (read !== undefined) this.#keep(read);
        return read;
      })
      .finally(() => {
        if (this.#loading.get(thing) === loading) this.#loading.delete(thing);
      });
    this.#loading.set(thing, loading);
    return loading;
  }

  async #read(id: number): Promise<Held | undefined> {
    const { registry, models } = this.#options;
    const thing = await registry.read.things.byId(id);
    if (thing === undefined) return undefined;
    const compiled = thing.model && (await models.compiled(thing.tenant, thing.model));
    const tenant = await registry.read.tenants.get(thing.tenant);
    const model = compiled ?? this.#noModel;
    const series = this.#seriesOf(id, await registry.read.series.ofThings([id], 'with-retired'));
    const base = {
      thing: id,
      tenant: thing.tenant,
      uri: thing.uri,
      unknownProperties:
        compiled === undefined ? 'collect' : (tenant?.unknownProperties ?? 'refuse'),
      parent: thing.parent ?? 0,
      labels: thing.labels,
      serverTime: 0,
    } as const;
    return { model, series, binding: bindingOf(base, { model, series }) };
  }

  /** Series in use, and those that the registry does not have yet. */
  #seriesOf(thing: number, rows: readonly SeriesRow[]): Map<string, SeriesInfo> {
    const stored = new Set(rows.map((row) => row.id));
    const announced = (this.#announced.get(thing) ?? []).filter((info) => !stored.has(info.series));
    if (announced.length > 0) this.#announced.set(thing, announced);
    else this.#announced.delete(thing);
    const inUse = rows.filter((row) => row.retired === undefined).map(infoOf);
    // A stored one wins: the reader of the log will retire the other.
    return new Map([...announced, ...inUse].map((info) => [info.property, info]));
  }

  #keep(held: Held): void {
    const { binding, series } = held;
    this.#held.set(binding.thing, held);
    this.#names.set(nameKey(binding.tenant, binding.uri), binding.thing);
    for (const info of series.values()) this.#series.set(info.series, info);
    if (this.#held.size > this.#options.limits['bindings.cacheMax']) {
      const oldest = this.#held.keys().next();
      if (oldest.done !== true) this.invalidate(oldest.value);
    }
  }
}

/** A binding whose model has a slot for every series, the collected ones too. */
function bindingOf(
  base: Omit<ThingBinding, 'model' | 'series' | 'stale'>,
  { model: own, series }: Pick<Held, 'model' | 'series'>,
): ThingBinding {
  const all = [...series.values()];
  const collected = all.filter((info) => own.property(info.property) === undefined);
  const model = collected.length === 0 ? own : extended(own, collected);
  const ids = new Uint32Array(model.properties.length);
  for (const info of all) {
    const slot = model.property(info.property);
    if (slot !== undefined && slot.type === info.type) ids[slot.index] = info.series;
  }
  return { ...base, model, series: ids, stale: false };
}

/** The model with further slots behind its own, which any value of their type fits. */
function extended(model: CompiledModel, collected: readonly SeriesInfo[]): CompiledModel {
  const slots: PropertySlot[] = collected.map((info, i) => ({
    index: model.properties.length + i,
    name: info.property,
    type: info.type,
    unit: info.unit,
    minimum: Number.NEGATIVE_INFINITY,
    maximum: Number.POSITIVE_INFINITY,
    readOnly: true,
    writeOnly: false,
    check: undefined,
  }));
  const byName = new Map(slots.map((slot) => [slot.name, slot]));
  return {
    ...model,
    properties: [...model.properties, ...slots],
    property: (name) => model.property(name) ?? byName.get(name),
  };
}

function emptyModel(limits: Limits): CompiledModel {
  const { document } = inferModel([], { uri: 'urn:fengsui:no-model', title: 'no model', limits });
  const result = compileModel(document, () => undefined, { limits });
  assert(result.ok, 'the empty model compiles');
  return result.model;
}

const resultTypes: readonly ResultType[] = [
  'number',
  'integer',
  'boolean',
  'string',
  'object',
  'array',
  'position',
];

function infoOf({ id, tenant, thing, property, type: stored, unit }: SeriesRow): SeriesInfo {
  const type = resultTypes.find((known) => known === stored);
  assert(type !== undefined, `${stored} is a result type`);
  return { series: id, tenant, thing, property, type, unit };
}

function nameKey(tenant: number, uri: string): string {
  return `${tenant} ${uri}`;
}

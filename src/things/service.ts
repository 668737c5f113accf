// SPDX-License-Identifier: Apache-2.0
import { RecordKind, type LogEntry } from '#bus';
import { FaultError, fault, type Fault, type Limits } from '#core';
import type { CompiledModel } from '#model';
import type { Clock } from '#runtime';
import type { RegistryAuthenticator } from '#security';
import type { LocationReads, Registry, RegistryTables, Thing, ThingReads } from '#store';
import type { BindingCache } from './bindings.ts';
import type { ModelChoice, ModelService } from './models.ts';
import {
  changesOf,
  checkInputs,
  checkParent,
  checkUri,
  choiceKey,
  newThing,
  type ThingEdit,
  type ThingInput,
} from './thing-input.ts';
import { insertSeries, rebind, seriesOf } from './thing-series.ts';

const thingIdMax = Number.MAX_SAFE_INTEGER;
export const eraseSeries = 'erase-series';

/** The outcome of one row of a bulk creation. */
export type RowOutcome = { readonly id: number } | { readonly fault: Fault };

/** Adds to the transaction that creates a thing; what it throws undoes all of it. */
export type AlsoCreate = (tables: RegistryTables, thing: number) => Promise<void>;

export interface ThingServiceOptions {
  readonly registry: Registry;
  readonly models: ModelService;
  readonly bindings: BindingCache;
  readonly authenticator: RegistryAuthenticator;
  readonly limits: Limits;
  readonly clock: Clock;
  /** Appends a record to the log; resolves when it is durable. */
  readonly append: (entry: LogEntry) => Promise<void>;
}

/** Makes, changes and removes things; their series go along in the same transaction. */
export class ThingService {
  readonly #options: ThingServiceOptions;

  constructor(options: ThingServiceOptions) {
    this.#options = options;
  }

  get locations(): LocationReads {
    return this.#options.registry.read.locations;
  }

  get read(): ThingReads {
    return this.#options.registry.read.things;
  }

  /** A thing of the tenant by its id or uri. Fault: `common.not-found`. */
  async find(tenant: number, idOrUri: string): Promise<Thing> {
    const thing = /^[1-9]\d{0,15}$/.test(idOrUri)
      ? await this.read.byId(Number(idOrUri))
      : await this.read.byUri(tenant, idOrUri);
    if (thing?.tenant !== tenant) throw new FaultError(fault('common.not-found', 'thing', idOrUri));
    return thing;
  }

  /** Creates one thing, and what else belongs to it; the faults of its row are thrown. */
  async create(tenant: number, input: ThingInput, also?: AlsoCreate): Promise<Thing> {
    const [outcome] = await this.createMany(tenant, [input], also);
    if (outcome === undefined || 'fault' in outcome) {
      throw new FaultError(outcome?.fault ?? fault('common.internal'));
    }
    return this.find(tenant, String(outcome.id));
  }

  /**
   * Creates many in one transaction. A bad row refuses itself only; outcomes are in the order of
   * the inputs. Faults of rows: `common.limit`, `things.bad-uri`, `things.uri-taken`,
   * `things.no-such-model`, `things.no-such-parent`.
   */
  async createMany(
    tenant: number,
    inputs: readonly ThingInput[],
    also?: AlsoCreate,
  ): Promise<RowOutcome[]> {
    const { registry, limits, clock } = this.#options;
    const models = await this.#modelsOf(tenant, inputs);
    const outcomes = await registry.write(async (tables) => {
      for (const [key, model] of models)
        if (!(await isStored(tables, tenant, model))) models.delete(key);
      const checked = await checkInputs({ tables, tenant, models, limits }, inputs);
      const good = checked.filter((row) => 'input' in row);
      if (good.length === 0) return checked.filter((row) => 'fault' in row);
      const first = await tables.counters.take('thing', good.length, thingIdMax);
      const now = clock.now();
      await tables.things.insert(
        good.map((row, i) => newThing({ tenant, id: first + i, now }, row)),
      );
      await insertSeries(
        tables,
        good.flatMap(({ model }, i) => seriesOf({ tenant, id: first + i }, model, now)),
      );
      for (const i of good.keys()) await also?.(tables, first + i);
      let next = first;
      return checked.map((row): RowOutcome => ('fault' in row ? row : { id: next++ }));
    });
    const created = outcomes.flatMap((outcome) => ('id' in outcome ? [outcome.id] : []));
    if (created.length > 0) await this.#record(tenant, 'created', created);
    return outcomes;
  }

  /**
   * Changes a thing. With `revision` only when nobody changed it meanwhile: `api.precondition`.
   * Further faults: `common.not-found`, `things.uri-taken`, and those of a new
   * thing; `things.parent-cycle`.
   */
  async update(tenant: number, id: number, edit: ThingEdit, revision?: number): Promise<Thing> {
    const { registry, clock, bindings, authenticator, limits } = this.#options;
    const model = edit.model ? await this.#modelOf(tenant, edit.model) : undefined;
    await registry.write(async (tables) => {
      const thing = await current(tables, { tenant, id, revision });
      if (edit.uri !== undefined && edit.uri !== thing.uri) checkUri(edit.uri);
      if (edit.parent !== undefined && edit.parent !== null)
        await checkParent(tables, { tenant, thing: id, parent: edit.parent, limits });
      if (model !== undefined && !(await isStored(tables, tenant, model)))
        throw new FaultError(fault('things.no-such-model', 'model', model.uri));
      const now = clock.now();
      if (edit.model !== undefined) await rebind(tables, thing, model, now);
      await tables.things.update(id, thing.revision, changesOf(edit, model), now);
    });
    bindings.invalidate(id);
    if (edit.lifecycle === 'disabled' || edit.lifecycle === 'retired')
      authenticator.revoke({ thing: id });
    else if (edit.lifecycle !== undefined || edit.uri !== undefined) authenticator.refresh(id);
    await this.#record(tenant, 'changed', [id]);
    return this.find(tenant, String(id));
  }

  /**
   * Deletes a thing: its credentials end at once, its readings are erased by a follow-up that
   * survives a crash. Faults: `common.not-found`, `api.precondition`, `things.has-children`.
   */
  async remove(tenant: number, id: number, revision?: number): Promise<void> {
    const { registry, clock, bindings, authenticator } = this.#options;
    await registry.write(async (tables) => {
      const thing = await current(tables, { tenant, id, revision });
      if (await tables.things.hasChildren(id))
        throw new FaultError(fault('things.has-children', 'thing', String(id)));
      const now = clock.now();
      const rows = await tables.series.ofThings([id], 'with-retired');
      const series = rows.map((row) => row.id);
      await tables.series.retire(series, now);
      await tables.credentials.revokeOfThing(id, now);
      // A tombstone must not keep its model from being removed.
      await tables.things.update(id, thing.revision, { model: undefined }, now);
      await tables.things.remove(id, now);
      if (series.length > 0) await tables.followUps.add(eraseSeries, { series }, now);
    });
    bindings.invalidate(id);
    authenticator.revoke({ thing: id });
    await this.#record(tenant, 'removed', [id]);
  }

  async #modelOf(tenant: number, choice: ModelChoice): Promise<CompiledModel> {
    const model = await this.#options.models.find(tenant, choice);
    if (model !== undefined) return model;
    throw new FaultError(fault('things.no-such-model', 'model', choice.uri));
  }

  async #modelsOf(
    tenant: number,
    inputs: readonly ThingInput[],
  ): Promise<Map<string, CompiledModel>> {
    const models = new Map<string, CompiledModel>();
    const choices = new Map(
      inputs.flatMap(({ model }) => (model ? [[choiceKey(model), model]] : [])),
    );
    for (const [key, choice] of choices) {
      const model = await this.#options.models.find(tenant, choice);
      if (model !== undefined) models.set(key, model);
    }
    return models;
  }

  async #record(tenant: number, change: string, things: readonly number[]): Promise<void> {
    const [thing] = things;
    const one = things.length === 1 ? { thing } : {};
    const payload = Buffer.from(JSON.stringify({ tenant, change, things, ...one }));
    await this.#options.append({ kind: RecordKind.lifecycle, payload });
  }
}

/** The thing, if the tenant has it and nobody changed it since `revision`. */
async function current(
  tables: RegistryTables,
  asked: { readonly tenant: number; readonly id: number; readonly revision: number | undefined },
): Promise<Thing> {
  const thing = await tables.things.byId(asked.id);
  if (thing?.tenant !== asked.tenant)
    throw new FaultError(fault('common.not-found', 'thing', String(asked.id)));
  if (asked.revision !== undefined && asked.revision !== thing.revision)
    throw new FaultError(fault('api.precondition'));
  return thing;
}

/** Whether the version is still there, now that nobody can remove it. */
async function isStored(
  tables: RegistryTables,
  tenant: number,
  { uri, version }: CompiledModel,
): Promise<boolean> {
  return (await tables.models.get(tenant, uri, version)) !== undefined;
}

// SPDX-License-Identifier: Apache-2.0
import { assert, FaultError, fault, type Fault, type Limits } from '#core';
import {
  checkVersionChange,
  compileModel,
  type CompiledModel,
  type CompileResult,
  type ModelDifference,
  type VersionChange,
} from '#model';
import type { Clock } from '#runtime';
import type { ModelReads, ModelRef, ModelRow, ModelStatus, Registry } from '#store';

/** Several faults of one document. */
export class ModelFaults extends Error {
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    super(faults.map((f) => `${f.code} ${f.at ?? ''}`).join('; '));
    this.faults = faults;
  }
}

/** A model by name; without a version the one stored last. */
export interface ModelChoice {
  readonly uri: string;
  readonly version?: string | undefined;
}

/** What storing a model found. */
export interface StoredModel {
  readonly row: ModelRow;
  /** Differences from the newest version before it; empty for a first version. */
  readonly differences: readonly ModelDifference[];
}

/** What a document would be beside the version that it follows: of the same number, else the newest. */
export interface ModelReview {
  readonly model: CompiledModel;
  readonly before: ModelRow | undefined;
  readonly differences: readonly ModelDifference[];
  /** Whether its number says enough. */
  readonly allowed: boolean;
}

export interface VersionPair {
  readonly from: string;
  readonly to: string;
}

export interface ModelServiceOptions {
  readonly registry: Registry;
  readonly limits: Limits;
  readonly clock: Clock;
}

/** Thing Models of a tenant: checked when they come in, compiled when they are used. */
export class ModelService {
  readonly #registry: Registry;
  readonly #limits: Limits;
  readonly #clock: Clock;
  readonly #compiled = new Map<string, CompiledModel>();
  /** Grows with each removal, so that what was read before it is not remembered. */
  #removals = 0;

  constructor({ registry, limits, clock }: ModelServiceOptions) {
    this.#registry = registry;
    this.#limits = limits;
    this.#clock = clock;
  }

  get read(): ModelReads {
    return this.#registry.read.models;
  }

  /**
   * The compiled form of a document that is not stored; references are looked up in the tenant.
   * `ModelFaults`.
   */
  async checked(tenant: number, document: unknown): Promise<CompiledModel> {
    return (await this.#check(tenant, document)).model;
  }

  /** What storing a document would find. `ModelFaults` of the document itself. */
  async review(tenant: number, document: unknown): Promise<ModelReview> {
    const { model, document: text } = await this.#check(tenant, document);
    const { uri, version } = model;
    const same = await this.read.get(tenant, uri, version);
    const before = same ?? (await this.read.get(tenant, uri));
    if (before === undefined) return { model, before, differences: [], allowed: true };
    const { differences, allowed } = checkVersionChange(JSON.stringify(before.document), text);
    return { model, before, differences, allowed };
  }

  /** How two stored versions differ. Fault: `common.not-found`. */
  async compare(tenant: number, uri: string, versions: VersionPair): Promise<VersionChange> {
    const [from, to] = await Promise.all(
      [versions.from, versions.to].map(async (version) => {
        const row = await this.read.get(tenant, uri, version);
        if (row === undefined) throw new FaultError(fault('common.not-found', 'version', version));
        return JSON.stringify(row.document);
      }),
    );
    assert(from !== undefined && to !== undefined, 'two versions');
    return checkVersionChange(from, to);
  }

  /** Says whether a version is still to be used for new things. Fault: `common.not-found`. */
  async setStatus(tenant: number, ref: ModelRef, status: ModelStatus): Promise<ModelRow> {
    return this.#registry.write(async ({ models }) => {
      const row = await models.get(tenant, ref.uri, ref.version);
      if (row === undefined) throw new FaultError(fault('common.not-found', 'model', ref.uri));
      await models.setStatus(row.id, status);
      return { ...row, status };
    });
  }

  /**
   * Stores a version of a model, its references resolved; the same document again changes nothing.
   * Faults come as `ModelFaults`: those of the document, `things.breaking-version`,
   * `things.version-not-raised`. A stored version is never overwritten.
   */
  async add(tenant: number, document: unknown): Promise<StoredModel> {
    const { model, document: text } = await this.#check(tenant, document);
    const { uri, version, title } = model;
    return this.#registry.write(async ({ models }) => {
      const same = await models.get(tenant, uri, version);
      const before = same ?? (await models.get(tenant, uri));
      const change = before && checkVersionChange(JSON.stringify(before.document), text);
      if (same !== undefined && change?.differences.length === 0)
        return { row: same, differences: [] };
      if (before !== undefined && change?.allowed === false)
        throw new ModelFaults(faultsOf(change, `${version}, stored ${before.version}`));
      const base = { tenant, uri, version, title, document: parseObject(text) };
      const row = { ...base, status: 'active', created: this.#clock.now() } as const;
      const id = await models.insert(row);
      return { row: { ...row, id }, differences: change?.differences ?? [] };
    });
  }

  /** Removes a version that no thing is of. Faults: `common.not-found`, `things.model-in-use`. */
  async remove(tenant: number, ref: ModelRef): Promise<void> {
    await this.#registry.write(async ({ models }) => {
      const row = await models.get(tenant, ref.uri, ref.version);
      if (row === undefined) throw new FaultError(fault('common.not-found', 'model', ref.uri));
      if (await models.inUse(row))
        throw new FaultError(fault('things.model-in-use', 'model', ref.uri));
      await models.remove(row.id);
    });
    this.#removals++;
    this.#compiled.delete(keyOf(tenant, ref));
  }

  /** The compiled form of a stored version. Fault: `common.not-found`. */
  async compiled(tenant: number, ref: ModelRef): Promise<CompiledModel> {
    const model = this.#compiled.get(keyOf(tenant, ref)) ?? (await this.find(tenant, ref));
    if (model === undefined) throw new FaultError(fault('common.not-found', 'model', ref.uri));
    return model;
  }

  /** The compiled form of what a choice means now; undefined where there is none. */
  async find(tenant: number, choice: ModelChoice): Promise<CompiledModel | undefined> {
    const removals = this.#removals;
    const row = await this.read.get(tenant, choice.uri, choice.version);
    if (row === undefined) return undefined;
    const key = keyOf(tenant, row);
    const known = this.#compiled.get(key);
    if (known !== undefined) return known;
    const { uri, document } = row;
    const result = compileModel(document, () => undefined, { limits: this.#limits, uri });
    if (!result.ok) throw new ModelFaults(result.faults);
    if (removals === this.#removals) this.#remember(key, result.model);
    return result.model;
  }

  #remember(key: string, model: CompiledModel): void {
    this.#compiled.set(key, model);
    if (this.#compiled.size <= this.#limits['model.cacheMax']) return;
    const oldest = this.#compiled.keys().next();
    if (oldest.done !== true) this.#compiled.delete(oldest.value);
  }

  async #check(tenant: number, document: unknown): Promise<CompileResult & { readonly ok: true }> {
    const documents = await this.#references(tenant, document);
    const lookup = (ref: ModelChoice): unknown => documents.get(nameOf(ref));
    const result = compileModel(document, lookup, { limits: this.#limits });
    if (!result.ok) throw new ModelFaults(result.faults);
    return result;
  }

  /**
   * Stored documents that a document refers to; these refer to nothing any more. What is missing
   * the compiler names.
   */
  async #references(tenant: number, document: unknown): Promise<ReadonlyMap<string, unknown>> {
    const max = this.#limits['model.referencedMax'];
    const found = new Map<string, unknown>();
    for (const ref of referencesIn(document, this.#limits['model.nodesMax'])) {
      if (found.has(nameOf(ref))) continue;
      if (found.size >= max)
        throw new ModelFaults([fault('model.too-complex', '', `limit model.referencedMax ${max}`)]);
      const row = await this.read.get(tenant, ref.uri, ref.version);
      found.set(nameOf(ref), row?.document);
    }
    return found;
  }
}

function keyOf(tenant: number, ref: ModelRef): string {
  return `${tenant} ${ref.version} ${ref.uri}`;
}

function nameOf(ref: ModelChoice): string {
  return `${ref.version ?? ''} ${ref.uri}`;
}

function faultsOf({ differences }: VersionChange, versions: string): readonly Fault[] {
  const breaking = differences.filter((difference) => difference.kind === 'breaking');
  if (breaking.length === 0)
    return [fault('things.version-not-raised', '/version/model', versions)];
  return breaking.map(({ at, text }) => fault('things.breaking-version', at, text));
}

/** What may be in an object that refers to another model. */
interface Reference {
  readonly rel?: unknown;
  readonly href?: unknown;
  readonly 'fs:version'?: unknown;
  readonly 'tm:ref'?: unknown;
}

/**
 * Targets of `tm:extends` links and of `tm:ref`s into other documents, in the first `nodesMax`
 * values.
 */
function* referencesIn(document: unknown, nodesMax: number): Generator<ModelChoice> {
  const stack: unknown[] = [document];
  for (let visited = 0; stack.length > 0 && visited < nodesMax; visited++) {
    const value = stack.pop();
    if (typeof value !== 'object' || value === null) continue;
    const { rel, href, 'fs:version': version, 'tm:ref': target }: Reference = value;
    if (rel === 'tm:extends' && typeof href === 'string')
      yield { uri: href, version: typeof version === 'string' ? version : undefined };
    if (typeof target === 'string' && target.indexOf('#') > 0)
      yield { uri: target.slice(0, target.indexOf('#')) };
    for (const child of Object.values(value)) stack.push(child);
  }
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(text);
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

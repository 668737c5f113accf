// SPDX-License-Identifier: Apache-2.0
import { FaultError, fault, type Fault, type Limits, type TimeMs } from '#core';
import type { CompiledModel } from '#model';
import type { ModelRef, NewThing, RegistryTables, Thing, ThingChanges } from '#store';
import type { ModelChoice } from './models.ts';

/**
 * URIs that the server gives out; a thing of another name cannot have one, or a later thing could
 * not.
 */
const ownUris = 'urn:fengsui:';

/**
 * What a caller says of a new thing; the rest is filled in. A model without version is its newest.
 */
export type ThingInput = { readonly name: string; readonly model?: ModelChoice | undefined } & {
  readonly [K in Exclude<keyof ThingChanges, 'name' | 'model'>]?: ThingChanges[K] | undefined;
};

/** Changes of a thing. `model: null` and `parent: null` take them away. */
export type ThingEdit = {
  readonly [K in Exclude<keyof ThingChanges, 'model' | 'parent'>]?: ThingChanges[K] | undefined;
} & {
  readonly model?: ModelChoice | null | undefined;
  readonly parent?: number | null | undefined;
};

/** A row that may be created. */
export interface CheckedInput {
  readonly input: ThingInput;
  readonly model: CompiledModel | undefined;
}

/** What inputs are checked against, within the transaction that creates them. */
export interface InputContext {
  readonly tables: RegistryTables;
  readonly tenant: number;
  /** By `choiceKey`. */
  readonly models: ReadonlyMap<string, CompiledModel>;
  readonly limits: Limits;
}

export function choiceKey(model: ModelChoice): string {
  return `${model.version ?? ''} ${model.uri}`;
}

/** Checks rows one by one: a bad one becomes its fault, and touches no other. */
export async function checkInputs(
  context: InputContext,
  inputs: readonly ThingInput[],
): Promise<(CheckedInput | { readonly fault: Fault })[]> {
  const uris = new Set<string>();
  const rows: (CheckedInput | { readonly fault: Fault })[] = [];
  for (const input of inputs) {
    try {
      rows.push({ input, model: await checkInput(context, input, uris) });
    } catch (error) {
      if (!(error instanceof FaultError)) throw error;
      rows.push({ fault: error.fault });
    }
  }
  return rows;
}

async function checkInput(
  { tables, tenant, models, limits }: InputContext,
  { uri, parent, model: choice }: ThingInput,
  uris: Set<string>,
): Promise<CompiledModel | undefined> {
  if (uri !== undefined) {
    checkUri(uri);
    if (uris.has(uri) || (await tables.things.byUri(tenant, uri)) !== undefined)
      throw new FaultError(fault('things.uri-taken', 'uri', uri));
  }
  if (parent !== undefined) await checkParent(tables, { tenant, parent, limits });
  const model = choice && models.get(choiceKey(choice));
  if (choice !== undefined && model === undefined)
    throw new FaultError(fault('things.no-such-model', 'model', choice.uri));
  if (uri !== undefined) uris.add(uri);
  return model;
}

/**
 * An absolute IRI without what would mean something else in an MQTT topic. Fault: `things.bad-uri`.
 */
export function checkUri(uri: string): void {
  const fits =
    /^[A-Za-z][A-Za-z0-9+.-]*:[^\s+#\u0000-\u001f\u007f"<>\\^`{|}]+$/.test(uri) &&
    uri.isWellFormed();
  if (!fits || uri.toLowerCase().startsWith(ownUris))
    throw new FaultError(fault('things.bad-uri', 'uri', uri));
}

/** Faults: `things.no-such-parent`, `things.parent-cycle`, `common.limit`. */
export async function checkParent(
  tables: RegistryTables,
  place: {
    readonly tenant: number;
    /** The thing itself, when it is there already. */
    readonly thing?: number;
    readonly parent: number;
    readonly limits: Limits;
  },
): Promise<void> {
  const { tenant, thing, parent, limits } = place;
  let at: number | undefined = parent;
  for (let depth = 1; at !== undefined; depth++) {
    if (at === thing) throw new FaultError(fault('things.parent-cycle', 'parent', String(parent)));
    if (depth > limits['things.parentDepthMax'])
      throw new FaultError(fault('common.limit', 'things.parentDepthMax'));
    const above: Thing | undefined = await tables.things.byId(at);
    if (above?.tenant !== tenant)
      throw new FaultError(fault('things.no-such-parent', 'parent', String(at)));
    at = above.parent;
  }
}

export function newThing(
  base: { readonly tenant: number; readonly id: number; readonly now: TimeMs },
  { input, model }: CheckedInput,
): NewThing {
  const { tenant, id, now } = base;
  return {
    id,
    tenant,
    uri: input.uri ?? `${ownUris}thing:${id}`,
    name: input.name,
    description: input.description ?? '',
    kind: input.kind ?? 'device',
    types: input.types ?? [],
    model: model && refOf(model),
    parent: input.parent,
    properties: input.properties ?? {},
    labels: input.labels ?? {},
    lifecycle: input.lifecycle ?? 'registered',
    created: now,
    updated: now,
  };
}

/** `model` is what the edit's choice of a model means. */
export function changesOf(edit: ThingEdit, model: CompiledModel | undefined): ThingChanges {
  const { model: choice, parent, ...rest } = edit;
  const set: Record<string, unknown> = { ...rest };
  for (const key of Object.keys(set)) if (set[key] === undefined) delete set[key];
  return {
    ...set,
    ...(choice === undefined ? {} : { model: model && refOf(model) }),
    ...(parent === undefined ? {} : { parent: parent ?? undefined }),
  };
}

function refOf({ uri, version }: CompiledModel): ModelRef {
  return { uri, version };
}

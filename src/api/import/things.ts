// SPDX-License-Identifier: Apache-2.0
import { Compile } from 'typebox/compile';
import { fail, fault, ok, type Result } from '#core';
import type { DeviceCredentials, RowOutcome, ThingInput, ThingService } from '#things';
import { NewThingBody, thingInput } from '../schemas/things.ts';
import { RefusedRows } from './refused.ts';
import type { ImportRow } from './rows.ts';

const batchSize = 1_000;

export interface ImportedThing {
  readonly row: number;
  readonly id: number;
  readonly username: string;
  readonly token: string;
}

/** Good rows are in; each refused one is named, up to a bound. */
export interface ThingImport {
  readonly created: number;
  readonly refused: RefusedRows;
  readonly things: readonly ImportedThing[];
}

export interface ThingImportOptions {
  readonly tenant: number;
  readonly things: ThingService;
  readonly credentials: DeviceCredentials;
  /** Make a token for each and return it. */
  readonly withTokens: boolean;
}

/** Creates a thing for each row, many rows a transaction. */
export async function importThings(
  rows: AsyncIterable<ImportRow>,
  options: ThingImportOptions,
): Promise<ThingImport> {
  const run = new Run(options);
  for await (const row of rows) await run.take(row);
  await run.flush();
  return run;
}

class Run implements ThingImport {
  created = 0;
  readonly refused = new RefusedRows();
  readonly things: ImportedThing[] = [];
  readonly #options: ThingImportOptions;
  #waiting: { readonly row: number; readonly input: ThingInput }[] = [];

  constructor(options: ThingImportOptions) {
    this.#options = options;
  }

  async take({ row, fields, detail }: ImportRow): Promise<void> {
    if (fields === undefined) return this.refused.add(row, fault('common.invalid', 'row', detail));
    const input = inputOf(fields);
    if (!input.ok) return this.refused.add(row, input.fault);
    this.#waiting.push({ row, input: input.value });
    if (this.#waiting.length >= batchSize) await this.flush();
  }

  async flush(): Promise<void> {
    const { things, tenant, withTokens } = this.#options;
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    const outcomes = await things.createMany(
      tenant,
      waiting.map(({ input }) => input),
    );
    const made: { row: number; id: number }[] = [];
    for (const [i, { row }] of waiting.entries()) {
      const outcome: RowOutcome = outcomes[i] ?? { fault: fault('common.internal') };
      if ('fault' in outcome) this.refused.add(row, outcome.fault);
      else made.push({ row, id: outcome.id });
    }
    this.created += made.length;
    if (withTokens) await this.#makeTokens(made);
  }

  async #makeTokens(made: readonly { row: number; id: number }[]): Promise<void> {
    const { credentials, tenant } = this.#options;
    const ids = made.map(({ id }) => id);
    const tokens = await credentials.createTokens(tenant, ids);
    for (const [i, { row, id }] of made.entries()) {
      this.things.push({ row, id, username: String(id), token: tokens[i] ?? '' });
    }
  }
}

const newThing = Compile(NewThingBody);

/**
 * A row as the body of `POST /api/v1/things`: its columns, `modelVersion`, `labels.x` and `properties.x`;
 * empty cells are left out.
 */
function inputOf(fields: Readonly<Record<string, unknown>>): Result<ThingInput> {
  const body = bodyOf(fields);
  if (newThing.Check(body)) return ok(thingInput(body));
  const [first] = newThing.Errors(body);
  return fail('common.invalid', columnOf(first), first?.message);
}

function bodyOf(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const plain = new Map<string, unknown>();
  const nested = { labels: new Map<string, unknown>(), properties: new Map<string, unknown>() };
  for (const [column, value] of Object.entries(fields)) {
    if (value === '' || value === undefined || value === null) continue;
    if (column.startsWith('labels.')) nested.labels.set(column.slice(7), value);
    else if (column.startsWith('properties.')) nested.properties.set(column.slice(11), value);
    else plain.set(column, value);
  }
  const version = plain.get('modelVersion');
  plain.delete('modelVersion');
  if (version !== undefined) plain.set('model', { uri: plain.get('model'), version });
  const parent = plain.get('parent');
  if (typeof parent === 'string' && /^\d{1,15}$/.test(parent)) plain.set('parent', Number(parent));
  for (const [name, members] of Object.entries(nested)) {
    if (members.size > 0 && !plain.has(name)) plain.set(name, Object.fromEntries(members));
  }
  return Object.fromEntries(plain);
}

/** The column that an error of the schema is at. */
function columnOf(
  error: { readonly instancePath: string; readonly params?: object } | undefined,
): string {
  if (error === undefined) return 'row';
  const { instancePath, params = {} } = error;
  const path = instancePath.split('/').slice(1);
  if ('requiredProperties' in params && Array.isArray(params.requiredProperties))
    path.push(String(params.requiredProperties[0]));
  if ('additionalProperties' in params && Array.isArray(params.additionalProperties))
    path.push(String(params.additionalProperties[0]));
  return path.join('.');
}

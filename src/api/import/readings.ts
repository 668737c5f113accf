// SPDX-License-Identifier: Apache-2.0
import type { Ingest } from '#access';
import { FaultError, fail, fault, ok, type Fault, type Result, type TimeMs } from '#core';
import { checkValue, parseTime, Quality, type PropertySlot } from '#model';
import type { BindingCache } from '#things';
import { RefusedRows } from './refused.ts';
import type { ImportRow } from './rows.ts';

/** Rows between two notes of how far the import is; after a break at most so many come twice, which changes nothing. */
const checkpointRows = 5_000;

export interface ReadingsImport {
  /** Rows taken from the file so far, those before this run included. */
  readonly rows: number;
  readonly accepted: number;
  readonly refused: RefusedRows;
}

export interface ReadingsImportOptions {
  readonly tenant: number;
  readonly ingest: Ingest;
  readonly bindings: BindingCache;
  /** Rows already taken by an earlier run. */
  readonly skip: number;
  /** Notes that so many rows are durable. */
  readonly checkpoint: (rows: number) => Promise<void>;
}

/**
 * Takes old readings (columns `thing`, `property`, `time`, `value`) into the log as `backfilled`, at any time in the past.
 * Sending the same file again goes on where the last run stopped.
 */
export async function importReadings(
  rows: AsyncIterable<ImportRow>,
  options: ReadingsImportOptions,
): Promise<ReadingsImport> {
  const { ingest, skip, checkpoint } = options;
  const refused = new RefusedRows();
  let last = skip;
  let accepted = 0;
  for await (const row of rows) {
    if (row.row <= skip) continue;
    last = row.row;
    const failed = await takeRow(row, options);
    if (failed === undefined) accepted++;
    else refused.add(row.row, failed);
    if (row.row % checkpointRows !== 0) continue;
    await ingest.durable();
    await checkpoint(last);
  }
  await ingest.durable();
  if (last > skip) await checkpoint(last);
  return { rows: last, accepted, refused };
}

async function takeRow(row: ImportRow, options: ReadingsImportOptions): Promise<Fault | undefined> {
  const { tenant, bindings, ingest } = options;
  if (row.fields === undefined) return fault('common.invalid', 'row', row.detail);
  const thing = textOf(row.fields['thing']);
  const property = textOf(row.fields['property']);
  const binding = await bindings.loadByName(tenant, thing);
  if (binding === undefined) return fault('common.not-found', 'thing', thing);
  const time = timeOf(row.fields['time'], ingest.now);
  if (!time.ok) return time.fault;
  const slot = binding.model.property(property);
  const series = slot === undefined ? 0 : (binding.series[slot.index] ?? 0);
  if (slot === undefined || series === 0)
    return fault('model.unknown-property', 'property', property);
  const checked = checkValue(slot, valueOf(slot, row.fields['value']));
  if (!checked.ok) return { ...checked.fault, at: `value${checked.fault.at ?? ''}` };
  const { batch } = ingest;
  const { value } = checked;
  if (value.kind === 'number') batch.number(series, time.value, value.number, Quality.backfilled);
  else batch.text(series, time.value, value.textKind, value.text, Quality.backfilled);
  return undefined;
}

/** A CSV cell as the type of the property says; what does not fit is left to the check of the value. */
function valueOf(slot: PropertySlot, value: unknown): unknown {
  if (typeof value !== 'string' || slot.type === 'string') return value;
  if (slot.type === 'boolean') return booleans.get(value) ?? value;
  if (slot.type === 'number' || slot.type === 'integer')
    return value.trim() === '' ? value : Number(value);
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

const booleans = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

/** The last moment of an ECMAScript time. */
const timeMax = 8.64e15;

function timeOf(value: unknown, now: TimeMs): Result<TimeMs> {
  const text = textOf(value);
  const time = /^-?\d{1,16}$/.test(text) ? Number(text) : parseTime(text);
  if (time === undefined || !(Math.abs(time) <= timeMax))
    return fail('model.bad-time', 'time', text);
  return time > now ? fail('model.bad-time', 'time', 'in the future') : ok(time);
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** The name of an upload, which its progress is kept under. */
export function uploadName(text: string): string {
  if (!/^[\w.-]{1,64}$/.test(text))
    throw new FaultError(fault('common.invalid', 'query/upload', text));
  return text;
}

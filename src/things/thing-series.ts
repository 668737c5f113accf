// SPDX-License-Identifier: Apache-2.0
import type { TimeMs } from '#core';
import type { CompiledModel } from '#model';
import type { RegistryTables, SeriesRow, Thing } from '#store';
import { seriesIdMax } from './series-ids.ts';

export type NewSeries = Omit<SeriesRow, 'id'>;

/** Series of a thing of a model: one for each property that it can report. */
export function seriesOf(
  { tenant, id: thing }: Pick<Thing, 'tenant' | 'id'>,
  model: CompiledModel | undefined,
  now: TimeMs,
): NewSeries[] {
  return (model?.properties ?? [])
    .filter((slot) => !slot.writeOnly)
    .map(({ name, type, unit }) => ({
      tenant,
      thing,
      property: name,
      dataset: '',
      type,
      unit,
      created: now,
      retired: undefined,
    }));
}

export async function insertSeries(
  tables: RegistryTables,
  series: readonly NewSeries[],
): Promise<void> {
  if (series.length === 0) return;
  const first = await tables.counters.take('series', series.length, seriesIdMax);
  await tables.series.insert(series.map((row, i) => ({ ...row, id: first + i })));
}

/**
 * Series of a thing that gets another model or version: a property of the same type and unit goes
 * on in its series, any other one of the old model is retired; what was collected beside the model
 * stays.
 */
export async function rebind(
  tables: RegistryTables,
  thing: Thing,
  after: CompiledModel | undefined,
  now: TimeMs,
): Promise<void> {
  const { tenant, model } = thing;
  const before = model && (await tables.models.get(tenant, model.uri, model.version));
  const modelled = before?.document['properties'] ?? {};
  const goesOn = ({ property, type, unit }: SeriesRow): boolean => {
    const next = after?.property(property);
    if (next === undefined) return !Object.hasOwn(modelled, property);
    return !next.writeOnly && next.type === type && next.unit === unit;
  };
  const rows = await tables.series.ofThings([thing.id]);
  const over = rows.filter((row) => !goesOn(row)).map((row) => row.id);
  await tables.series.retire(over, now);
  const kept = new Set(rows.filter(goesOn).map((row) => row.property));
  const wanted = seriesOf(thing, after, now);
  await insertSeries(
    tables,
    wanted.filter((row) => !kept.has(row.property)),
  );
}

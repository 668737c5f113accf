// SPDX-License-Identifier: Apache-2.0
import type { Logger } from '#runtime';
import type { NewThing, SeriesRow } from '../rows.ts';

/** A thing for tests. */
export function sampleThing(id: number, fields: Partial<NewThing> = {}): NewThing {
  return {
    id,
    tenant: 1,
    uri: `urn:test:${id}`,
    name: `thing ${id}`,
    description: '',
    kind: 'device',
    types: [],
    model: undefined,
    parent: undefined,
    properties: {},
    labels: {},
    lifecycle: 'registered',
    created: 1_000,
    updated: 1_000,
    ...fields,
  };
}

/** A series for tests. */
export function sampleSeries(
  id: number,
  thing: number,
  fields: Partial<SeriesRow> = {},
): SeriesRow {
  return {
    id,
    tenant: 1,
    thing,
    property: 'temperature',
    dataset: '',
    type: 'number',
    unit: 'Cel',
    created: 1_000,
    retired: undefined,
    ...fields,
  };
}

/** A logger that says nothing. */
export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLogger,
};

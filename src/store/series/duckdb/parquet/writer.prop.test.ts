// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { type Table, table } from '../columns.ts';
import type { Column, ColumnValues } from './column.ts';
import { ParquetWriter } from './writer.ts';

const columns: readonly Column[] = [
  { name: 'i', kind: 'integer', statistics: true },
  { name: 't', kind: 'time', statistics: true },
  { name: 's', kind: 'small' },
  { name: 'd', kind: 'double', optional: true },
  { name: 'c', kind: 'decimal', scale: 2, optional: true },
  { name: 'x', kind: 'text', optional: true },
];

const integer = fc.oneof(
  fc.integer({ min: 0, max: 3 }),
  fc.integer({ min: -1_000_000, max: 1_000_000 }),
  fc.integer({ min: -(2 ** 44), max: 2 ** 44 }),
);
const time = fc.integer({ min: -8_640_000_000_000, max: 8_640_000_000_000 });
const nullable = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.option(value, { freq: 4 });
const row = fc.record({
  i: integer,
  t: time,
  s: fc.integer({ min: 0, max: 255 }),
  d: nullable(fc.double({ noNaN: true })),
  c: nullable(integer),
  x: nullable(fc.string({ unit: 'grapheme', maxLength: 9 })),
});
type Row = {
  i: number;
  t: number;
  s: number;
  d: number | null;
  c: number | null;
  x: string | null;
};

/** Sizes around those of blocks and miniblocks, and runs that the encodings shorten. */
const group: fc.Arbitrary<Row[]> = fc.oneof(
  fc.array(row, { minLength: 1, maxLength: 40 }),
  fc
    .tuple(
      fc.constantFrom(31, 32, 33, 127, 128, 129, 130, 257, 700),
      fc.array(row, { minLength: 1, maxLength: 5 }),
    )
    .map(([size, few]) =>
      Array.from({ length: size }, (_, i) => few[i % few.length] ?? few[0]).filter(
        (r) => r !== undefined,
      ),
    ),
);

const numbers = (rows: readonly Row[], pick: (r: Row) => number | null): Float64Array =>
  Float64Array.from(rows, (r) => pick(r) ?? Number.NaN);

const columnsOf = (rows: readonly Row[]): ColumnValues[] => [
  numbers(rows, (r) => r.i),
  numbers(rows, (r) => r.t),
  numbers(rows, (r) => r.s),
  numbers(rows, (r) => r.d),
  numbers(rows, (r) => r.c),
  rows.map((r) => r.x),
];

describe('the Parquet writer', () => {
  let directory = '';
  let connection: DuckDBConnection;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fengsui-parquet-'));
    connection = await (await DuckDBInstance.create(':memory:')).connect();
  });

  after(async () => {
    connection.closeSync();
    await rm(directory, { recursive: true, force: true });
  });

  const written = async (groups: readonly Row[][]): Promise<string> => {
    const path = join(directory, `${process.hrtime.bigint()}.parquet`);
    const writer = new ParquetWriter(path, columns, 0);
    for (const rows of groups) writer.rowGroup(columnsOf(rows), rows.length);
    writer.close();
    return path;
  };

  const read = (path: string): Promise<Table> =>
    table(
      connection,
      `SELECT i::DOUBLE, epoch_ms(t)::DOUBLE, s::DOUBLE, d, c::DOUBLE, x FROM read_parquet('${path}')`,
      5,
    );

  it('writes what another reader reads', async () => {
    const property = fc.asyncProperty(
      fc.array(group, { minLength: 1, maxLength: 3 }),
      async (groups) => {
        const all = groups.flat();
        const answer = await read(await written(groups));
        assert.equal(answer.rows, all.length);
        const expected = columnsOf(all);
        for (const [index, name] of ['i', 't', 's', 'd'].entries())
          assert.deepEqual(answer.numbers[index], expected[index], name);
        const cents = Float64Array.from(all, (r) => (r.c === null ? Number.NaN : r.c / 100));
        assert.deepEqual(answer.numbers[4], cents, 'c');
        assert.deepEqual(answer.texts[0], expected[5], 'x');
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });

  it('lets a reader skip row groups by their statistics', async () => {
    const rows = (from: number): Row[] =>
      Array.from({ length: 100 }, (_, i) => ({
        i: from + i,
        t: (from + i) * 1_000,
        s: 0,
        d: i,
        c: i,
        x: null,
      }));
    const path = await written([rows(0), rows(100), rows(200)]);
    const answer = await table(
      connection,
      `SELECT row_group_id::DOUBLE, path_in_schema, stats_min_value, stats_max_value
        FROM parquet_metadata('${path}') WHERE path_in_schema IN ('i') ORDER BY 1`,
      1,
    );
    assert.deepEqual(answer.texts[1], ['0', '100', '200']);
    assert.deepEqual(answer.texts[2], ['99', '199', '299']);
    const found = await table(
      connection,
      `SELECT i::DOUBLE FROM read_parquet('${path}') WHERE t = make_timestamp_ms(150000)`,
      1,
    );
    assert.deepEqual([...(found.numbers[0] ?? [])], [150]);
  });

  it('does not write over a file that exists', async () => {
    const path = await written([[{ i: 1, t: 1, s: 1, d: 1, c: 1, x: 'a' }]]);
    assert.throws(() => new ParquetWriter(path, columns, 0), { code: 'EEXIST' });
  });
});

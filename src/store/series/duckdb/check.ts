// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { FaultError, fault } from '#core';
import { scalar } from './columns.ts';
import { currentFile, quoted } from './database.ts';
import { Manifest } from './manifest.ts';

const alias = 'checked';

/**
 * Opens the copy of a series store read-only and reads all that its database says, and the directory of each compacted
 * file; leaves nothing beside it. Gives how many points there are. Fault: `store.series-damaged`.
 */
export async function checkSeriesDirectory(
  directory: string,
): Promise<{ readonly points: number }> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    const file = join(directory, await currentFile(directory));
    await connection.run(`ATTACH ${quoted(file)} AS ${alias} (READ_ONLY)`);
    return { points: await countPoints(connection, directory) };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new FaultError(fault('store.series-damaged', directory, detail));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function countPoints(connection: DuckDBConnection, directory: string): Promise<number> {
  let points = 0;
  const manifest = await Manifest.load(connection, alias);
  for (const { hot, late, parts } of manifest.periods.values()) {
    points += late;
    for (const name of hot === undefined ? [] : [hot.numbers, hot.texts]) {
      if (name === undefined) continue;
      points += await scalar(connection, `SELECT count(*)::DOUBLE FROM ${alias}."${name}"`);
    }
    for (const part of parts) {
      const path = quoted(join(directory, 'parts', part.file));
      const rows = `SELECT sum(num_rows)::DOUBLE FROM parquet_file_metadata(${path})`;
      const found = await scalar(connection, rows);
      if (found !== part.points) throw new Error(`${part.file}: ${found} of ${part.points} points`);
      points += found;
    }
  }
  return points;
}

// SPDX-License-Identifier: Apache-2.0
import { existsSync, statSync } from 'node:fs';
import { mkdir, open, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { scalar } from './columns.ts';
import type { EngineOptions } from './wire.ts';

const pointer = 'CURRENT';
const fileOf = (generation: number): string => `series-${generation}.duckdb`;
const aliasOf = (generation: number): string => `s${generation}`;

/** Tables beside the hot ones, which are made as periods appear. */
const schema = (alias: string): string => `
  CREATE TABLE ${alias}.state (committed BIGINT, seq BIGINT, period_ms BIGINT);
  CREATE TABLE ${alias}.late (series UINTEGER, time BIGINT, value DOUBLE, quality UTINYINT,
    kind UTINYINT, text VARCHAR, seq BIGINT);
  CREATE TABLE ${alias}.parts (seq BIGINT, period BIGINT, lo BIGINT, hi BIGINT, first BIGINT,
    last BIGINT, points BIGINT, spread BIGINT, texts BIGINT, bytes BIGINT, scale BIGINT,
    file VARCHAR, rollup VARCHAR);
  CREATE TABLE ${alias}.totals (period BIGINT, series UINTEGER, points BIGINT, first BIGINT,
    last BIGINT, seq BIGINT);
  CREATE TABLE ${alias}.erased (series UINTEGER, seq BIGINT, hot BIGINT, bound BIGINT);`;

/** Makes creations, renames and removals in a directory durable. */
export async function syncPath(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * The DuckDB instance and the database file in it. The file is a generation: erasing writes the next one, because DuckDB leaves
 * the bytes of dropped tables in free blocks. `CURRENT` names the one that counts.
 */
export class Database {
  readonly directory: string;
  readonly instance: DuckDBInstance;
  generation: number;

  private constructor(directory: string, instance: DuckDBInstance, generation: number) {
    this.directory = directory;
    this.instance = instance;
    this.generation = generation;
  }

  /** Name under which the current file is attached. */
  get alias(): string {
    return aliasOf(this.generation);
  }

  /** Size of the write-ahead log: what a checkpoint would have to do. */
  get walBytes(): number {
    const path = join(this.directory, `${fileOf(this.generation)}.wal`);
    return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  }

  get partsDirectory(): string {
    return join(this.directory, 'parts');
  }

  static async open(options: EngineOptions): Promise<Database> {
    const { directory } = options;
    await mkdir(join(directory, 'parts'), { recursive: true });
    await rm(join(directory, 'spill'), { recursive: true, force: true });
    const instance = await DuckDBInstance.create(':memory:', {
      threads: String(options.threads),
      memory_limit: `${Math.ceil(options.memoryBytes / 1_048_576)}MiB`,
      temp_directory: join(directory, 'spill'),
      autoinstall_known_extensions: 'false',
    });
    const generation = await currentGeneration(directory);
    const database = new Database(directory, instance, generation);
    const connection = await instance.connect();
    try {
      // Files are never changed after they are in the manifest: nothing needs to be looked at again.
      // Checkpoints are our business: see Gate.
      await connection.run(`SET parquet_metadata_cache = true;
        SET validate_external_file_cache = 'NO_VALIDATION';
        SET checkpoint_threshold = '1TiB'`);
      const alias = await database.attach(connection, directory, generation);
      const ready = await scalar(
        connection,
        `SELECT count(*)::DOUBLE FROM duckdb_tables()
          WHERE database_name = '${alias}' AND table_name = 'state'`,
      );
      if (ready === 0) await database.#initialise(connection, options.periodMs);
      await database.#removeOrphans();
    } finally {
      connection.closeSync();
    }
    return database;
  }

  /** Attaches the file of a generation; the alias it has from then on. */
  async attach(
    connection: DuckDBConnection,
    directory: string,
    generation: number,
  ): Promise<string> {
    const alias = aliasOf(generation);
    const path = join(directory, fileOf(generation));
    await connection.run(`ATTACH ${quoted(path)} AS ${alias} (STORAGE_VERSION 'v1.5.0')`);
    return alias;
  }

  /**
   * Copies what is visible now into a fresh file and makes that one count.
   * Nothing may be written meanwhile; the former file is detached by `release`.
   */
  async renew(connection: DuckDBConnection): Promise<{ former: number }> {
    const former = this.generation;
    const next = former + 1;
    await rm(join(this.directory, fileOf(next)), { force: true });
    await this.copyTo(connection, this.directory, next);
    await this.attach(connection, this.directory, next);
    await pointAt(this.directory, next);
    this.generation = next;
    return { former };
  }

  /** Copies a snapshot of the database into a directory, as a generation of its own. */
  async copyTo(connection: DuckDBConnection, directory: string, generation: number): Promise<void> {
    const copy = `copy${generation}`;
    const path = join(directory, fileOf(generation));
    await connection.run(`ATTACH ${quoted(path)} AS ${copy} (STORAGE_VERSION 'v1.5.0')`);
    try {
      await connection.run(`COPY FROM DATABASE ${this.alias} TO ${copy}`);
      await connection.run(`CHECKPOINT ${copy}`);
    } finally {
      await connection.run(`DETACH ${copy}`);
    }
    await syncPath(path);
  }

  /** Detaches and removes the file of a former generation. */
  async release(connection: DuckDBConnection, generation: number): Promise<void> {
    await connection.run(`DETACH ${aliasOf(generation)}`);
    await this.#removeOrphans();
  }

  async #initialise(connection: DuckDBConnection, periodMs: number): Promise<void> {
    await connection.run(`BEGIN; ${schema(this.alias)}
      INSERT INTO ${this.alias}.state VALUES (0, 1, ${periodMs}); COMMIT`);
    await connection.run(`CHECKPOINT ${this.alias}`);
    await pointAt(this.directory, this.generation);
  }

  async #removeOrphans(): Promise<void> {
    const current = fileOf(this.generation);
    for (const name of await readdir(this.directory)) {
      if (!name.startsWith('series-') || name === current || name === `${current}.wal`) continue;
      await rm(join(this.directory, name), { force: true });
    }
  }
}

/** Writes the pointer so that after a crash it names the old file or the new one. */
export async function pointAt(directory: string, generation: number): Promise<void> {
  const next = join(directory, `${pointer}.next`);
  await writeFile(next, `${generation}\n`, { flush: true });
  await rename(next, join(directory, pointer));
  await syncPath(directory);
}

/** Name of the database file that counts in a directory. */
export async function currentFile(directory: string): Promise<string> {
  return fileOf(await currentGeneration(directory));
}

async function currentGeneration(directory: string): Promise<number> {
  const path = join(directory, pointer);
  if (!existsSync(path)) {
    // A lost pointer must not make an old store look like a new one.
    const others = (await readdir(directory)).filter((name) => /^series-\d+\.duckdb$/.test(name));
    if (others.some((name) => name !== fileOf(1))) throw new Error(`${path} is missing`);
    return 1;
  }
  const generation = Number((await readFile(path, 'utf8')).trim());
  if (!Number.isSafeInteger(generation) || !existsSync(join(directory, fileOf(generation)))) {
    throw new Error(`${path} does not name a database file`);
  }
  return generation;
}

/** An SQL string literal. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A column of the one row of `state`. */
export function stateOf(
  connection: DuckDBConnection,
  alias: string,
  column: 'committed' | 'seq' | 'period_ms',
): Promise<number> {
  return scalar(connection, `SELECT ${column}::DOUBLE FROM ${alias}.state`);
}

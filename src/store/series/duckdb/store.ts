// SPDX-License-Identifier: Apache-2.0
import { readdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { RowWriter } from './append.ts';
import { onSnapshot } from './columns.ts';
import { Database } from './database.ts';
import { Gate } from './gate.ts';
import { Manifest, type Part } from './manifest.ts';
import { Pins } from './pins.ts';
import { Serial } from './serial.ts';
import type { Place } from './source.ts';
import type { EngineOptions } from './wire.ts';

/** A longer write-ahead log is moved into the database file. */
const walBytesMax = 67_108_864;

export type Report = (level: 'info' | 'warn' | 'error', fields: object, message: string) => void;

/**
 * What writing, asking and compacting share. Every change of the manifest happens within `writing`, one at a time; `version`
 * tells a question that the ground has moved under it.
 */
export class Store {
  readonly options: EngineOptions;
  readonly database: Database;
  /** The connection of everything within `writing`. */
  readonly writer: DuckDBConnection;
  /** The connection of compaction and backup. */
  readonly maintainer: DuckDBConnection;
  /** The connection within `removing`. */
  readonly remover: DuckDBConnection;
  readonly rows: RowWriter;
  readonly pins = new Pins();
  /** Whoever reads the database, but for the writer itself, is inside. */
  readonly gate = new Gate();
  readonly writing = new Serial();
  /** Removals that wait for the last question that needs the thing. */
  readonly removing = new Serial();
  readonly #checkpointing = new Serial();
  readonly report: Report;
  manifest: Manifest;
  version = 0;

  private constructor(
    options: EngineOptions,
    database: Database,
    parts: {
      writer: DuckDBConnection;
      maintainer: DuckDBConnection;
      remover: DuckDBConnection;
      manifest: Manifest;
    },
    report: Report,
  ) {
    this.options = options;
    this.database = database;
    this.writer = parts.writer;
    this.maintainer = parts.maintainer;
    this.remover = parts.remover;
    this.manifest = parts.manifest;
    this.rows = new RowWriter(parts.writer, options.limits['store.hotPeriodsMax']);
    this.report = report;
  }

  static async open(options: EngineOptions, report: Report): Promise<Store> {
    const database = await Database.open(options);
    const writer = await database.instance.connect();
    const maintainer = await database.instance.connect();
    const remover = await database.instance.connect();
    const manifest = await Manifest.load(writer, database.alias);
    const store = new Store(options, database, { writer, maintainer, remover, manifest }, report);
    store.#removeOrphans();
    return store;
  }

  get place(): Place {
    return { alias: this.database.alias, parts: this.database.partsDirectory };
  }

  /** Name by which questions hold the database file. */
  get pinOfDatabase(): string {
    return `generation ${this.database.generation}`;
  }

  /**
   * Changes the database in one transaction, and what memory knows of it with `settle` after the commit.
   * Call it within `writing`. When it fails, memory is read again from the database.
   */
  async change(work: () => Promise<void>, settle: () => void): Promise<void> {
    try {
      await this.writer.run('BEGIN');
      await work();
      await this.writer.run('COMMIT');
    } catch (error) {
      await this.reload();
      throw error;
    }
    settle();
  }

  /** The same for changes that take something away from under questions in flight. */
  async restructure(work: () => Promise<void>, settle: () => void): Promise<void> {
    this.version++;
    try {
      await this.change(work, settle);
    } finally {
      this.version++;
    }
  }

  /** Reads for compaction, on one snapshot. */
  reading<T>(work: () => Promise<T>): Promise<T> {
    return this.gate.read('long', () => onSnapshot(this.maintainer, work));
  }

  /** Moves the write-ahead log into the database file. Not within `writing` or the gate. */
  checkpoint(): Promise<void> {
    return this.#checkpointing.run(() =>
      this.gate.alone(() =>
        this.writing.run(async () => {
          await this.writer.run(`CHECKPOINT ${this.database.alias}`);
        }),
      ),
    );
  }

  /** Begins a checkpoint where the write-ahead log has grown long, and does not wait for it. */
  checkpointIfDue(): void {
    if (this.gate.pending || this.database.walBytes < walBytesMax) return;
    this.checkpoint().catch((error: unknown) => {
      this.report('warn', { error: String(error) }, 'the series store could not be checkpointed');
    });
  }

  /** Resolves when no checkpoint is going on. */
  checkpointed(): Promise<void> {
    return this.#checkpointing.settled();
  }

  /** Rolls back, and takes the database's word for everything. */
  async reload(): Promise<void> {
    this.version++;
    this.rows.reset();
    await this.writer.run('ROLLBACK').catch(() => undefined);
    const { seq, sealed } = this.manifest;
    this.manifest = await Manifest.load(this.writer, this.database.alias, sealed);
    // A number that was given out is never given again, even if nothing came of it.
    this.manifest.seq = Math.max(this.manifest.seq, seq);
    this.version++;
  }

  /** Removes the files of parts that are in the manifest no more. */
  discard(parts: readonly Part[]): void {
    for (const part of parts) {
      this.pins.whenFree(part.file, () => {
        for (const file of [part.file, part.rollup]) {
          if (file === '') continue;
          const path = join(this.database.partsDirectory, file);
          this.remove(path, () => rm(path, { force: true }));
        }
      });
    }
  }

  /** Removes something in its turn. Where that fails it is an orphan, which the next start removes. */
  remove(what: string, action: () => Promise<void>): void {
    this.removing.run(action).catch((error: unknown) => {
      this.report('warn', { what, error: String(error) }, 'something could not be removed');
    });
  }

  /** Gives everything back; nothing may run any more. */
  close(): void {
    this.rows.reset();
    this.writer.closeSync();
    this.maintainer.closeSync();
    this.remover.closeSync();
  }

  #removeOrphans(): void {
    const known = new Set<string>();
    for (const period of this.manifest.periods.values()) {
      for (const part of period.parts) known.add(part.file).add(part.rollup);
    }
    for (const name of readdirSync(this.database.partsDirectory)) {
      if (!known.has(name)) rmSync(join(this.database.partsDirectory, name), { force: true });
    }
  }
}

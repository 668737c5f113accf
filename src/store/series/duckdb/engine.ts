// SPDX-License-Identifier: Apache-2.0
import { FaultError, type TimeMs, fault } from '#core';
import type { CompactionReport, StoreStats } from '../port.ts';
import { aggregated } from './aggregate.ts';
import { backupTo } from './backup.ts';
import { compactPeriod } from './compact.ts';
import { countersOf } from './counters.ts';
import { forget, hide } from './erase.ts';
import type { Stay } from './gate.ts';
import { Lane, type Session } from './lanes.ts';
import type { Manifest } from './manifest.ts';
import { raw } from './raw.ts';
import { shrink } from './renew.ts';
import { retain } from './retain.ts';
import { Serial } from './serial.ts';
import { type Place, sourceOf } from './source.ts';
import { type Report, Store } from './store.ts';
import type { EngineOptions, WireBatch, WireCounters, WireQuery, WireSeries } from './wire.ts';

/** Questions that take more than this (about 50 ms) go to the lane of the heavy ones. */
const heavyCost = 500_000;
const lightConnections = 2;
/** The ground moves only when a period is compacted or something is erased: this often is never needed. */
const attemptsMax = 8;

type Ask<T> = (manifest: Manifest, place: Place) => Promise<T>;

/** The series store on one DuckDB instance, within its worker thread. */
export class Engine {
  readonly #store: Store;
  readonly #light: Lane;
  readonly #heavy: Lane;
  readonly #maintaining = new Serial();

  private constructor(store: Store, light: Lane, heavy: Lane) {
    this.#store = store;
    this.#light = light;
    this.#heavy = heavy;
  }

  static async open(options: EngineOptions, report: Report): Promise<Engine> {
    const store = await Store.open(options, report);
    const waitingMax = options.limits['store.queriesWaitingMax'];
    const connect = (): ReturnType<typeof store.database.instance.connect> =>
      store.database.instance.connect();
    const light = await Promise.all(Array.from({ length: lightConnections }, connect));
    return new Engine(store, new Lane(light, waitingMax), new Lane([await connect()], waitingMax));
  }

  get committed(): number {
    return this.#store.manifest.committed;
  }

  /** Stores batches and the next offset in one transaction. */
  write(batches: readonly WireBatch[], next: number, now: TimeMs): Promise<void> {
    return this.#store.writing.run(async () => {
      if (next <= this.committed) return;
      try {
        await this.#append(batches, next, now);
      } catch (error) {
        if (!/out of memory/i.test(String(error))) throw error;
        // Questions may have taken it: storing goes first.
        this.#heavy.interruptAll();
        await this.#append(batches, next, now);
      }
      this.#store.checkpointIfDue();
      if (this.#store.rows.refused === 0) return;
      this.#store.report(
        'error',
        { rows: this.#store.rows.refused },
        'readings without a possible time or series were left out',
      );
      this.#store.rows.refused = 0;
    });
  }

  async query(id: number, query: WireQuery): Promise<WireSeries[]> {
    const { aggregate } = query;
    const cost = sourceOf(this.#store.manifest, this.#store.place, query)?.cost ?? 0;
    const [lane, stay] =
      cost > heavyCost ? ([this.#heavy, 'long'] as const) : ([this.#light, 'short'] as const);
    return lane.run(id, (session) =>
      this.#steady(session, stay, (manifest, place) =>
        aggregate === undefined
          ? raw(session, manifest, place, query)
          : aggregated(session, manifest, place, { ...query, aggregate }),
      ),
    );
  }

  counters(id: number, series: readonly number[]): Promise<WireCounters[]> {
    return this.#light.run(id, (session: Session) =>
      this.#steady(session, 'short', (manifest, place) =>
        countersOf(session, manifest, place, series),
      ),
    );
  }

  /** Stops a question whose time is over. */
  cancel(id: number): void {
    this.#light.cancel(id);
    this.#heavy.cancel(id);
  }

  erase(series: readonly number[]): Promise<void> {
    return this.#store.writing.run(() => hide(this.#store, series));
  }

  /** Compacts periods that are over; `late` also those that are compacted already and got late readings. */
  compact(now: TimeMs, late: boolean): Promise<CompactionReport> {
    return this.#maintaining.run(async () => {
      const store = this.#store;
      const below = store.manifest.seq;
      const droppedFiles = await retain(store, now);
      let periods = 0;
      let points = 0;
      let bytes = 0;
      const erasing = store.manifest.erased.size > 0;
      const finished = [...store.manifest.periods.values()]
        .filter((period) => store.manifest.start(period.index + 1) <= now)
        .sort((a, b) => a.index - b.index);
      for (const { index } of finished) {
        const period = store.manifest.periods.get(index);
        if (period === undefined) continue;
        const settled = period.hot === undefined && period.parts.length > 0;
        if (settled && !erasing && (period.late === 0 || !late)) continue;
        const done = await compactPeriod(store, index);
        if (done.points > 0) periods++;
        points += done.points;
        bytes += done.bytes;
      }
      await forget(store, below);
      if (periods > 0 || droppedFiles > 0) await shrink(store);
      await store.removing.settled();
      return { periods, points, bytes, droppedFiles };
    });
  }

  backup(directory: string): Promise<void> {
    return this.#maintaining.run(() => backupTo(this.#store, directory));
  }

  stats(): StoreStats {
    let hotPoints = 0;
    let storedPoints = 0;
    let storedBytes = 0;
    let oldest = Infinity;
    for (const period of this.#store.manifest.periods.values()) {
      hotPoints += (period.hot?.rows ?? 0) + period.late;
      if (period.hot !== undefined || period.late > 0)
        oldest = Math.min(oldest, this.#store.manifest.start(period.index));
      for (const part of period.parts) {
        storedPoints += part.points;
        storedBytes += part.bytes;
        oldest = Math.min(oldest, part.first);
      }
    }
    return {
      hotPoints,
      storedPoints,
      storedBytes,
      oldest: oldest === Infinity ? undefined : oldest,
    };
  }

  /** Waits for what is being written and compacted, stops questions, and gives everything back. */
  async close(): Promise<void> {
    // An operation that outlived its thread would take the process with it.
    await Promise.all([this.#light.close(), this.#heavy.close()]);
    await this.#maintaining.settled();
    await this.#store.writing.settled();
    await this.#store.removing.settled();
    await this.#store.checkpointed();
    this.#store.close();
    this.#store.database.instance.closeSync();
  }

  async #append(batches: readonly WireBatch[], next: number, now: TimeMs): Promise<void> {
    const store = this.#store;
    await store.change(
      async () => {
        const { manifest } = store;
        const { alias } = store.place;
        await store.rows.append(manifest, alias, batches, now);
        await store.writer.run(
          `UPDATE ${alias}.state SET committed = ${next}, seq = ${manifest.seq}`,
        );
      },
      () => {
        store.manifest.committed = next;
        store.rows.settle();
      },
    );
  }

  /** Asks again when a compaction or an erasure came between the statements of a question. */
  async #steady<T>(session: Session, stay: Stay, ask: Ask<T>): Promise<T> {
    const store = this.#store;
    for (let attempt = 1; attempt <= attemptsMax; attempt++) {
      const answer = await store.gate.read(stay, () => this.#attempt(session, ask));
      if (answer !== undefined) return answer.value;
      await store.writing.settled();
    }
    throw new FaultError(fault('common.unavailable', 'store'));
  }

  /** Asks once, on one snapshot; undefined where the manifest changed meanwhile. */
  async #attempt<T>(session: Session, ask: Ask<T>): Promise<{ readonly value: T } | undefined> {
    const store = this.#store;
    const { version, manifest } = store;
    const files = [...manifest.periods.values()].flatMap((period) =>
      period.parts.map((part) => part.file),
    );
    const release = store.pins.hold([store.pinOfDatabase, ...files]);
    try {
      await session.begin();
      const value = await ask(manifest, store.place);
      return version % 2 === 0 && version === store.version ? { value } : undefined;
    } catch (error) {
      const moved = version !== store.version || /does not exist/i.test(String(error));
      if (!moved || error instanceof FaultError) throw error;
      return undefined;
    } finally {
      await session.end();
      release();
    }
  }
}

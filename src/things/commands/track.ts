// SPDX-License-Identifier: Apache-2.0
import type { TimeMs } from '#core';
import { isBad, positionOf, VarKind, varText, type Batch, type Position } from '#model';
import type { LocationRow, RegistryTables } from '#store';
import type { SeriesDirectory } from '../port.ts';

const rememberedMax = 100_000;

interface Seen {
  readonly tenant: number;
  readonly thing: number;
  readonly time: TimeMs;
  readonly position: Position;
}

/**
 * Keeps the location track of things with a position property: an entry when the thing has moved, at most one a thing in
 * `location.trackMsMin`. The series store has every reading; the track is for "where was it" without one.
 */
export class LocationTracker {
  readonly #directory: SeriesDirectory;
  readonly #msMin: number;
  /** The newest entry of things that moved lately. */
  readonly #newest = new Map<number, { readonly time: TimeMs; readonly position: string }>();

  constructor(directory: SeriesDirectory, msMin: number) {
    this.#directory = directory;
    this.#msMin = msMin;
  }

  /** Adds the last position of each thing in a batch to `seen`. */
  collect(batch: Batch, seen: Map<number, Seen>): void {
    for (let index = 0; index < batch.varRow.length; index++) {
      if (batch.varKind[index] !== VarKind.json) continue;
      const row = batch.varRow[index] ?? 0;
      const info = this.#directory.describe(batch.series[row] ?? 0);
      if (info?.type !== 'position' || isBad(batch.quality[row] ?? 0)) continue;
      const time = Math.trunc(batch.time[row] ?? 0);
      if (!Number.isSafeInteger(time) || !this.#isDue(info.thing, time)) continue;
      const before = seen.get(info.thing);
      if (before !== undefined && before.time > time) continue;
      const position = positionOf(JSON.parse(varText(batch, index)));
      if (position === undefined) continue;
      seen.set(info.thing, { tenant: info.tenant, thing: info.thing, time, position });
    }
  }

  /** Writes the entries that are due. Call `forget` when the transaction fails. */
  async write(seen: ReadonlyMap<number, Seen>, tables: RegistryTables): Promise<void> {
    await this.#recall(
      [...seen.keys()].filter((thing) => !this.#newest.has(thing)),
      tables,
    );
    const rows: LocationRow[] = [];
    for (const { tenant, thing, time, position } of seen.values()) {
      const key = JSON.stringify(position);
      if (!this.#isDue(thing, time) || this.#newest.get(thing)?.position === key) continue;
      rows.push({ tenant, thing, time, geometry: { type: 'Point', coordinates: position } });
      this.#remember(thing, time, key);
    }
    await tables.locations.append(rows);
  }

  #isDue(thing: number, time: TimeMs): boolean {
    const newest = this.#newest.get(thing);
    return newest === undefined || (time > newest.time && time - newest.time >= this.#msMin);
  }

  forget(): void {
    this.#newest.clear();
  }

  async #recall(things: readonly number[], tables: RegistryTables): Promise<void> {
    for (const { thing, time, geometry } of await tables.locations.latest(things)) {
      this.#remember(thing, time, JSON.stringify(geometry['coordinates']));
    }
  }

  #remember(thing: number, time: TimeMs, position: string): void {
    this.#newest.delete(thing);
    this.#newest.set(thing, { time, position });
    if (this.#newest.size <= rememberedMax) return;
    const oldest = this.#newest.keys().next();
    if (oldest.done !== true) this.#newest.delete(oldest.value);
  }
}

export type SeenPositions = Map<number, Seen>;

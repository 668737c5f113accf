// SPDX-License-Identifier: Apache-2.0
import type { DiagnosisStep } from '#access';
import { Hours, Seconds } from '#core';
import type { Rights } from '#security';
import type { Count, ThingQuery } from '#store';
import type { Rate, Rates } from './rates.ts';
import type { ApiServices } from './services.ts';

/** A number and the list that has as many rows. */
export interface Tile extends Count {
  /** Path and query of the API; undefined where there is no list. */
  readonly list: string;
}

export interface AccessTile extends Tile {
  readonly protocol: string;
  readonly transport: string;
  readonly family: 4 | 6;
}

export interface RefusedTile extends Tile {
  readonly step: DiagnosisStep;
}

/** Of the installation, for those who may see it. */
export interface SystemOverview {
  readonly connections: Tile;
  readonly accesses: readonly AccessTile[];
  readonly rate: Rate;
  readonly line: readonly Rate[];
  readonly points: number;
  /** Of those in compacted files; undefined while there are none. */
  readonly bytesPerPoint: number | undefined;
  readonly lag: number;
}

export interface ThingsOverview {
  readonly things: Tile;
  readonly online: Tile;
  readonly neverSeen: Tile;
  readonly models: Tile | undefined;
  readonly tasksOpen: Tile | undefined;
  /** Of the last hour, by step. */
  readonly refused: readonly RefusedTile[] | undefined;
}

/** More are counted as "at least so many", here as in the lists. */
const countMax = 10_000;
const keptMs = Seconds(1);
const keysMax = 1_000;
const refusedMs = Hours(1);
/** The most that the list of refusals shows. */
const refusedMax = 1_000;
const online = 'online = true';
/** A thing becomes active when it connects for the first time. */
const neverSeen = "lifecycle = 'registered'";

interface Kept<T> {
  readonly at: number;
  readonly value: Promise<T>;
}

/** The figures of the page 总览, worked out once a second at most for each who sees the same. */
export class Overview {
  readonly #services: ApiServices;
  readonly #rates: Rates;
  readonly #things = new Map<string, Kept<ThingsOverview>>();
  #system: Kept<SystemOverview> | undefined;

  constructor(services: ApiServices, rates: Rates) {
    this.#services = services;
    this.#rates = rates;
  }

  /** Of the things that a permission reaches. */
  things(
    seen: Pick<ThingQuery, 'tenant' | 'labels'>,
    rights: Rights | undefined,
  ): Promise<ThingsOverview> {
    const models = rights?.has('models.read') === true;
    const refused = rights?.has('diagnosis.read') === true;
    const key = JSON.stringify([seen.tenant, seen.labels, models, refused]);
    const kept = this.#things.get(key);
    if (kept && this.#fresh(kept)) return kept.value;
    const value = this.#countThings(seen, { models, refused });
    const made = { at: this.#services.clock.monotonic(), value };
    this.#things.delete(key);
    this.#things.set(key, made);
    const [oldest] = this.#things.keys();
    if (this.#things.size > keysMax && oldest !== undefined) this.#things.delete(oldest);
    return made.value;
  }

  system(): Promise<SystemOverview> {
    if (this.#system && this.#fresh(this.#system)) return this.#system.value;
    this.#system = { at: this.#services.clock.monotonic(), value: this.#look() };
    return this.#system.value;
  }

  #fresh({ at }: Kept<unknown>): boolean {
    return this.#services.clock.monotonic() - at < keptMs;
  }

  async #countThings(
    seen: Pick<ThingQuery, 'tenant' | 'labels'>,
    shown: { readonly models: boolean; readonly refused: boolean },
  ): Promise<ThingsOverview> {
    const { things, models, tasks } = this.#services;
    const { tenant, labels } = seen;
    const [all, connected, registered, known, open] = await Promise.all([
      things.read.count({ ...seen, filter: undefined }, countMax),
      things.read.count({ ...seen, filter: { op: 'eq', path: 'online', value: true } }, countMax),
      things.read.count(
        { ...seen, filter: { op: 'eq', path: 'lifecycle', value: 'registered' } },
        countMax,
      ),
      shown.models ? models.read.count(tenant, countMax) : undefined,
      labels === undefined ? tasks.countOpen(tenant, countMax) : undefined,
    ]);
    return {
      things: { ...all, list: '/api/v1/things' },
      online: { ...connected, list: listOf('/api/v1/things', { filter: online }) },
      neverSeen: { ...registered, list: listOf('/api/v1/things', { filter: neverSeen }) },
      models: known && { ...known, list: listOf('/api/v1/models', { newest: 'true' }) },
      tasksOpen: open && { ...open, list: listOf('/api/v1/tasks', { open: 'true' }) },
      refused: shown.refused ? this.#refused(tenant) : undefined,
    };
  }

  async #look(): Promise<SystemOverview> {
    const { system, series } = this.#services;
    const { hotPoints, storedPoints, storedBytes } = await series.stats();
    const accesses = this.#accesses();
    return {
      connections: {
        count: accesses.reduce((sum, { count }) => sum + count, 0),
        ...{ exact: true, list: '/api/v1/connections' },
      },
      accesses,
      rate: this.#rates.now(),
      line: this.#rates.line(),
      points: hotPoints + storedPoints,
      bytesPerPoint: storedPoints === 0 ? undefined : storedBytes / storedPoints,
      lag: system.lag()['series'] ?? 0,
    };
  }

  #accesses(): readonly AccessTile[] {
    const counts = new Map<string, AccessTile & { count: number }>();
    for (const { protocol, transport, family } of this.#services.system.open()) {
      const key = `${protocol} ${transport} ${family}`;
      const known = counts.get(key);
      if (known) {
        known.count++;
        continue;
      }
      const query = { protocol, transport, family: String(family) };
      const list = listOf('/api/v1/connections', query);
      counts.set(key, { protocol, transport, family, count: 1, exact: true, list });
    }
    return [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, tile]) => tile);
  }

  #refused(tenant: number): readonly RefusedTile[] {
    const { diagnosis, clock } = this.#services;
    const since = clock.now() - refusedMs;
    const recent = diagnosis.entries(tenant).filter(({ last }) => last >= since);
    return [...Map.groupBy(recent, ({ step }) => step)].map(([step, { length }]) => {
      const list = listOf('/api/v1/diagnosis', { step, withinMs: String(refusedMs) });
      const count = Math.min(length, refusedMax);
      return { step, count, exact: length <= refusedMax, list };
    });
  }
}

function listOf(place: string, query: Readonly<Record<string, string>>): string {
  return `${place}?${new URLSearchParams(query).toString()}`;
}

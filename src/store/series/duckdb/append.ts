// oxlint-disable no-non-null-assertion -- reads are bounds-checked by the surrounding loop
// SPDX-License-Identifier: Apache-2.0
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Manifest, Period } from './manifest.ts';
import { HotStaging, LateStaging, TextStaging } from './staging.ts';
import { PeriodTrack, trackedSeriesMax } from './track.ts';
import type { WireBatch } from './wire.ts';

const noText = new Uint8Array(0);
/** Furthest time either way that the calendar functions of all readers of the files know. */
const timeMax = 8_640_000_000_000_000;

const fits = (time: number): boolean =>
  Number.isInteger(time) && time <= timeMax && time >= -timeMax;

/** What a write leaves behind for the manifest once it is committed. */
interface Counted {
  hot: number;
  late: number;
}

/** Puts rows where they belong: a period's hot tables while they come in order, else the table of late readings. */
export class RowWriter {
  readonly #connection: DuckDBConnection;
  readonly #hotPeriodsMax: number;
  readonly #hot = new Map<number, HotStaging>();
  readonly #texts = new Map<number, TextStaging>();
  readonly #counted = new Map<Period, Counted>();
  /** Rows left out because their time or series cannot be: our own bug, or a damaged record. */
  refused = 0;
  #late: LateStaging | undefined;

  constructor(connection: DuckDBConnection, hotPeriodsMax: number) {
    this.#connection = connection;
    this.#hotPeriodsMax = hotPeriodsMax;
  }

  /** Appends batches within the running transaction. After a throw, `reset` and load the manifest again. */
  async append(
    manifest: Manifest,
    alias: string,
    batches: readonly WireBatch[],
    now: number,
  ): Promise<void> {
    for (const batch of batches) await this.#prepare(manifest, alias, batch, now);
    for (const batch of batches) this.#route(manifest, batch);
    for (const staging of this.#hot.values()) staging.flush();
    for (const staging of this.#texts.values()) staging.flush();
    this.#late?.flush();
  }

  /** Enters what was appended into the manifest, after the commit. */
  settle(): void {
    for (const [period, counted] of this.#counted) {
      if (period.hot !== undefined) period.hot.rows += counted.hot;
      period.late += counted.late;
    }
    this.#counted.clear();
  }

  /** Lets go of a period's tables, before they are compacted or dropped. */
  release(period: number): void {
    this.#hot.get(period)?.close();
    this.#hot.delete(period);
    this.#texts.get(period)?.close();
    this.#texts.delete(period);
  }

  /** Lets go of all tables. */
  reset(): void {
    for (const period of new Set([...this.#hot.keys(), ...this.#texts.keys()]))
      this.release(period);
    this.#late?.close();
    this.#late = undefined;
    this.#counted.clear();
  }

  async #prepare(manifest: Manifest, alias: string, batch: WireBatch, now: number): Promise<void> {
    const { periodMs } = manifest;
    let last = Number.NaN;
    for (let i = 0; i < batch.rows; i++) {
      const index = Math.floor(batch.time[i]! / periodMs);
      if (index === last || !fits(batch.time[i]!)) continue;
      last = index;
      if (!this.#hot.has(index)) await this.#open(manifest, alias, manifest.period(index), now);
    }
    for (const row of batch.varRow) {
      if (!fits(batch.time[row]!)) continue;
      const period = manifest.period(Math.floor(batch.time[row]! / periodMs));
      if (period.hot !== undefined && !this.#texts.has(period.index))
        await this.#openTexts(alias, period);
    }
    this.#late ??= new LateStaging(await this.#connection.createAppender('late', 'main', alias));
  }

  /** Opens the hot table of a period, if it is one that is appended in order. */
  async #open(manifest: Manifest, alias: string, period: Period, now: number): Promise<void> {
    if (manifest.sealed.has(period.index)) return;
    if (period.track === undefined) {
      const current = period.index >= Math.floor(now / manifest.periodMs);
      const others = [...manifest.periods.values()].filter((p) => p.track !== undefined).length;
      // A finished period with files gets late readings only; many old ones at once would need too much memory.
      if (!current && (period.parts.length > 0 || period.hot !== undefined)) return;
      if (!current && others >= this.#hotPeriodsMax) return;
      period.track = this.#untouched(period)
        ? new PeriodTrack()
        : await manifest.loadTrack(this.#connection, alias, period);
    }
    if (period.hot === undefined) {
      const seq = manifest.seq++;
      const name = `hot_${period.index}_${seq}`;
      await this.#connection.run(
        `CREATE TABLE ${alias}."${name}" (series UINTEGER, time BIGINT, value DOUBLE, quality UTINYINT)`,
      );
      period.hot = { seq, numbers: name, texts: undefined, rows: 0 };
    }
    const appender = await this.#connection.createAppender(period.hot.numbers, 'main', alias);
    this.#hot.set(period.index, new HotStaging(appender));
  }

  #untouched(period: Period): boolean {
    return period.parts.length === 0 && period.hot === undefined && period.late === 0;
  }

  async #openTexts(alias: string, period: Period): Promise<void> {
    if (period.hot === undefined || period.track === undefined) return;
    if (period.hot.texts === undefined) {
      const name = `text_${period.index}_${period.hot.seq}`;
      await this.#connection.run(
        `CREATE TABLE ${alias}."${name}"
          (series UINTEGER, time BIGINT, quality UTINYINT, kind UTINYINT, text VARCHAR)`,
      );
      period.hot.texts = name;
    }
    const appender = await this.#connection.createAppender(period.hot.texts, 'main', alias);
    this.#texts.set(period.index, new TextStaging(appender));
  }

  #route(manifest: Manifest, batch: WireBatch): void {
    const { time, value, series, quality, varRow, varEnd, varKind, varBytes } = batch;
    const { periodMs } = manifest;
    let period: Period | undefined;
    let end = -Infinity;
    let start = Infinity;
    let counted: Counted = { hot: 0, late: 0 };
    let hot: HotStaging | undefined;
    let nextVar = 0;
    let varStart = 0;
    for (let i = 0; i < batch.rows; i++) {
      const at = time[i]!;
      const id = series[i]!;
      let text: Uint8Array | undefined;
      let kind = 0;
      if (nextVar < varRow.length && varRow[nextVar] === i) {
        text = varBytes.subarray(varStart, varEnd[nextVar]!);
        kind = varKind[nextVar]!;
        varStart = varEnd[nextVar]!;
        nextVar++;
      }
      if (!fits(at) || id === 0) {
        this.refused++;
        continue;
      }
      if (period === undefined || at < start || at >= end) {
        period = manifest.period(Math.floor(at / periodMs));
        start = manifest.start(period.index);
        end = start + periodMs;
        hot = this.#hot.get(period.index);
        counted = this.#countOf(period);
      }
      if (hot !== undefined && id < trackedSeriesMax && period.track !== undefined) {
        const { track } = period;
        if (id >= track.last.length) track.grow(id);
        if (track.admit(id, at)) {
          counted.hot++;
          if (kind === 0) hot.add(id, at, value[i]!, quality[i]!);
          else {
            const row = { series: id, time: at, quality: quality[i]!, kind, text: text ?? noText };
            this.#texts.get(period.index)?.add(row);
          }
          continue;
        }
      }
      counted.late++;
      const seq = manifest.seq++;
      this.#late?.add({
        series: id,
        time: at,
        value: value[i]!,
        quality: quality[i]!,
        kind,
        text,
        seq,
      });
    }
  }

  #countOf(period: Period): Counted {
    let counted = this.#counted.get(period);
    if (counted === undefined) {
      counted = { hot: 0, late: 0 };
      this.#counted.set(period, counted);
    }
    return counted;
  }
}

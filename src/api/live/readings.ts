// SPDX-License-Identifier: Apache-2.0
import { qualityName, valueOf, VarKind, varText, type Batch } from '#model';
import type { Labels } from '#security';
import type { SeriesDirectory, SeriesInfo } from '#things';
import type { Subscriber } from './hub.ts';
import type { LiveReading } from './protocol.ts';
import type { Measured, Subscription } from './subscription.ts';

const interestMax = 100_000;

/** What a series is, and who wants its readings. */
interface Interest {
  readonly info: SeriesInfo;
  readonly subscriptions: readonly Subscription[];
  readonly item: (measured: Measured) => LiveReading;
}

/** Picks readings for subscriptions. */
export class ReadingsFan {
  readonly #directory: SeriesDirectory;
  readonly #labelsOf: LabelsOf;
  /** What a series means to each subscription; emptied whenever subscriptions change. */
  readonly #interest = new Map<number, Interest>();

  constructor(directory: SeriesDirectory, labelsOf: LabelsOf) {
    this.#directory = directory;
    this.#labelsOf = labelsOf;
  }

  changed(): void {
    this.#interest.clear();
  }

  fan(batch: Batch, subscribers: ReadonlySet<Subscriber>): void {
    const listening = [...subscribers].filter((s) => s.subscription.request.kind === 'readings');
    if (listening.length === 0) return;
    // One object for all rows: what has no room costs none.
    const measured: Measured = { time: 0, value: undefined, quality: 0 };
    let vars = 0;
    for (let row = 0; row < batch.rows; row++) {
      const varIndex = batch.varRow[vars] === row ? vars++ : -1;
      const series = batch.series[row] ?? 0;
      const interest = this.#interestIn(series, listening);
      if (interest === undefined || interest.subscriptions.length === 0) continue;
      measured.time = batch.time[row] ?? 0;
      measured.quality = batch.quality[row] ?? 0;
      measured.value =
        varIndex >= 0
          ? textAt(batch, varIndex, interest.info)
          : numberOf(batch.value[row], interest.info);
      for (const subscription of interest.subscriptions)
        subscription.reading(series, measured, interest.item);
    }
  }

  #mayRead({ scope }: Subscriber, { thing, property }: SeriesInfo): boolean {
    if (scope.whole) return true;
    const labels = this.#labelsOf(thing);
    if (labels === undefined || !scope.admits(labels)) return false;
    return scope.propertiesOf(labels)?.has(property) !== false;
  }

  #interestIn(series: number, listening: readonly Subscriber[]): Interest | undefined {
    const known = this.#interest.get(series);
    if (known !== undefined) return known;
    // A series is unknown while its thing is not held in memory; it is asked for again then.
    const info = this.#directory.describe(series);
    if (info === undefined) return undefined;
    const subscriptions = listening
      .filter((s) => wants(s, info) && this.#mayRead(s, info))
      .map((s) => s.subscription);
    const interest = { info, subscriptions, item: itemsOf(info) };
    if (this.#interest.size > interestMax) this.#interest.clear();
    this.#interest.set(series, interest);
    return interest;
  }
}

type LabelsOf = (thing: number) => Labels | undefined;

function wants({ tenant, subscription }: Subscriber, info: SeriesInfo): boolean {
  const { things, properties } = subscription.request;
  return (
    info.tenant === tenant &&
    (things === undefined || things.includes(info.thing)) &&
    (properties === undefined || properties.includes(info.property))
  );
}

/** A reading of a series as the live channel sends it. */
function itemsOf({ thing, property, unit }: SeriesInfo): Interest['item'] {
  return ({ time, value, quality }) => ({
    ...{ thing, property, time: new Date(time).toISOString(), value },
    ...(unit === undefined ? {} : { unit }),
    quality: qualityName(quality),
  });
}

function textAt(batch: Batch, index: number, { type }: SeriesInfo): unknown {
  const textKind = batch.varKind[index] === VarKind.json ? VarKind.json : VarKind.string;
  return valueOf(type, { kind: 'text', textKind, text: varText(batch, index) });
}

function numberOf(number: number | undefined, { type }: SeriesInfo): unknown {
  if (number === undefined || Number.isNaN(number)) return null;
  return type === 'boolean' ? number !== 0 : number;
}

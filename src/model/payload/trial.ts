// SPDX-License-Identifier: Apache-2.0
import { unwrap, type Fault, type Limits, type TimeMs } from '#core';
import { BatchBuilder, openBatch, VarKind, varText, type Batch } from '../batch.ts';
import type { CompiledModel, ResultType, ThingBinding, UnknownProperties } from '../compiled.ts';
import { qualityName } from '../quality.ts';
import { typeOf } from '../thing-model/infer.ts';
import { valueOf, type StoredValue } from '../values.ts';
import { PropertyDecoder } from './decoder.ts';
import type { PayloadType, RefusedReading } from './report.ts';

/** A reading as it would be stored. */
export interface TriedReading {
  readonly property: string;
  readonly value: unknown;
  /** UCUM code. */
  readonly unit: string | undefined;
  readonly quality: string;
  readonly time: TimeMs;
  /** The model does not have the property; the tenant keeps it all the same. */
  readonly unknown: boolean;
}

export interface TrialReport {
  readonly readings: readonly TriedReading[];
  readonly refusedCount: number;
  readonly refused: readonly RefusedReading[];
  /** The payload as a whole is bad. */
  readonly fault: Fault | undefined;
}

export interface TrialOptions {
  readonly limits: Limits;
  readonly now: TimeMs;
  readonly unknownProperties: UnknownProperties;
}

/** What a payload of a thing of a model would become, by the decoder that things meet; nothing is kept of it. */
export class PayloadTrial {
  readonly #model: CompiledModel;
  readonly #options: TrialOptions;
  readonly #decoder: PropertyDecoder;
  /** Properties that the model does not have, by their place after its own. */
  #collected: { readonly name: string; readonly type: ResultType }[] = [];

  constructor(model: CompiledModel, options: TrialOptions) {
    this.#model = model;
    this.#options = options;
    this.#decoder = new PropertyDecoder(options.limits, (_, name, value) =>
      this.#collect(name, value),
    );
  }

  run(bytes: Buffer, contentType: PayloadType): TrialReport {
    const { now } = this.#options;
    this.#collected = [];
    const batch = new BatchBuilder(64);
    const range = { bytes, start: 0, end: bytes.length };
    const report = this.#decoder.decode({
      ...{ ...range, contentType, batch, now },
      binding: this.#binding(),
    });
    const { refused, refusedCount, fault } = report;
    const readings = this.#readings(unwrap(openBatch(batch.seal(now))));
    return { readings, refusedCount, refused: [...refused], fault };
  }

  #binding(): ThingBinding {
    const { properties } = this.#model;
    return {
      ...{ thing: 1, tenant: 1, uri: this.#model.uri, model: this.#model, parent: 0, labels: {} },
      series: Uint32Array.from(properties, ({ writeOnly, index }) => (writeOnly ? 0 : index + 1)),
      unknownProperties: this.#options.unknownProperties,
      stale: false,
      serverTime: 0,
    };
  }

  #collect(name: string, value: unknown): number {
    const type = typeOf(value);
    if (type === undefined) return 0;
    const known = this.#collected.findIndex((each) => each.name === name);
    if (known !== -1 && this.#collected[known]?.type !== type) return 0;
    const place = known === -1 ? this.#collected.push({ name, type }) : known + 1;
    return this.#model.properties.length + place;
  }

  #readings(batch: Batch): readonly TriedReading[] {
    const { properties } = this.#model;
    let vars = 0;
    return Array.from({ length: batch.rows }, (_, row) => {
      const stored = storedAt(batch, row, batch.varRow[vars] === row ? vars++ : -1);
      const place = (batch.series[row] ?? 0) - 1;
      const slot = properties[place];
      const seen = slot ?? this.#collected[place - properties.length];
      return {
        property: seen?.name ?? '',
        value: valueOf(seen?.type ?? 'number', stored),
        unit: slot?.unit,
        quality: qualityName(batch.quality[row] ?? 0),
        time: batch.time[row] ?? 0,
        unknown: slot === undefined,
      };
    });
  }
}

function storedAt(batch: Batch, row: number, at: number): StoredValue {
  if (at < 0) return { kind: 'number', number: batch.value[row] ?? Number.NaN };
  const textKind = batch.varKind[at] === VarKind.string ? VarKind.string : VarKind.json;
  return { kind: 'text', text: varText(batch, at), textKind };
}

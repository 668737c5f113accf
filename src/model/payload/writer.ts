// SPDX-License-Identifier: Apache-2.0
import { fail, fault, type Fault, type Result, type TimeMs } from '#core';
import type { BatchMark } from '../batch.ts';
import type { PropertySlot, ThingBinding } from '../compiled.ts';
import { Quality } from '../quality.ts';
import { pointerToken } from '../thing-model/json.ts';
import { checkValue, storedAsSeen, type StoredValue } from '../values.ts';
import type { PayloadReport, PropertyPayload, RefusedReading } from './report.ts';
import { believed, serverTime, type ClockWindow } from './time.ts';

/** The series of a property that the model does not have; 0 when it is refused. `Bindings.collect` of `#things`. */
export type Collect = (binding: ThingBinding, property: string, value: unknown) => number;

export interface WriterOptions {
  readonly clock: ClockWindow;
  readonly collect: Collect;
  readonly refusedMax: number;
  readonly nameBytesMax: number;
}

/** When a reading was measured, and what that says of its quality. */
export interface Moment {
  readonly time: TimeMs;
  readonly quality: number;
}

/** Checks the readings of one payload and appends the good ones; a bad one is named and touches no other. */
export class ReadingWriter {
  readonly #payload: PropertyPayload;
  readonly #options: WriterOptions;
  readonly #mark: BatchMark;
  readonly #refused: RefusedReading[] = [];
  #accepted = 0;
  /** The last time that was not believed, and what took its place. */
  #replaced: { readonly device: TimeMs; readonly time: TimeMs } | undefined;
  #refusedCount = 0;

  constructor(payload: PropertyPayload, options: WriterOptions) {
    this.#payload = payload;
    this.#options = options;
    this.#mark = payload.batch.mark();
  }

  /** Writes the value of a property; `at` is the JSON pointer of the value. */
  write(property: string, value: unknown, moment: Moment, at: string): void {
    const { binding } = this.#payload;
    const slot = binding.model.property(property);
    if (slot === undefined) return this.#unknown(property, value, moment, at);
    const series = binding.series[slot.index] ?? 0;
    if (series === 0) return this.refuse(at, fault('model.not-reported', '', property));
    const stored = checkValue(slot, value);
    if (stored.ok) this.#append(series, moment, stored.value);
    else this.refuse(at, stored.fault);
  }

  /** When readings count as measured: at the device's time if its clock is believed, else at the server's. */
  moment(time: TimeMs | undefined): Moment {
    const { binding, now } = this.#payload;
    if (time === undefined) return { time: serverTime(binding, now), quality: Quality.good };
    if (believed(time, now, this.#options.clock)) return { time, quality: Quality.good };
    if (this.#replaced?.device !== time) {
      this.#replaced = { device: time, time: serverTime(binding, now) };
    }
    return { time: this.#replaced.time, quality: Quality.clockReplaced };
  }

  /** Names a reading that is not taken; the fault's `at` is relative to the reading's. */
  refuse(at: string, why: Fault): void {
    this.#refusedCount++;
    if (this.#refused.length >= this.#options.refusedMax) return;
    const place = at + (why.at ?? '');
    this.#refused.push({ at, fault: fault(why.code, place, why.detail) });
  }

  report(): PayloadReport {
    return {
      accepted: this.#accepted,
      refusedCount: this.#refusedCount,
      refused: this.#refused,
      fault: undefined,
    };
  }

  /** Takes back everything: the payload as a whole is bad. */
  reject(why: Fault): PayloadReport {
    this.#payload.batch.rollback(this.#mark);
    return { accepted: 0, refusedCount: 0, refused: [], fault: why };
  }

  /** The slot of a property, for codecs that convert before they write. */
  slot(property: string): PropertySlot | undefined {
    return this.#payload.binding.model.property(property);
  }

  #unknown(property: string, value: unknown, moment: Moment, at: string): void {
    const { binding } = this.#payload;
    if (binding.unknownProperties === 'refuse') {
      return this.refuse(at, fault('model.unknown-property', '', property));
    }
    const stored = this.#collectable(property, value);
    if (!stored.ok) return this.refuse(at, stored.fault);
    const series = this.#options.collect(binding, property, value);
    if (series === 0) return this.refuse(at, fault('model.unknown-property', '', property));
    this.#append(series, moment, stored.value);
  }

  #collectable(property: string, value: unknown): Result<StoredValue> {
    const fits = property !== '' && property !== '__proto__' && property.isWellFormed();
    if (!fits || Buffer.byteLength(property) > this.#options.nameBytesMax) {
      return fail('model.unknown-property', '', 'not a name that can be collected');
    }
    return storedAsSeen(value);
  }

  #append(series: number, { time: at, quality }: Moment, value: StoredValue): void {
    const { batch } = this.#payload;
    if (value.kind === 'number') batch.number(series, at, value.number, quality);
    else batch.text(series, at, value.textKind, value.text, quality);
    this.#accepted++;
  }
}

/** The pointer of a member below another. */
export function below(at: string, name: string | number): string {
  return `${at}/${pointerToken(name)}`;
}

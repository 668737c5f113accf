// SPDX-License-Identifier: Apache-2.0
import { SeededRandom, type TimeMs } from '#core';
import { checkValue, type CompiledModel, type PropertySlot } from '#model';
import { signalOf, type Range, type Signal } from './signal.ts';

export type Values = Readonly<Record<string, unknown>>;

/** What all devices of one model do. */
export interface DeviceKind {
  readonly model: CompiledModel;
  /** Where a number usually is; the lower middle of its range otherwise. */
  readonly usual?: Readonly<Record<string, Range>> | undefined;
  /** Brings values of one moment into line with each other: a lamp that is off draws no power. */
  readonly relate?: ((values: Values) => Values) | undefined;
  /** By action, the properties that its input changes. */
  readonly effects?: Readonly<Record<string, (input: unknown) => Values>> | undefined;
}

/** The inside of one simulated device: it measures, keeps what it was told, and does what it is asked. */
export class Behaviour {
  readonly #kind: DeviceKind;
  readonly #signals: readonly (readonly [PropertySlot, Signal])[];
  /** Values that a desired state or an action has set. */
  readonly #told = new Map<string, unknown>();
  /** Values of what happens around it, as it measures them. */
  #forced: Values = {};

  /** The same seed and name give the same values at the same times. */
  constructor(kind: DeviceKind, seed: number, name: string) {
    const random = new SeededRandom(seed ^ hash(name));
    this.#kind = kind;
    this.#signals = kind.model.properties.flatMap((slot) => {
      const signal = signalOf(slot, random, kind.usual?.[slot.name]);
      return signal === undefined ? [] : [[slot, signal] as const];
    });
  }

  /** The values of one message. */
  measure(time: TimeMs): Values {
    const values = this.#signals.map(([{ name }, signal]) => {
      const measured = signal(time);
      return [name, this.#told.has(name) ? this.#told.get(name) : measured] as const;
    });
    const together = { ...Object.fromEntries(values), ...this.#forced };
    return this.#kind.relate?.(together) ?? together;
  }

  /** The same with a number that the model does not let through. */
  mismeasure(time: TimeMs): Values {
    const broken = this.#signals.find(([slot]) => Number.isFinite(slot.maximum))?.[0];
    const values = this.measure(time);
    return broken === undefined ? values : { ...values, [broken.name]: broken.maximum * 2 + 1 };
  }

  /** Measures these values from now on; none: what is usual again. */
  force(values: Values = {}): void {
    this.#forced = values;
  }

  /** Takes values that it has and the model lets through; those that it takes. */
  tell(values: Values): Values {
    const taken = Object.entries(values).filter(([name, value]) => {
      const slot = this.#kind.model.property(name);
      return slot !== undefined && !slot.readOnly && checkValue(slot, value).ok;
    });
    for (const [name, value] of taken) this.#told.set(name, value);
    return Object.fromEntries(taken);
  }

  /** Does an action of the model; the output. Throws for one that it does not know. */
  act(action: string, input: unknown): unknown {
    if (!this.#kind.model.actions.has(action)) throw new Error(`no action ${action}`);
    return this.tell(this.#kind.effects?.[action]?.(input) ?? {});
  }
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193);
  return value >>> 0;
}

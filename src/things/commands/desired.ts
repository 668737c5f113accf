// SPDX-License-Identifier: Apache-2.0
import { FaultError, Seconds, fault, type DurationMs, type Limits } from '#core';
import { checkValue, type CompiledModel } from '#model';
import type { DesiredRow } from '#store';
import { encodeAction } from './record.ts';
import { checkSize, notFound, type CommandOptions } from './tasks.ts';
import { Waiting } from './waiting.ts';

const appliedMsMax: DurationMs = Seconds(5);

export interface DesiredRequest {
  readonly tenant: number;
  readonly thing: number;
  readonly values: Readonly<Record<string, unknown>>;
  readonly requester: string;
}

/**
 * Desired values of properties: durable in the log before the caller is answered, sent when the device is there, closed
 * when a reading of the property has the value.
 */
export class DesiredValues {
  readonly #options: CommandOptions;
  readonly #applied: Waiting<number, true>;

  constructor(options: CommandOptions) {
    this.#options = options;
    this.#applied = new Waiting(options.clock);
  }

  start(): void {
    this.#options.reader.onApplied(({ requests }) => {
      for (const request of requests) this.#applied.settle(request, true);
    });
  }

  /**
   * Sets desired values, all of them or none; the newest version of each property when it resolves. Faults:
   * `common.not-found`, `things.not-writable`, those of a value, each with the property in `at`.
   */
  async set({ tenant, thing, values, requester }: DesiredRequest): Promise<readonly DesiredRow[]> {
    const { bindings, recorder, numbers, clock, limits } = this.#options;
    const binding = await bindings.load(thing);
    if (binding?.tenant !== tenant) throw notFound('thing', thing);
    const checked = Object.entries(values).map(
      ([property, value]) =>
        [property, checkDesired(binding.model, property, value, limits)] as const,
    );
    if (checked.length === 0) return [];
    const requests: number[] = [];
    for (let i = 0; i < checked.length; i++) requests.push(await numbers.take());
    const time = clock.now();
    const applied = checked.map(([property, value], i) => {
      const request = requests[i] ?? 0;
      const record = {
        step: 'desired-set',
        tenant,
        thing,
        time,
        request,
        property,
        value,
        requester,
      } as const;
      recorder.add(encodeAction(record));
      return this.#applied.for(request, appliedMsMax);
    });
    await recorder.durable();
    if ((await Promise.all(applied)).includes(undefined)) {
      throw new FaultError(fault('common.unavailable', 'registry', 'set, but not applied yet'));
    }
    const names = new Set(Object.keys(values));
    return (await this.current(thing)).filter((row) => names.has(row.property));
  }

  /** The newest version of each property that ever had a desired value. */
  current(thing: number): Promise<readonly DesiredRow[]> {
    return this.#options.registry.read.desired.ofThing(thing);
  }

  /** The newest first. */
  history(thing: number, property: string, limit: number): Promise<readonly DesiredRow[]> {
    return this.#options.registry.read.desired.history(thing, property, limit);
  }

  /** Gives an open desired value up. */
  async cancel(tenant: number, thing: number, property: string): Promise<void> {
    const { bindings, recorder, clock } = this.#options;
    const binding = await bindings.load(thing);
    if (binding?.tenant !== tenant) throw notFound('thing', thing);
    const time = clock.now();
    recorder.add(encodeAction({ step: 'desired-cancelled', tenant, thing, time, property }));
    await recorder.durable();
  }
}

function checkDesired(
  model: CompiledModel,
  property: string,
  value: unknown,
  limits: Limits,
): unknown {
  const at = `/${property}`;
  const slot = model.property(property);
  if (slot === undefined || slot.readOnly) {
    throw new FaultError(fault('things.not-writable', at, property));
  }
  const checked = checkValue(slot, value);
  if (!checked.ok) throw new FaultError({ ...checked.fault, at: `${at}${checked.fault.at ?? ''}` });
  checkSize(value, limits);
  // A position is kept as it is stored, `[longitude, latitude]`, so that a reading can be compared with it.
  const stored = checked.value;
  return slot.type === 'position' && stored.kind === 'text' ? JSON.parse(stored.text) : value;
}

// SPDX-License-Identifier: Apache-2.0
import type { Fleet } from '#access';
import { demoUris } from '#api';
import { Seconds, SeededRandom, type DurationMs } from '#core';
import type { Clock, Timer } from '#runtime';

/** Something that happens to a device of the city. */
export interface IncidentStep {
  /** Seconds from the beginning of the incident. */
  readonly at: number;
  /** Uri of the device. */
  readonly device: string;
  /** What it measures from then on; an empty object: what is usual again. */
  readonly values?: Readonly<Record<string, unknown>>;
  /** What it reports, by the name of an event of its model. */
  readonly event?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

const over = 150;
const waterStations = 16;
const manholes = 30;
const firePanels = 12;

/** How the river rises at a station: seconds after the one above it, and how far. */
const wave = [
  { after: 0, top: 9.1 },
  { after: 12, top: 8.4 },
  { after: 24, top: 7.9 },
];
const usualLevel = 4.2;
const risingSteps = 7;
const secondsAStep = 4;

/**
 * 烽台河 floods: the water rises at three stations, one below the other, a manhole is lifted, and a cellar sets off a fire
 * panel; then all is well again. The seed says where.
 */
export function incidentOf(seed: number): readonly IncidentStep[] {
  const random = new SeededRandom(seed);
  const first = 1 + random.int(waterStations - wave.length + 1);
  const flood = wave.flatMap((station, index) =>
    rising(`${demoUris}water-level:${first + index}`, station),
  );
  const manhole = `${demoUris}manhole:${2 + random.int(manholes - 1)}`;
  const panel = `${demoUris}fire-panel:${1 + random.int(firePanels)}`;
  const rest: readonly IncidentStep[] = [
    { at: 40, device: manhole, values: { open: true }, event: 'opened', data: {} },
    { at: 50, device: panel, values: { alarm: true }, event: 'fire', data: { smoke: 18 } },
    { at: over - 20, device: panel, values: {}, event: 'reset', data: {} },
    { at: over, device: manhole, values: {}, event: 'closed', data: {} },
  ];
  return [...flood, ...rest].toSorted((a, b) => a.at - b.at);
}

function rising(
  device: string,
  { after, top }: { readonly after: number; readonly top: number },
): readonly IncidentStep[] {
  const steps = Array.from({ length: risingSteps + 1 }, (_, step): IncidentStep => {
    const level = Number((usualLevel + ((top - usualLevel) * step) / risingSteps).toFixed(2));
    const event = step === 2 ? 'rising' : step === risingSteps ? 'flood' : undefined;
    return {
      at: after + step * secondsAStep,
      device,
      values: { level, rainfall: 35 },
      ...(event === undefined ? {} : { event, data: { level } }),
    };
  });
  return [...steps, { at: over + after, device, values: {}, event: 'normal', data: {} }];
}

export interface IncidentOptions {
  readonly fleet: Pick<Fleet, 'device'>;
  readonly clock: Clock;
  readonly steps: readonly IncidentStep[];
  /** From the start to the first time. */
  readonly firstMs: DurationMs;
  /** From one time to the next; longer than the incident. */
  readonly everyMs: DurationMs;
}

/** Plays an incident on a fleet, again and again. */
export class Incident {
  readonly #options: IncidentOptions;
  readonly #timers = new Set<Timer>();

  constructor(options: IncidentOptions) {
    this.#options = options;
  }

  start(): void {
    this.#play(this.#options.firstMs);
  }

  stop(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }

  #play(delay: DurationMs): void {
    const { steps, everyMs } = this.#options;
    for (const step of steps) this.#later(delay + Seconds(step.at), () => this.#do(step));
    this.#later(delay + everyMs, () => this.#play(0));
  }

  #do({ device, values, event, data }: IncidentStep): void {
    const found = this.#options.fleet.device(device);
    if (values !== undefined) found?.force(values);
    if (event !== undefined) found?.report(event, data ?? {});
  }

  #later(delay: DurationMs, action: () => void): void {
    const timer = this.#options.clock.after(delay, () => {
      this.#timers.delete(timer);
      action();
    });
    this.#timers.add(timer);
  }
}

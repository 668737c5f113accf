// SPDX-License-Identifier: Apache-2.0
import { Days, type SeededRandom, type TimeMs } from '#core';
import type { PropertySlot } from '#model';

/** Makes the next value of a property; each call is one reading. */
export type Signal = (time: TimeMs) => unknown;

/** Where a number usually is; within the limits of its property. */
export type Range = readonly [low: number, high: number];

/**
 * A believable signal for a property, from its type and range: numbers follow the day with slow noise, integers count
 * up, what can be written stays as it is, other booleans are seldom true, positions walk. Undefined for what a
 * simulated device does not report.
 */
export function signalOf(
  slot: PropertySlot,
  random: SeededRandom,
  usual?: Range,
): Signal | undefined {
  if (slot.writeOnly) return undefined;
  switch (slot.type) {
    case 'number':
      return wave(slot, random, usual ?? rangeOf(slot));
    case 'integer':
      return count(slot, random);
    case 'boolean':
      return slot.readOnly ? seldom(random) : constant(random.next() < 0.7);
    case 'string':
      return slot.check === undefined ? constant('normal') : undefined;
    case 'position':
      return walk(random);
    default:
      return undefined;
  }
}

function constant(value: unknown): Signal {
  return () => value;
}

/** The lower middle of what the model lets through. */
function rangeOf({ minimum, maximum }: PropertySlot): Range {
  const low = Number.isFinite(minimum) ? minimum : 0;
  const high = Number.isFinite(maximum) ? maximum : low + 100;
  return [low + (high - low) * 0.2, low + (high - low) * 0.5];
}

function wave(slot: PropertySlot, random: SeededRandom, [low, high]: Range): Signal {
  const half = (high - low) / 2;
  const own = low + half * (0.85 + random.next() * 0.3);
  const phase = random.next() * 0.1;
  const digits = high - low < 2 ? 3 : high - low < 200 ? 2 : 0;
  let noise = 0;
  return (time) => {
    noise = noise * 0.9 + (random.next() - 0.5) * 0.15;
    const turn = Math.sin((time / Days(1) + phase) * 2 * Math.PI);
    const value = own + half * (0.6 * turn + noise);
    return Number(Math.min(slot.maximum, Math.max(slot.minimum, value)).toFixed(digits));
  };
}

/** Counts up, now and then by one, and starts again at its limit. */
function count(slot: PropertySlot, random: SeededRandom): Signal {
  const first = Number.isFinite(slot.minimum) ? Math.ceil(slot.minimum) : 0;
  const last = Math.min(slot.maximum, Number.MAX_SAFE_INTEGER);
  let value = Math.min(last, first + random.int(100));
  return () => {
    if (random.next() < 0.3) value = value < last ? value + 1 : first;
    return value;
  };
}

/** False, and for a short while true. */
function seldom(random: SeededRandom): Signal {
  let state = false;
  return () => {
    state = random.next() < (state ? 0.8 : 0.002);
    return state;
  };
}

/** Half the width of the fictional city in degrees. */
const cityHalf = 0.05;

/** A walk around (0°, 0°), where the fictional city lies. */
function walk(random: SeededRandom): Signal {
  const start = (): number => (random.next() * 2 - 1) * cityHalf;
  const step = (from: number): number =>
    Math.min(cityHalf, Math.max(-cityHalf, from + (random.next() - 0.5) * 0.001));
  let [longitude, latitude] = [start(), start()];
  return () => {
    [longitude, latitude] = [step(longitude), step(latitude)];
    return [Number(longitude.toFixed(6)), Number(latitude.toFixed(6))];
  };
}

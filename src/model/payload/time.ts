// SPDX-License-Identifier: Apache-2.0
import { Minutes, type TimeMs } from '#core';
import type { ThingBinding } from '../compiled.ts';
import { parseTime } from '../time.ts';

/** The furthest time that calendars of computers agree on, ± 100,000,000 days. */
const furthest = 8.64e15;

/** A measured time as a device sends it: ISO 8601 with an offset, or ms since 1970. NaN for anything else. */
export function measuredTime(value: unknown): TimeMs {
  if (typeof value === 'string') return parseTime(value);
  return typeof value === 'number' ? wholeTime(value) : Number.NaN;
}

/** Fractions of a millisecond are cut; NaN out of range. */
export function wholeTime(value: number): TimeMs {
  const whole = Math.floor(value);
  return whole >= -furthest && whole <= furthest ? whole : Number.NaN;
}

/** Milliseconds into the past and the future within which a device's clock is believed. */
export interface ClockWindow {
  readonly pastMs: number;
  readonly futureMs: number;
}

/** How far times given out may run ahead of the clock for a thing that sends more than one message a millisecond. */
const aheadMsMax = Minutes(5);

/**
 * The time of a reading that has none. No two messages of a thing get the same, because a series has one reading at a
 * time: of two in one millisecond the later gets the next one.
 */
export function serverTime(binding: ThingBinding, now: TimeMs): TimeMs {
  const last = binding.serverTime;
  const time = now > last || last > now + aheadMsMax ? now : last + 1;
  binding.serverTime = time;
  return time;
}

export function believed(time: TimeMs, now: TimeMs, window: ClockWindow): boolean {
  return time >= now - window.pastMs && time <= now + window.futureMs;
}

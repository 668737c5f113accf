// oxlint-disable no-non-null-assertion -- reads are bounds-checked by the surrounding loop
// SPDX-License-Identifier: Apache-2.0
import type { TimeMs } from '#core';

const dayMs = 86_400_000;
const zero = 48;

/**
 * Reads `2026-11-20T08:00:00Z` between two places of a buffer; NaN for anything else.
 * RFC 3339: seconds and offset (`Z`, `+08:00`; `+0800` too) are required, fractions are cut to milliseconds,
 * a leap second `:60` counts as the first of the next minute.
 */
export function parseTimeBytes(bytes: Uint8Array, start: number, end: number): TimeMs {
  if (end - start < 20 || end - start > 40) return Number.NaN;
  const year = digits(bytes, start, 4);
  const month = digits(bytes, start + 5, 2);
  const day = digits(bytes, start + 8, 2);
  const hour = digits(bytes, start + 11, 2);
  const minute = digits(bytes, start + 14, 2);
  const second = digits(bytes, start + 17, 2);
  if (year < 0 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month))
    return Number.NaN;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
    return Number.NaN;
  if (bytes[start + 4] !== 0x2d || bytes[start + 7] !== 0x2d) return Number.NaN;
  if (
    (bytes[start + 10]! | 0x20) !== 0x74 ||
    bytes[start + 13] !== 0x3a ||
    bytes[start + 16] !== 0x3a
  )
    return Number.NaN;
  let at = start + 19;
  let millis = 0;
  if (bytes[at] === 0x2e) {
    const first = ++at;
    for (let scale = 100; at < end; at++, scale = scale / 10) {
      const digit = bytes[at]! - zero;
      if (digit < 0 || digit > 9) break;
      if (scale >= 1) millis += digit * scale;
    }
    if (at === first) return Number.NaN;
  }
  const offset = offsetMinutes(bytes, at, end);
  const days = daysFromCivil(year, month, day);
  return days * dayMs + ((hour * 60 + minute - offset) * 60 + second) * 1_000 + millis;
}

/** Reads `2026-11-20T08:00:00Z`; NaN for anything else. See `parseTimeBytes`. */
export function parseTime(text: string): TimeMs {
  const bytes = Buffer.from(text);
  return parseTimeBytes(bytes, 0, bytes.length);
}

/** `2026-11-20T08:00:00Z`, with milliseconds where there are any; years 0 to 9999. */
export function formatTime(time: TimeMs): string {
  const days = Math.floor(time / dayMs);
  const rest = time - days * dayMs;
  const { year, month, day } = civilFromDays(days);
  const millis = rest % 1_000;
  const second = Math.floor(rest / 1_000) % 60;
  const minute = Math.floor(rest / 60_000) % 60;
  const hour = Math.floor(rest / 3_600_000);
  const clock = `${pad(hour, 2)}:${pad(minute, 2)}:${pad(second, 2)}`;
  const fraction = millis === 0 ? '' : `.${pad(millis, 3)}`;
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}T${clock}${fraction}Z`;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

/** A number of exactly `count` digits, or a large negative number. */
function digits(bytes: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i++) {
    const digit = bytes[i]! - zero;
    if (digit < 0 || digit > 9) return -1_000_000;
    value = value * 10 + digit;
  }
  return value;
}

/** Minutes east of UTC; NaN when the bytes up to `end` are not exactly an offset. */
function offsetMinutes(bytes: Uint8Array, at: number, end: number): number {
  const sign = bytes[at]!;
  if ((sign | 0x20) === 0x7a) return at + 1 === end ? 0 : Number.NaN;
  if (sign !== 0x2b && sign !== 0x2d) return Number.NaN;
  const colon = end - at === 6 ? 1 : 0;
  if (end - at !== 5 + colon || (colon === 1 && bytes[at + 3] !== 0x3a)) return Number.NaN;
  const hours = digits(bytes, at + 1, 2);
  const minutes = digits(bytes, at + 3 + colon, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return Number.NaN;
  return (sign === 0x2d ? -1 : 1) * (hours * 60 + minutes);
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year & 3) === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days since 1970-01-01 in the proleptic Gregorian calendar; years counted from March, in eras of 400. */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function civilFromDays(days: number): { year: number; month: number; day: number } {
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1_460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return { year, month, day: dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1 };
}

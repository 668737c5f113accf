// SPDX-License-Identifier: Apache-2.0

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** `1.5 GiB`. */
export function bytesText(bytes: number): string {
  const negative = bytes < 0;
  let value = Math.abs(bytes);
  let step = 0;
  while (value >= 1_024 && step < units.length - 1) {
    value /= 1_024;
    step += 1;
  }
  const digits = step === 0 || value >= 100 ? 0 : 1;
  return `${negative ? '−' : ''}${value.toFixed(digits)} ${units[step]}`;
}

/** `12,345`. */
export function countText(count: number): string {
  return new Intl.NumberFormat('en-US').format(count);
}

const spans = [
  ['days', 86_400_000],
  ['hours', 3_600_000],
  ['minutes', 60_000],
] as const;

/** A duration as days, hours, minutes or seconds: the number and the unit's key. */
export function durationParts(ms: number): readonly [number, 'days' | 'hours' | 'minutes' | 'ms'] {
  const [unit, size] = spans.find(([, each]) => ms >= 2 * each) ?? (['ms', 1] as const);
  return [Math.round((ms / size) * 10) / 10, unit];
}

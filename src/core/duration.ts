// SPDX-License-Identifier: Apache-2.0

/** Milliseconds since 1970-01-01T00:00:00Z; a safe integer. */
export type TimeMs = number;

/** A span of time in milliseconds. */
export type DurationMs = number;

export const Millis = (n: number): DurationMs => n;
export const Seconds = (n: number): DurationMs => n * 1_000;
export const Minutes = (n: number): DurationMs => n * 60_000;
export const Hours = (n: number): DurationMs => n * 3_600_000;
export const Days = (n: number): DurationMs => n * 86_400_000;

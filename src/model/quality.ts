// SPDX-License-Identifier: Apache-2.0

/**
 * Quality of a reading: a small code that is stored beside the value. Codes are on disk: never renumbered.
 * 0–31 good, 32–127 uncertain (value usable with care), 128–255 bad (value is not a measurement).
 */
export const Quality = {
  good: 0,
  /** Taken from an import or a device's own store, long after it was measured. */
  backfilled: 1,
  /** The device's clock was out of bounds; the time is the server's. */
  clockReplaced: 32,
  /** Outside the model's range, kept by the tenant's choice. */
  outOfRange: 33,
  gap: 34,
  stuck: 35,
  spike: 36,
  neighbourDisagrees: 37,
  /** The device says that the value is under maintenance or calibration. */
  maintenance: 38,
  /** The protocol's "invalid" filling (FFFF). */
  invalid: 128,
  /** The protocol's "error" filling (FFFE). */
  deviceError: 129,
  /** The sensor is absent or disconnected. */
  notConnected: 130,
} as const;

export type QualityName = keyof typeof Quality;
export type QualityCode = number;

export const isGood = (code: QualityCode): boolean => code < 32;
export const isBad = (code: QualityCode): boolean => code >= 128;

const nameByCode = new Map<number, string>(
  Object.entries(Quality).map(([name, code]) => [code, name]),
);

/** The name of a code, or `code 77` for one this version does not know. */
export function qualityName(code: QualityCode): string {
  return nameByCode.get(code) ?? `code ${code}`;
}

// SPDX-License-Identifier: Apache-2.0
import { FaultError, fault, type TimeMs } from '#core';
import { parseTime } from '#model';

/** Reads a time of a query: ISO 8601 with offset, or milliseconds since 1970. */
export function timeParameter(text: string, at: string): TimeMs {
  const time = /^-?\d{1,16}$/.test(text) ? Number(text) : parseTime(text);
  if (time === undefined || !Number.isFinite(time)) {
    throw new FaultError(fault('common.invalid', at, `${text} is not a time`));
  }
  return time;
}

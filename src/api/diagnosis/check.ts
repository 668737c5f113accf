// SPDX-License-Identifier: Apache-2.0
import type { ErrorCode } from '#core';

/** One question on the way of a reading from the device to the store. */
export interface Check {
  readonly name:
    | 'listener'
    | 'attempts'
    | 'refused'
    | 'lifecycle'
    | 'credential'
    | 'connection'
    | 'messages'
    | 'model'
    | 'limits'
    | 'stored';
  readonly state: 'ok' | 'warn' | 'fail';
  readonly detail: string;
  /** The row of the catalogue that says what to do. */
  readonly code?: ErrorCode | undefined;
  /** Entries of the inbox. */
  readonly entries?: readonly string[] | undefined;
}

export function passed(name: Check['name'], detail: string): Check {
  return { name, state: 'ok', detail };
}

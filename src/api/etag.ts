// SPDX-License-Identifier: Apache-2.0
import { FaultError, fault } from '#core';

/** The revision that `If-Match` asks for; undefined when any will do. Faults: `api.precondition`. */
export function ifMatch(header: string | undefined): number | undefined {
  if (header === undefined || header === '*') return undefined;
  const match = /^(?:W\/)?"(\d+)"$/.exec(header.trim());
  if (match?.[1] === undefined) throw new FaultError(fault('api.precondition', 'if-match', header));
  return Number(match[1]);
}

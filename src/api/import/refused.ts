// SPDX-License-Identifier: Apache-2.0
import type { Fault } from '#core';

const namedMax = 1_000;

/** A row that was not taken, and why. */
export interface RefusedRow {
  readonly row: number;
  readonly fault: Fault;
}

/** Refused rows of an import: counted all, named up to a bound. */
export class RefusedRows {
  count = 0;
  readonly named: RefusedRow[] = [];

  add(row: number, fault: Fault): void {
    this.count++;
    if (this.named.length < namedMax) this.named.push({ row, fault });
  }
}

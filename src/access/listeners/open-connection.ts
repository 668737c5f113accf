// SPDX-License-Identifier: Apache-2.0
import type { TimeMs } from '#core';
import type { Transport } from './transport.ts';

/** A connection that is open now, of any protocol that keeps one. */
export interface OpenConnection {
  readonly protocol: string;
  readonly transport: Transport['kind'];
  /** Version of the Internet protocol. */
  readonly family: 4 | 6;
  /** Remote address. */
  readonly source: string;
  /** What the client calls itself; empty until it has. */
  readonly clientId: string;
  /** Whose it is, once it has proved that. */
  readonly tenant: number | undefined;
  readonly thing: number | undefined;
  readonly since: TimeMs;
}

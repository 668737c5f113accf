// SPDX-License-Identifier: Apache-2.0
import { FaultError, fault, type Limits, type TimeMs } from '#core';
import type { Credential, NewCredential, RegistryTables } from '#store';

/** Tokens that are over, kept of each thing so that one sees what was there. */
const keptOver = 20;

export function isInUse(
  { revoked, expires }: Pick<Credential, 'revoked' | 'expires'>,
  now: TimeMs,
): boolean {
  return revoked === undefined && (expires === undefined || expires > now);
}

/** Inserts a credential within a transaction. Faults: `common.limit`, `common.conflict`. */
export async function insertCredential(
  { credentials }: Pick<RegistryTables, 'credentials'>,
  limits: Limits,
  row: NewCredential,
): Promise<number> {
  const { thing, created } = row;
  const rows = await credentials.ofThing(thing);
  const inUse = rows.filter((other) => isInUse(other, created)).length;
  if (inUse >= limits['credentials.perThingMax'])
    throw new FaultError(fault('common.limit', 'credentials.perThingMax'));
  await credentials.forget(thing, keptOver, created);
  return credentials.insert(row);
}

/** How the certificate of an authority is named among credentials: with its serial number, hex. */
export function certificateSubject(authority: number, serial: Buffer): string {
  return `${subjectPrefix(authority)}${serial.toString('hex')}`;
}

export function subjectPrefix(authority: number): string {
  return `ca:${authority}:`;
}

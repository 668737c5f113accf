// SPDX-License-Identifier: Apache-2.0
import { parseRange, type TimeMs } from '#core';

/** A ban by a person, as the setting `access.bans` keeps it. */
export interface StoredBan {
  readonly id: string;
  readonly tenant: number;
  readonly kind: 'source' | 'identity';
  /** A range of addresses; or a client identifier, a user name, the id or uri of a thing. */
  readonly target: string;
  readonly reason: string;
  readonly by: string;
  /** Undefined for those that nobody made. */
  readonly created: TimeMs | undefined;
  /** Undefined: until it is lifted. */
  readonly until: TimeMs | undefined;
}

/** The bans that a stored value holds; what is not one is left out. */
export function bansOf(value: unknown): StoredBan[] {
  return Array.isArray(value) ? value.filter(isBan) : [];
}

function isBan(value: unknown): value is StoredBan {
  if (typeof value !== 'object' || value === null) return false;
  if (!('tenant' in value) || typeof value.tenant !== 'number') return false;
  if (!('id' in value) || typeof value.id !== 'string') return false;
  if (!('reason' in value) || typeof value.reason !== 'string') return false;
  if (!('by' in value) || typeof value.by !== 'string') return false;
  if (!('target' in value) || typeof value.target !== 'string') return false;
  if (!('kind' in value) || (value.kind !== 'source' && value.kind !== 'identity')) return false;
  if (value.kind === 'source' && parseRange(value.target) === undefined) return false;
  const until = 'until' in value ? value.until : undefined;
  return until === undefined || typeof until === 'number';
}

// SPDX-License-Identifier: Apache-2.0

/** An entry of the inbox. */
export interface Entry {
  readonly id: string;
  readonly time: string;
  readonly first: string;
  readonly count: number;
  readonly protocol: string;
  readonly transport: string;
  readonly source: string;
  readonly family: number;
  readonly identity: string;
  readonly clientId?: string;
  readonly username?: string;
  readonly thing?: number;
  readonly step: string;
  readonly code: string;
  readonly told?: string;
  readonly at?: string;
  readonly detail: string;
  readonly title: string;
  readonly fix: string;
  readonly claimable: boolean;
}

export const entrySteps = [
  'accept',
  'tls',
  'connect',
  'auth',
  'decode',
  'policy',
  'model',
  'log',
  'keep-alive',
  'limit',
  'delivery',
] as const;

export function isEntry(item: unknown): item is Entry {
  return (
    typeof item === 'object' &&
    item !== null &&
    'id' in item &&
    typeof item.id === 'string' &&
    'step' in item &&
    'title' in item &&
    'fix' in item
  );
}

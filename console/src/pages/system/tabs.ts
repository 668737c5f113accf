// SPDX-License-Identifier: Apache-2.0
import type { Needs } from '../../kit/page.ts';

export const tabs = [
  ...(['issues', 'health', 'users', 'roles', 'tenants'] as const),
  ...(['audit', 'limits', 'backups', 'licences'] as const),
] as const;
export type Tab = (typeof tabs)[number];

/** What each tab needs; whoever sees the page sees the licences. */
export const needsOf: Readonly<Record<Tab, Needs>> = {
  issues: ['system.read'],
  health: ['system.read'],
  users: ['users.read'],
  roles: ['users.read'],
  tenants: ['tenants.read'],
  audit: ['audit.read'],
  limits: ['system.read'],
  backups: ['system.read'],
  licences: [],
};

/** The address of a tab, perhaps with more state. */
export function tabPath(tab: Tab, state: Readonly<Record<string, string>> = {}): string {
  return `/system?${new URLSearchParams({ tab, ...state }).toString()}`;
}

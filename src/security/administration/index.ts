// SPDX-License-Identifier: Apache-2.0
export type { Accounts, SeenAccount } from './accounts.ts';
export { Administration } from './administration.ts';
export type { Grants } from './grants.ts';
export type { FilledGroup, Groups } from './groups.ts';
export type { Role, Roles } from './roles.ts';
export type { Tenants } from './tenants.ts';

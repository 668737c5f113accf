// SPDX-License-Identifier: Apache-2.0
import { limitsOf } from '#core';
import type { Account, CustomRole, Grant, Tenant } from '#store';
import type { Principal } from '../port.ts';
import { Policy } from './policy.ts';

/** Tenants of the tests: 1 root; 10 a city below it; 11 and 12 its districts; 20 another city. */
export const tenants: readonly Tenant[] = [
  tenant(1, undefined),
  tenant(10, 1),
  tenant(11, 10),
  tenant(12, 10),
  tenant(20, 1),
];

function tenant(id: number, parent: number | undefined): Tenant {
  return { id, name: `t${id}`, parent, unknownProperties: 'refuse', created: 0 };
}

/** What a test policy knows; may be changed, then `changed` is called. */
export interface World {
  readonly grants: Grant[];
  readonly roles: CustomRole[];
  readonly disabled: Set<number>;
  reads: number;
}

export function newWorld(): World {
  return { grants: [], roles: [], disabled: new Set(), reads: 0 };
}

/** A policy over a world without a registry. */
export function policyOf(world: World, separationOfDuties = false): Policy {
  const registry = {
    accounts: { byId: async (id: number) => account(id, world.disabled.has(id)) },
    grants: {
      ofAccount: async (id: number) => {
        world.reads++;
        return world.grants.filter((grant) => grant.account === id);
      },
    },
    roles: { byId: async (id: number) => world.roles.find((role) => role.id === id) },
    tenants: { all: async () => tenants },
  };
  return new Policy({ registry, limits: limitsOf(), separationOfDuties });
}

function account(id: number, disabled: boolean): Account {
  return {
    ...{ id, tenant: 10, kind: 'user', name: `a${id}`, title: '', password: undefined },
    ...{ passwordTemporary: false, totp: undefined, totpStep: 0, recovery: [], disabled },
    ...{ lockedUntil: undefined, language: undefined, created: 0, updated: 0 },
    ...{ lastLogin: undefined, revision: 1 },
  };
}

export function grant(
  subject: number,
  role: string,
  at: number,
  narrowed: Partial<Pick<Grant, 'labels' | 'properties'>> = {},
): Grant {
  const base = { id: 0, account: subject, group: undefined, role, tenant: at, created: 0 };
  return { ...base, labels: undefined, properties: undefined, ...narrowed };
}

export function user(id: number, at: number, strong = true): Principal {
  const base = { kind: 'user', account: id, name: `a${id}`, session: `s${id}` } as const;
  return { ...base, tenant: at, home: 10, strong };
}

export function token(options: {
  readonly scopes: readonly string[];
  readonly account?: number;
  readonly tenant?: number;
  readonly home?: number;
  readonly id?: number;
}): Principal {
  const { scopes, account: owner, home = 1, tenant: at = home, id = 5 } = options;
  return { kind: 'token', token: id, name: 't', account: owner, home, tenant: at, scopes };
}

// SPDX-License-Identifier: Apache-2.0
import { limitsOf } from '#core';
import { Policy as SecurityPolicy, type Principal } from '#security';
import type { Account } from '#store';
import type { Bench } from '../../../../bench/main.ts';
import { ownerOf } from './message.ts';
import { Policy } from './policy.ts';
import { TestBindings, gateway } from './testing/harness.ts';
import { ThingNames } from './thing-names.ts';
import { TokenRights } from './token-rights.ts';

const tenant = 1;
const tenants = [
  { id: tenant, name: 'root', parent: undefined, unknownProperties: 'refuse', created: 0 } as const,
];
const narrowed = {
  ...{ id: 1, account: 7, group: undefined, role: 'viewer', tenant, created: 0 },
  labels: { road: 'A' },
  properties: undefined,
};

function securityPolicy(): SecurityPolicy {
  const account: Account = {
    ...{ id: 7, tenant, kind: 'service' as const, name: 'a', title: '', password: undefined },
    ...{ passwordTemporary: false, totp: undefined, totpStep: 0, recovery: [], disabled: false },
    ...{ lockedUntil: undefined, language: undefined, created: 0, updated: 0 },
    ...{ lastLogin: undefined, revision: 1 },
  };
  const registry = {
    accounts: { byId: async () => account },
    roles: { byId: async () => undefined },
    grants: { ofAccount: async () => [narrowed] },
    tenants: { all: async () => tenants },
  };
  return new SecurityPolicy({ registry, limits: limitsOf(), separationOfDuties: false });
}

function token(id: number, account: number | undefined): Extract<Principal, { kind: 'token' }> {
  return { kind: 'token', tenant, home: tenant, token: id, account, name: '', scopes: ['admin'] };
}

/** Nanoseconds of one call, the best of five runs. */
function nanoseconds(check: () => unknown): number {
  const calls = 1_000_000;
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 5; run++) {
    const start = performance.now();
    for (let i = 0; i < calls; i++) check();
    best = Math.min(best, ((performance.now() - start) * 1e6) / calls);
  }
  return Math.round(best * 10) / 10;
}

/** What the policy costs a message: on the way in, on the way out, and before a request. */
export const bench: Bench = {
  name: 'policy',
  async run() {
    const security = securityPolicy();
    const tokens = new TokenRights(security);
    const bindings = new TestBindings();
    const rules = [{ who: 'thing', may: ['publish'], topics: ['site/{thing}/#'] }] as const;
    const policy = new Policy(rules, tokens, (thing) => bindings.peek(thing));
    const all = ownerOf(token(1, undefined), await tokens.hold(token(1, undefined)));
    const few = ownerOf(token(2, 7), await tokens.hold(token(2, 7)));
    const rights = await security.rightsOf(token(1, undefined));
    const binding = bindings.peek(gateway);
    const owner = ownerOf({ kind: 'thing', tenant, thing: gateway, credential: 1 }, undefined);
    const identity = { tenant, owner, binding, clientId: 'c' };
    const names = new ThingNames(bindings, policy);
    const topic = `things/${gateway}/properties`;
    return {
      'a device publishes under things/me, ns': nanoseconds(() => names.resolve(identity, 'me')),
      'a device publishes to a broker topic, ns': nanoseconds(() =>
        policy.mayPublish(owner, `site/${gateway}/x`),
      ),
      'an application publishes, ns': nanoseconds(() => policy.mayPublish(all, 'site/7/x')),
      'an application receives a thing’s message, ns': nanoseconds(() =>
        policy.mayReceive(all, topic),
      ),
      'the same kept to some labels, ns': nanoseconds(() => policy.mayReceive(few, topic)),
      'a request asks for a permission, ns': nanoseconds(() => rights.demand('things.read')),
    };
  },
};

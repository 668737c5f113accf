// SPDX-License-Identifier: Apache-2.0
// Whatever somebody does: their own rights stay what they were, nobody gets from them more than they have, and nothing
// changes outside their tenants.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FaultError } from '#core';
import { permissionNames, type Permission } from '../policy/permissions.ts';
import { builtInRoles } from '../policy/roles.ts';
import type { Principal } from '../port.ts';
import { accountOf, actor, openOffice, type Office } from './testing/office.ts';

const roleNames = Object.keys(builtInRoles);

interface Scene {
  readonly office: Office;
  readonly actors: readonly Principal[];
  readonly accounts: number[];
  readonly groups: number[];
  readonly roles: string[];
  readonly places: readonly number[];
}

async function newScene(separationOfDuties: boolean): Promise<Scene> {
  const office = await openOffice({ separationOfDuties });
  const { city, north, town } = office.places;
  const clerk = await office.registry.write((tables) =>
    tables.roles.insert({
      ...{ tenant: city, name: 'clerk', title: '', created: 1 },
      permissions: ['users.manage', 'roles.manage', 'tokens.manage', 'things.read'],
    }),
  );
  const actors = [
    await office.roleAt('boss', 'tenant-administrator', city),
    await office.roleAt('clerk', `role:${clerk}`, city),
    await office.roleAt('local', 'security-administrator', north),
    await office.roleAt('dev', 'developer', city),
  ];
  const others = [await office.person('ann', north), await office.person('zoe', town)];
  const accounts = [...actors.map(accountOf), ...others];
  const places = [1, ...Object.values(office.places)];
  return { office, actors, accounts, groups: [], roles: [`role:${clerk}`], places };
}

/** What is done, as numbers that are taken round the lists of the scene. */
const step = fc.record({
  act: fc.nat(8),
  who: fc.nat(3),
  account: fc.nat(9),
  group: fc.nat(9),
  role: fc.nat(40),
  place: fc.nat(9),
  permissions: fc.uniqueArray(fc.constantFrom(...permissionNames), { maxLength: 4 }),
  narrow: fc.boolean(),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function round<T>(list: readonly T[], at: number): T {
  const found = list[at % list.length];
  assert(found !== undefined);
  return found;
}

async function doStep(scene: Scene, given: Step, number: number): Promise<void> {
  const { administration } = scene.office;
  const { groups, roles, grants, accounts } = administration;
  const by = round(scene.actors, given.who);
  const account = round(scene.accounts, given.account);
  const group = scene.groups[given.group % Math.max(1, scene.groups.length)] ?? 0;
  const role = round([...scene.roles, ...roleNames], given.role);
  const custom = Number(round(scene.roles, given.role).slice(5));
  const tenant = round(scene.places, given.place);
  const narrowed = given.narrow ? { labels: { road: 'A' } } : {};
  const { permissions } = given;
  switch (given.act) {
    case 0:
      await grants.create(by, { account, role, tenant, ...narrowed });
      return;
    case 1:
      await grants.create(by, { group, role, tenant, ...narrowed });
      return;
    case 2: {
      const [first] = (await grants.list(by, { account, limit: 1 })).items;
      if (first !== undefined) await grants.remove(by, first.id);
      return;
    }
    case 3:
      scene.groups.push((await groups.create(by, { name: `g${number}`, title: '', tenant })).id);
      return;
    case 4:
      await groups.setMembers(by, group, [account, round(scene.accounts, given.role)]);
      return;
    case 5:
      await groups.remove(by, group);
      return;
    case 6: {
      const made = await roles.create(by, { name: `r${number}`, title: '', permissions, tenant });
      scene.roles.push(made.id);
      return;
    }
    case 7:
      await roles.change(by, custom, { permissions });
      return;
    default:
      await accounts.change(by, { kind: 'user', id: account }, { disabled: given.narrow });
  }
}

type Rights = ReadonlyMap<string, ReadonlySet<Permission>>;

async function everybodysRights({ office, accounts, places }: Scene): Promise<Rights> {
  const all = new Map<string, ReadonlySet<Permission>>();
  for (const account of accounts) {
    for (const place of places) {
      const { permissions } = await office.policy.rightsOf(actor(account, place));
      all.set(`${account} ${place}`, new Set(permissions));
    }
  }
  return all;
}

async function checkStep(
  scene: Scene,
  by: Principal,
  before: Rights,
  apart: boolean,
): Promise<Rights> {
  const now = await everybodysRights(scene);
  const own = accountOf(by);
  const tree = await scene.office.policy.tree();
  for (const [key, permissions] of now) {
    const [account, place = 0] = key.split(' ').map(Number);
    const had = before.get(key) ?? new Set();
    const changed = had.symmetricDifference(permissions).size > 0;
    if (!changed) continue;
    assert.notEqual(account, own, `${own} has changed their own rights in ${place}`);
    const held = before.get(`${own} ${place}`) ?? new Set();
    const beyond = permissions.difference(had).difference(held);
    // With 三员分立 the security administrator gives others what they do not have themselves.
    if (!apart) assert.deepEqual([...beyond], [], `${own} gave ${account} more in ${place}`);
    const home = scene.office.registry.read.accounts.byId(account ?? 0);
    const inside = tree.isWithin(place, by.tenant);
    // Whoever is disabled, or leaves a group, has nothing anywhere.
    assert(
      inside || tree.isWithin((await home)?.tenant ?? 1, by.tenant),
      `${own} reached ${account} in ${place}`,
    );
  }
  return now;
}

for (const apart of [false, true]) {
  test(`nobody gets more by any order of acts${apart ? ', 三员分立' : ''}`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 30 }), async (steps) => {
        const scene = await newScene(apart);
        await using _office = scene.office;
        let rights = await everybodysRights(scene);
        for (const [number, one] of steps.entries()) {
          try {
            await doStep(scene, one, number);
          } catch (error) {
            if (!(error instanceof FaultError)) throw error;
          }
          rights = await checkStep(scene, round(scene.actors, one.who), rights, apart);
        }
      }),
      { numRuns: 40 },
    );
  });
}

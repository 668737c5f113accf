// SPDX-License-Identifier: Apache-2.0
// Nobody gives more than they have, by whatever way; and nobody changes what they have themselves.
import assert from 'node:assert/strict';
import { it, type TestContext } from 'node:test';
import type { Principal } from '../port.ts';
import {
  accountOf,
  actor,
  nobodysToken,
  openOffice,
  refused,
  type Office,
} from './testing/office.ts';

/** An office, its city administrator without rights on devices, and an ordinary person of the city. */
async function cityOffice(t: TestContext): Promise<{
  readonly office: Office;
  readonly boss: Principal;
  readonly clerk: Principal;
  readonly person: number;
}> {
  const office = await openOffice();
  t.after(() => office[Symbol.asyncDispose]());
  const { places, registry } = office;
  const permissions = [
    'users.manage',
    'users.read',
    'roles.manage',
    'tokens.manage',
    'things.read',
  ];
  const clerkRole = await registry.write((tables) =>
    tables.roles.insert({
      ...{ tenant: places.city, name: 'clerk', title: 'clerk', permissions, created: 1 },
    }),
  );
  return {
    office,
    boss: await office.roleAt('boss', 'tenant-administrator', places.city),
    clerk: await office.roleAt('clerk', `role:${clerkRole}`, places.city),
    person: await office.person('person', places.city),
  };
}

it('gives roles of which all permissions are held, and no others', async (t) => {
  const { office, boss, clerk, person } = await cityOffice(t);
  const { grants } = office.administration;
  const { city, north } = office.places;
  const detail = await refused(
    'security.beyond-own-rights',
    grants.create(clerk, { account: person, role: 'viewer' }),
  );
  assert.equal(detail, 'readings.read, models.read');
  await grants.create(boss, { account: person, role: 'viewer' });
  await grants.create(boss, { account: person, role: 'administrator', tenant: north });
  assert.deepEqual(
    (await grants.list(boss, { account: person, limit: 10 })).items.map((row) => [
      row.role,
      row.tenant,
    ]),
    [
      ['viewer', city],
      ['administrator', north],
    ],
  );
  await refused('common.conflict', grants.create(boss, { account: person, role: 'viewer' }));
});

it('gives nothing outside its tenants', async (t) => {
  const { office, boss, person } = await cityOffice(t);
  const { grants } = office.administration;
  const { town, city } = office.places;
  const stranger = await office.person('stranger', town);
  for (const tenant of [1, town, 999])
    await refused(
      'common.not-found',
      grants.create(boss, { account: person, role: 'viewer', tenant }),
    );
  await refused('common.not-found', grants.create(boss, { account: stranger, role: 'viewer' }));
  const elsewhere = await office.grant({ account: person }, 'viewer', town);
  await refused('common.not-found', grants.remove(boss, elsewhere));
  await refused('common.not-found', grants.list(boss, { tenant: town, limit: 5 }));
  assert.deepEqual((await grants.list(boss, { account: person, limit: 5 })).items, []);
  await refused('common.not-found', grants.create(boss, { account: person, role: 'role:77' }));
  assert.equal(city, boss.tenant);
});

it('gives a permission no wider than it is held', async (t) => {
  const { office, clerk, person } = await cityOffice(t);
  const { grants } = office.administration;
  const narrow = { labels: { road: 'A' }, properties: ['power', 'alarm'] };
  await office.grant({ account: accountOf(clerk) }, 'viewer', office.places.city, narrow);
  const give = (narrowed: object): Promise<unknown> =>
    grants.create(clerk, { account: person, role: 'viewer', ...narrowed });
  await refused('security.beyond-own-rights', give({}));
  await refused('security.beyond-own-rights', give({ labels: { road: 'A' } }));
  await refused('security.beyond-own-rights', give({ properties: ['power'] }));
  await refused('security.beyond-own-rights', give({ ...narrow, labels: { road: 'B' } }));
  await refused('security.beyond-own-rights', give({ ...narrow, properties: ['power', 'door'] }));
  await give(narrow);
  await give({ labels: { road: 'A', lamp: '1' }, properties: ['power'] });
});

it('a session without a second factor gives nothing, and the refusal says why', async (t) => {
  const { office, boss, person } = await cityOffice(t);
  const weak = actor(accountOf(boss), boss.tenant, false);
  const { grants } = office.administration;
  await refused(
    'security.second-factor-required',
    grants.create(weak, { account: person, role: 'viewer' }),
  );
});

it('nobody changes their own grants, by themselves or by a group', async (t) => {
  const { office, boss } = await cityOffice(t);
  const { grants, groups } = office.administration;
  const account = accountOf(boss);
  await refused('security.own-rights', grants.create(boss, { account, role: 'viewer' }));
  const [own] = (await grants.list(boss, { account, limit: 1 })).items;
  await refused('security.own-rights', grants.remove(boss, own?.id ?? 0));
  const token: Principal = {
    ...{ kind: 'token', tenant: boss.tenant, home: boss.tenant, token: 9, account, name: 't' },
    scopes: ['admin'],
  };
  await refused('security.own-rights', grants.create(token, { account, role: 'viewer' }));
  const group = await groups.create(boss, { name: 'g', title: '' });
  await groups.setMembers(boss, group.id, [account]);
  await refused('security.own-rights', grants.create(boss, { group: group.id, role: 'viewer' }));
  const { tenant } = boss;
  const given = await grants.create(nobodysToken, { group: group.id, role: 'viewer', tenant });
  await refused('security.own-rights', grants.remove(boss, given.id));
  await refused('security.own-rights', groups.setMembers(boss, group.id, []));
  await refused('security.own-rights', groups.remove(boss, group.id));
  const other = await office.person('other', boss.tenant);
  assert.deepEqual((await groups.setMembers(boss, group.id, [account, other])).after.members, [
    account,
    other,
  ]);
});

it('nobody gives more by putting somebody into a group', async (t) => {
  const { office, clerk, person } = await cityOffice(t);
  const { groups } = office.administration;
  const group = await groups.create(clerk, { name: 'engineers', title: '' });
  const at = office.places.city;
  await office.grant({ group: group.id }, 'device-engineer', at);
  await refused('security.beyond-own-rights', groups.setMembers(clerk, group.id, [person]));
  await refused('security.own-rights', groups.setMembers(clerk, group.id, [accountOf(clerk)]));
  const elsewhere = await groups.create(clerk, { name: 'abroad', title: '' });
  await office.grant({ group: elsewhere.id }, 'viewer', office.places.town);
  await refused('security.beyond-own-rights', groups.setMembers(clerk, elsewhere.id, [person]));
  assert.deepEqual((await groups.get(clerk, group.id)).members, []);
});

it('users.manage alone does not decide who has what a group has', async (t) => {
  const { office, boss, person } = await cityOffice(t);
  const { groups } = office.administration;
  const { city } = office.places;
  const hostRole = await office.administration.roles.create(boss, {
    ...{ name: 'host', title: 'host', permissions: ['users.manage', 'users.read'] },
  });
  const host = await office.roleAt('host', hostRole.id, city);
  await office.grant({ account: accountOf(host) }, 'viewer', city);
  const group = await groups.create(host, { name: 'g', title: '' });
  await groups.setMembers(host, group.id, [person]);
  await office.grant({ group: group.id }, 'viewer', city);
  await refused('security.forbidden', groups.setMembers(host, group.id, []));
  await refused('security.forbidden', groups.remove(host, group.id));
});

it('makes and widens roles within what is held, and never a role of one’s own', async (t) => {
  const { office, boss, clerk, person } = await cityOffice(t);
  const { roles } = office.administration;
  const role = (permissions: readonly string[]): Promise<{ readonly id: string }> =>
    roles.create(clerk, { name: permissions.join(), title: 'r', permissions });
  await refused('security.beyond-own-rights', role(['things.read', 'things.write']));
  await refused('common.invalid', role(['unicorns.ride']));
  const made = await role(['things.read']);
  const id = Number(made.id.slice(5));
  const widen = (by: Principal, permissions: readonly string[]): Promise<unknown> =>
    roles.change(by, id, { permissions });
  await refused('security.beyond-own-rights', widen(clerk, ['things.read', 'things.write']));
  await widen(boss, ['things.read', 'things.write']);
  await widen(clerk, ['things.write', 'things.read', 'users.read']);
  await office.grant({ account: accountOf(boss) }, made.id, office.places.north);
  await refused('security.own-rights', widen(boss, ['things.read']));
  await roles.change(boss, id, { title: 'another title' });
  // Widened for those who have it only where the clerk has nothing.
  const { custom } = await roles.get(clerk, made.id);
  assert.equal(custom?.title, 'another title');
  await office.grant({ account: person }, made.id, office.places.town);
  await refused('security.beyond-own-rights', widen(clerk, ['things.read', 'roles.manage']));
  await refused('security.in-use', roles.remove(boss, id));
});

it('nobody becomes somebody who may do more', async (t) => {
  const { office, clerk, boss, person } = await cityOffice(t);
  const { accounts } = office.administration;
  const over = accountOf(boss);
  await refused('security.beyond-own-rights', accounts.resetPassword(clerk, over));
  await refused('security.beyond-own-rights', accounts.resetSecondFactor(clerk, over));
  await refused('security.own-rights', accounts.resetPassword(clerk, accountOf(clerk)));
  await refused('security.own-rights', accounts.resetSecondFactor(boss, over));
  const ref = { kind: 'user', id: over } as const;
  await accounts.change(clerk, ref, { disabled: true });
  await refused('security.beyond-own-rights', accounts.change(clerk, ref, { disabled: false }));
  await accounts.change(nobodysToken, ref, { disabled: false });
  assert.match(await accounts.resetPassword(clerk, person), /^(\w{5}-){3}\w{5}$/);
  await office.grant({ account: person }, 'viewer', office.places.town);
  await refused('security.beyond-own-rights', accounts.resetPassword(boss, person));
});

it('a token carries no more than its maker has', async (t) => {
  const { office, boss, clerk } = await cityOffice(t);
  const { tokens, roles } = office.administration;
  const { city } = office.places;
  await refused('security.forbidden', tokens.create(clerk, { name: 't', scopes: ['things.read'] }));
  const developer = await office.roleAt('dev', 'developer', city);
  await tokens.create(developer, { name: 't', scopes: ['things.read', 'ingest'] });
  const detail = await refused(
    'security.beyond-own-rights',
    tokens.create(developer, { name: 't', scopes: ['things.read', 'things.write'] }),
  );
  assert.equal(detail, 'things.write');
  const weak = actor(accountOf(boss), city, false);
  await refused(
    'security.second-factor-required',
    tokens.create(weak, { name: 't', scopes: ['admin'] }),
  );
  await tokens.create(boss, { name: 't', scopes: ['admin'] });
  await refused('common.invalid', tokens.create(boss, { name: 't', scopes: ['everything'] }));
  const service = await office.person('robot', city, 'service');
  await office.grant({ account: service }, 'device-engineer', city);
  const forService = (by: Principal, scopes: readonly string[]): Promise<unknown> =>
    tokens.create(by, { name: 's', scopes, account: service });
  await refused('security.beyond-own-rights', forService(clerk, ['things.write']));
  await forService(clerk, ['things.read']);
  await forService(boss, ['write']);
  await refused('security.forbidden', forService(developer, ['things.read']));
  await refused(
    'common.invalid',
    tokens.create(boss, { name: 's', scopes: ['read'], account: accountOf(clerk) }),
  );
  assert.equal((await roles.list(boss)).length, 13);
});

// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { actor, nobodysToken, openOffice, refused } from './testing/office.ts';

it('shows and changes the sub-tree', async () => {
  await using office = await openOffice();
  const { tenants } = office.administration;
  const { city, north, south, town } = office.places;
  const boss = await office.roleAt('boss', 'tenant-administrator', city);
  assert.deepEqual(
    (await tenants.list(boss)).map(({ id }) => id),
    [city, north, south],
  );
  const made = await tenants.create(boss, { name: 'east' });
  assert.deepEqual([made.parent, made.unknownProperties], [city, 'refuse']);
  const street = await tenants.create(boss, { name: 'street', parent: made.id });
  await refused('common.not-found', tenants.create(boss, { name: 'x', parent: town }));
  await refused('common.conflict', tenants.create(boss, { name: 'east' }));
  await refused('common.not-found', tenants.change(boss, town, { name: 'x' }));
  await refused('common.not-found', tenants.remove(boss, 1));
  await refused('common.conflict', tenants.change(boss, made.id, { name: 'north' }));
  await refused('security.in-use', tenants.remove(boss, made.id));
  await refused('security.in-use', tenants.remove(boss, city));
  await tenants.remove(boss, street.id);
  await refused('common.not-found', tenants.get(boss, street.id));
  const viewer = await office.roleAt('viewer', 'viewer', city);
  await refused('security.forbidden', tenants.create(viewer, { name: 'x' }));
});

it('tells of a setting that is another now, and of no other change', async () => {
  await using office = await openOffice();
  const { tenants } = office.administration;
  const { north } = office.places;
  await tenants.change(nobodysToken, north, { name: 'northern' });
  await tenants.change(nobodysToken, north, { unknownProperties: 'refuse' });
  assert.deepEqual(office.settled, []);
  const change = await tenants.change(nobodysToken, north, { unknownProperties: 'collect' });
  assert.deepEqual(
    [change.before.unknownProperties, change.after.unknownProperties],
    ['refuse', 'collect'],
  );
  assert.deepEqual(office.settled, [north]);
});

it('a tenant that goes takes its tokens with it, and its rights count at once', async () => {
  await using office = await openOffice();
  const { tenants, tokens } = office.administration;
  const { north } = office.places;
  const there = { ...nobodysToken, tenant: north };
  const { id, token } = await tokens.create(there, { name: 't', scopes: ['read'] });
  const attempt = { password: Buffer.from(token), source: '::1' };
  assert.equal((await office.authenticator.authenticate(attempt)).ok, true);
  await tenants.remove(nobodysToken, north);
  assert.deepEqual(office.revoked, [{ token: id }]);
  assert.equal((await office.authenticator.authenticate(attempt)).ok, false);
  assert.equal((await office.policy.tree()).has(north), false);
});

it('has no more tenants and roles than the limits say', async () => {
  await using office = await openOffice({
    limits: { 'people.tenantsMax': 10, 'people.rolesMax': 1 },
  });
  const { tenants, roles } = office.administration;
  for (let count = 6; count < 10; count++)
    await tenants.create(nobodysToken, { name: `t${count}` });
  await refused('common.limit', tenants.create(nobodysToken, { name: 'more' }));
  await roles.create(nobodysToken, { name: 'a', title: 'a', permissions: [] });
  await refused(
    'common.limit',
    roles.create(nobodysToken, { name: 'b', title: 'b', permissions: [] }),
  );
});

it('roles of a tenant count there and below, and are seen from there', async () => {
  await using office = await openOffice();
  const { grants, roles } = office.administration;
  const { city, north, town } = office.places;
  const boss = await office.roleAt('boss', 'tenant-administrator', city);
  const local = await office.roleAt('local', 'tenant-administrator', north);
  const mayor = await office.roleAt('mayor', 'tenant-administrator', town);
  const role = await roles.create(boss, {
    name: 'r',
    title: 'Rolle',
    permissions: ['things.read'],
  });
  const ids = async (who: typeof boss): Promise<readonly string[]> =>
    (await roles.list(who)).filter(({ custom }) => custom !== undefined).map(({ id }) => id);
  assert.deepEqual(
    [await ids(boss), await ids(local), await ids(mayor)],
    [[role.id], [role.id], []],
  );
  const number = Number(role.id.slice(5));
  await refused('common.not-found', roles.change(local, number, { title: 'mine' }));
  await refused('common.not-found', roles.remove(mayor, number));
  const account = await office.person('ann', north);
  await grants.create(local, { account, role: role.id });
  assert.equal((await office.policy.rightsOf(actor(account, north))).has('things.read'), true);
  const there = await office.person('there', town);
  await refused('common.not-found', grants.create(mayor, { account: there, role: role.id }));
  const { custom } = await roles.get(boss, role.id);
  const edit = { permissions: [], revision: custom?.revision };
  await roles.change(boss, number, edit);
  assert.equal((await office.policy.rightsOf(actor(account, north))).has('things.read'), false);
  await refused('api.precondition', roles.change(boss, number, edit));
  await refused('common.conflict', roles.create(boss, { name: 'r', title: '', permissions: [] }));
});

// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { accountOf, nobodysToken, openOffice, refused, type Office } from './testing/office.ts';

const user = (id: number) => ({ kind: 'user', id }) as const;

/** Every way to lose an administrator who has it by the way named. */
const ways: Readonly<Record<string, (office: Office, account: number) => Promise<unknown>>> = {
  'disabling the account': ({ administration }, account) =>
    administration.accounts.change(nobodysToken, user(account), { disabled: true }),
  'removing the account': ({ administration }, account) =>
    administration.accounts.remove(nobodysToken, user(account)),
  'removing the grant': async ({ administration: { grants } }) => {
    const { items } = await grants.list(nobodysToken, { limit: 10 });
    for (const { id } of items) await grants.remove(nobodysToken, id);
  },
};

for (const [way, lose] of Object.entries(ways)) {
  it(`the last administrator stays: ${way}`, async () => {
    await using office = await openOffice();
    const last = await office.roleAt('last', 'administrator', 1);
    await refused('security.last-administrator', lose(office, accountOf(last)));
    const now = await office.administration.accounts.get(nobodysToken, user(accountOf(last)));
    assert.equal(now.disabled, false);
    assert.equal((await office.policy.rightsOf(last)).has('users.manage'), true);
  });
}

it('others count only when they can sign in and have both permissions at the root', async () => {
  await using office = await openOffice();
  const { accounts } = office.administration;
  const last = await office.roleAt('last', 'administrator', 1);
  await office.roleAt('below', 'administrator', office.places.city);
  await office.roleAt('reader', 'viewer', 1);
  const robot = await office.person('robot', 1, 'service');
  await office.grant({ account: robot }, 'administrator', 1);
  const narrow = await office.person('narrow', 1);
  await office.grant({ account: narrow }, 'administrator', 1, { labels: { a: 'b' } });
  const disabled = await office.roleAt('disabled', 'administrator', 1);
  await accounts.change(nobodysToken, user(accountOf(disabled)), { disabled: true });
  const nowhere = await office.roleAt('nowhere', 'administrator', 1);
  await office.registry.write((tables) =>
    tables.accounts.update(accountOf(nowhere), { password: undefined }, { now: 1 }),
  );
  const remove = (): Promise<unknown> => accounts.remove(nobodysToken, user(accountOf(last)));
  await refused('security.last-administrator', remove());
  await office.registry.write((tables) =>
    tables.federated.put({ provider: 'p', subject: 's', account: accountOf(nowhere), created: 1 }),
  );
  await remove();
});

it('by a group and by a role too', async () => {
  await using office = await openOffice();
  const { groups, roles, grants } = office.administration;
  const account = await office.person('ann', 1);
  const role = await roles.create(nobodysToken, {
    ...{ name: 'r', title: 'r', permissions: ['users.manage', 'roles.manage'] },
  });
  const group = await groups.create(nobodysToken, { name: 'g', title: '' });
  const grant = await grants.create(nobodysToken, { group: group.id, role: role.id });
  await groups.setMembers(nobodysToken, group.id, [account]);
  const id = Number(role.id.slice(5));
  const code = 'security.last-administrator';
  await refused(code, groups.setMembers(nobodysToken, group.id, []));
  await refused(code, groups.remove(nobodysToken, group.id));
  await refused(code, grants.remove(nobodysToken, grant.id));
  await refused(code, roles.change(nobodysToken, id, { permissions: ['users.manage'] }));
  assert.deepEqual((await groups.get(nobodysToken, group.id)).members, [account]);
  await office.roleAt('second', 'administrator', 1);
  await groups.remove(nobodysToken, group.id);
});

it('two who disable each other at the same time do not both succeed', async () => {
  await using office = await openOffice();
  const { accounts } = office.administration;
  const [a, b] = [
    await office.roleAt('a', 'administrator', 1),
    await office.roleAt('b', 'administrator', 1),
  ];
  const outcomes = await Promise.allSettled([
    accounts.change(a, user(accountOf(b)), { disabled: true }),
    accounts.change(b, user(accountOf(a)), { disabled: true }),
  ]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected'],
  );
});

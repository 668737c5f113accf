// SPDX-License-Identifier: Apache-2.0
// 三员分立: with `auth.separationOfDuties` nobody is two of system, security and audit administrator.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { builtInRoles } from '../policy/roles.ts';
import { accountOf, nobodysToken, openOffice, refused } from './testing/office.ts';

const separationOfDuties = true;
const conflict = 'security.duties-conflict';

it('the security administrator gives others any one duty, and nobody two', async () => {
  await using office = await openOffice({ separationOfDuties });
  const { grants } = office.administration;
  const security = await office.roleAt('sec', 'security-administrator', 1);
  const account = await office.person('ann', 1);
  await grants.create(security, { account, role: 'system-administrator' });
  await grants.create(security, { account, role: 'device-engineer' });
  for (const role of ['security-administrator', 'audit-administrator'] as const)
    await refused(conflict, grants.create(security, { account, role }));
  await refused(
    conflict,
    grants.create(security, { account, role: 'audit-administrator', tenant: office.places.north }),
  );
  await refused(
    'security.own-rights',
    grants.create(security, {
      ...{ account: accountOf(security), role: 'system-administrator' },
    }),
  );
});

it('roles of several duties cannot be granted or made', async () => {
  await using office = await openOffice({ separationOfDuties });
  const { grants, roles } = office.administration;
  const security = await office.roleAt('sec', 'security-administrator', 1);
  const account = await office.person('ann', 1);
  for (const role of ['administrator', 'tenant-administrator'])
    await refused(conflict, grants.create(security, { account, role }));
  const role = { name: 'r', title: 'r' };
  const mixed = ['users.manage', 'system.manage'];
  await refused(conflict, roles.create(security, { ...role, permissions: mixed }));
  const writing = ['audit.read', 'things.write'];
  await refused(conflict, roles.create(security, { ...role, permissions: writing }));
  await roles.create(security, { ...role, permissions: ['things.write'] });
});

it('nor by groups, nor by a role that grows', async () => {
  await using office = await openOffice({ separationOfDuties });
  const { grants, groups, roles } = office.administration;
  const security = await office.roleAt('sec', 'security-administrator', 1);
  const account = await office.person('ann', 1);
  await grants.create(security, { account, role: 'system-administrator' });
  const group = await groups.create(security, { name: 'auditors', title: '' });
  await groups.setMembers(security, group.id, [account]);
  await refused(
    conflict,
    grants.create(security, { group: group.id, role: 'audit-administrator' }),
  );
  await groups.setMembers(security, group.id, []);
  await grants.create(security, { group: group.id, role: 'audit-administrator' });
  await refused(conflict, groups.setMembers(security, group.id, [account]));
  const role = await roles.create(security, {
    name: 'r',
    title: 'r',
    permissions: ['things.read'],
  });
  await grants.create(security, { account, role: role.id });
  const permissions = ['things.read', 'audit.read'];
  await refused(conflict, roles.change(security, Number(role.id.slice(5)), { permissions }));
});

it('the last security administrator stays', async () => {
  await using office = await openOffice({ separationOfDuties });
  const { accounts } = office.administration;
  const security = await office.roleAt('sec', 'security-administrator', 1);
  await office.roleAt('sys', 'system-administrator', 1);
  const clash = await office.roleAt('two', 'security-administrator', 1);
  await office.grant({ account: accountOf(clash) }, 'system-administrator', 1);
  const ref = { kind: 'user', id: accountOf(security) } as const;
  await refused('security.last-administrator', accounts.remove(nobodysToken, ref));
  await office.roleAt('sec2', 'security-administrator', 1);
  await accounts.remove(nobodysToken, ref);
});

it('the audit administrator only reads', async () => {
  await using office = await openOffice({ separationOfDuties });
  const { accounts, grants, groups, roles, tenants, tokens } = office.administration;
  const security = await office.roleAt('sec', 'security-administrator', 1);
  const auditor = await office.roleAt('aud', 'audit-administrator', 1);
  const other = await office.person('ann', 1);
  for (const role of ['device-engineer', 'developer'])
    await refused(conflict, grants.create(security, { account: accountOf(auditor), role }));
  await grants.create(security, { account: accountOf(auditor), role: 'viewer' });
  assert.ok(
    builtInRoles['audit-administrator'].permissions.every((name) => name.endsWith('.read')),
  );
  const forbidden = 'security.forbidden';
  const ref = { kind: 'user', id: other } as const;
  await refused(forbidden, accounts.change(auditor, ref, { title: 'x' }));
  await refused(forbidden, accounts.remove(auditor, ref));
  await refused(forbidden, accounts.resetPassword(auditor, other));
  await refused(forbidden, grants.create(auditor, { account: other, role: 'viewer' }));
  await refused(forbidden, groups.create(auditor, { name: 'g', title: '' }));
  await refused(forbidden, roles.create(auditor, { name: 'r', title: '', permissions: [] }));
  await refused(forbidden, tenants.create(auditor, { name: 't' }));
  await refused(forbidden, tokens.create(auditor, { name: 't', scopes: ['users.read'] }));
});

it('a token of nobody, and one for a service account, is of no other duty', async () => {
  await using office = await openOffice({ separationOfDuties });
  const { tokens, grants } = office.administration;
  const made = await tokens.create(nobodysToken, { name: 't', scopes: ['admin'] });
  assert.match(made.token, /^fsa_/);
  const first = await office.policy.rightsOf(nobodysToken);
  assert.deepEqual([first.has('users.manage'), first.has('system.manage')], [true, false]);
  const security = await office.roleAt('sec', 'security-administrator', 1);
  const robot = await office.person('robot', 1, 'service');
  await grants.create(security, { account: robot, role: 'system-administrator' });
  const forRobot = (scopes: readonly string[]): Promise<unknown> =>
    tokens.create(security, { name: 's', scopes, account: robot });
  await refused('security.beyond-own-rights', forRobot(['system.manage']));
  await forRobot(['things.read', 'system.read']);
});

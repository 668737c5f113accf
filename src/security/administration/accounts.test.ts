// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { accountOf, nobodysToken, openOffice, refused } from './testing/office.ts';

const user = (id: number) => ({ kind: 'user', id }) as const;

it('makes people with a temporary password, and service accounts without any', async () => {
  await using office = await openOffice();
  const { accounts } = office.administration;
  const made = await accounts.create(nobodysToken, {
    kind: 'user',
    name: '李明',
    title: 'Li Ming',
  });
  assert.match(made.password ?? '', /^[a-z2-9]{5}(-[a-z2-9]{5}){3}$/);
  const { account } = made;
  assert.deepEqual(
    [account.tenant, account.passwordTemporary, account.password],
    [1, true, `hash of ${made.password}`],
  );
  const elsewhere = { kind: 'user', name: 'sso', title: '', withPassword: false } as const;
  assert.equal((await accounts.create(nobodysToken, elsewhere)).account.password, undefined);
  const robot = await accounts.create(nobodysToken, { kind: 'service', name: 'robot', title: '' });
  assert.deepEqual([robot.password, robot.account.password], [undefined, undefined]);
  await refused(
    'common.conflict',
    accounts.create(nobodysToken, { kind: 'service', name: '李明', title: '' }),
  );
  for (const name of ['a', 'two words', 'x'.repeat(65), ''])
    await refused('common.invalid', accounts.create(nobodysToken, { ...elsewhere, name }));
  await refused('common.not-found', accounts.get(nobodysToken, user(robot.account.id)));
});

it('sees and changes the accounts of its sub-tree only', async () => {
  await using office = await openOffice();
  const { accounts } = office.administration;
  const { city, north, town } = office.places;
  const boss = await office.roleAt('boss', 'tenant-administrator', city);
  const below = await office.person('below', north);
  const beside = await office.person('beside', town);
  const above = await office.person('above', 1);
  const page = await accounts.list(boss, { kind: 'user', limit: 10 });
  assert.deepEqual(
    page.items.map(({ name }) => name),
    ['boss', 'below'],
  );
  const found = await accounts.list(boss, { kind: 'user', search: 'BEL', limit: 10 });
  assert.deepEqual(
    found.items.map(({ id }) => id),
    [below],
  );
  for (const id of [beside, above, 12345]) {
    await refused('common.not-found', accounts.get(boss, user(id)));
    await refused('common.not-found', accounts.change(boss, user(id), { title: 'x' }));
    await refused('common.not-found', accounts.remove(boss, user(id)));
    await refused('common.not-found', accounts.resetPassword(boss, id));
    await refused('common.not-found', accounts.resetSecondFactor(boss, id));
    await refused('common.not-found', accounts.unlock(boss, id));
    await refused('common.not-found', accounts.endSessions(boss, id));
  }
  await refused(
    'common.not-found',
    accounts.create(boss, { kind: 'user', name: 'new', title: '', tenant: town }),
  );
  const viewer = await office.roleAt('viewer', 'viewer', city);
  await refused('security.forbidden', accounts.remove(viewer, user(below)));
});

it('changes what is named, and only when nobody changed it meanwhile', async () => {
  await using office = await openOffice();
  const { accounts } = office.administration;
  const id = await office.person('ann', 1);
  const { revision } = await accounts.get(nobodysToken, user(id));
  const edit = { title: 'Ann', language: 'zh-CN', revision };
  const { before, after } = await accounts.change(nobodysToken, user(id), edit);
  assert.deepEqual([before.title, after.title, after.language], ['', 'Ann', 'zh-CN']);
  assert.deepEqual(office.revoked, []);
  await refused('api.precondition', accounts.change(nobodysToken, user(id), edit));
  await refused('api.precondition', accounts.remove(nobodysToken, user(id), revision));
  const forgotten = await accounts.change(nobodysToken, user(id), { language: null });
  assert.deepEqual([forgotten.after.title, forgotten.after.language], ['Ann', undefined]);
});

it('whoever is disabled or removed loses sessions, tokens and connections', async () => {
  for (const end of ['disable', 'remove'] as const) {
    await using office = await openOffice();
    const { accounts, tokens } = office.administration;
    const dev = await office.roleAt('dev', 'developer', office.places.city);
    const { id, token } = await tokens.create(dev, { name: 't', scopes: ['things.read'] });
    const attempt = { password: Buffer.from(token), source: '::1' };
    assert.equal((await office.authenticator.authenticate(attempt)).ok, true);
    const ref = user(accountOf(dev));
    if (end === 'disable') await accounts.change(nobodysToken, ref, { disabled: true });
    else await accounts.remove(nobodysToken, ref);
    assert.deepEqual(office.revoked, [{ account: ref.id }, { token: id }], end);
    assert.equal((await office.authenticator.authenticate(attempt)).ok, false, end);
    assert.deepEqual((await office.policy.rightsOf(dev)).permissions, [], end);
    if (end === 'remove') continue;
    await accounts.change(nobodysToken, ref, { disabled: false });
    assert.equal((await office.policy.rightsOf(dev)).has('things.read'), true);
    assert.equal((await office.authenticator.authenticate(attempt)).ok, false, 'tokens stay ended');
  }
});

it('resets password and second factor, ends sessions, unlocks', async () => {
  await using office = await openOffice();
  const { accounts } = office.administration;
  const id = await office.person('ann', 1);
  await office.registry.write(async (tables) => {
    const changes = { totp: 'sealed', totpStep: 7, recovery: ['a'] };
    await tables.accounts.update(id, changes, { now: 1 });
    await tables.passkeys.insert({
      ...{ account: id, name: 'k', credential: 'c', publicKey: '{}' },
      ...{ algorithm: -7, counter: 0, created: 1 },
    });
  });
  assert.equal((await accounts.get(nobodysToken, user(id))).secondFactor, true);
  const password = await accounts.resetPassword(nobodysToken, id);
  const after = await accounts.get(nobodysToken, user(id));
  assert.deepEqual([after.password, after.passwordTemporary], [`hash of ${password}`, true]);
  await accounts.resetSecondFactor(nobodysToken, id);
  const { totp, totpStep, recovery, secondFactor } = await accounts.get(nobodysToken, user(id));
  assert.deepEqual([totp, totpStep, recovery, secondFactor], [undefined, 0, [], false]);
  await accounts.unlock(nobodysToken, id);
  await accounts.endSessions(nobodysToken, id);
  assert.deepEqual([office.ended, office.unlocked], [[id, id, id], [id]]);
});

it('nobody disables or removes themselves', async () => {
  await using office = await openOffice();
  const { accounts } = office.administration;
  const boss = await office.roleAt('boss', 'administrator', 1);
  const own = user(accountOf(boss));
  await refused('security.own-rights', accounts.change(boss, own, { disabled: true }));
  await refused('security.own-rights', accounts.remove(boss, own));
  assert.equal((await accounts.change(boss, own, { title: 'Boss' })).after.title, 'Boss');
});

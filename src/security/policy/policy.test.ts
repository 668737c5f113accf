// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { permissionNames, permissionsOfScopes, type Permission } from './permissions.ts';
import { builtInRoles } from './roles.ts';
import { grant, newWorld, policyOf, token, user } from './testing.ts';

test('a grant reaches its tenant and everything below it, and nothing beside it', async () => {
  const world = newWorld();
  world.grants.push(grant(7, 'viewer', 10));
  const policy = policyOf(world);
  for (const [tenant, reached] of [
    [10, true],
    [11, true],
    [12, true],
    [1, false],
    [20, false],
    [999, false],
  ] as const) {
    const rights = await policy.rightsOf(user(7, tenant));
    assert.equal(rights.has('things.read'), reached, `tenant ${tenant}`);
    assert.equal(rights.has('things.write'), false);
  }
});

test('grants add up, and an unknown role gives nothing', async () => {
  const world = newWorld();
  world.grants.push(grant(7, 'viewer', 10), grant(7, 'developer', 11), grant(7, 'role:99', 1));
  const policy = policyOf(world);
  assert.equal((await policy.rightsOf(user(7, 10))).has('readings.write'), false);
  assert.equal((await policy.rightsOf(user(7, 11))).has('readings.write'), true);
});

test('a custom role gives the permissions that this version knows', async () => {
  const world = newWorld();
  const base = { tenant: 10, name: 'r', title: '', created: 0, updated: 0, revision: 1 };
  world.roles.push({ id: 3, ...base, permissions: ['things.read', 'unicorns.ride', 'toString'] });
  world.grants.push(grant(7, 'role:3', 10));
  const rights = await policyOf(world).rightsOf(user(7, 10));
  assert.deepEqual(rights.permissions, ['things.read']);
});

test('labels and properties narrow what is about things and take the rest away', async () => {
  const world = newWorld();
  world.grants.push(grant(7, 'administrator', 10, { labels: { road: 'A' } }));
  const rights = await policyOf(world).rightsOf(user(7, 10));
  assert.deepEqual(
    rights.permissions.filter((name) => !/^(things|readings|actions|credentials)\./.test(name)),
    ['models.read'],
  );
  const scope = rights.scope('things.write');
  assert.equal(scope?.whole, false);
  assert.equal(scope?.admits({ road: 'A', lamp: '1' }), true);
  assert.equal(scope?.admits({ road: 'B' }), false);
  assert.equal(scope?.admits({}), false);
  assert.deepEqual(scope?.labelSets, [{ road: 'A' }]);
});

test('of several grants each thing has the properties of those that reach it', async () => {
  const world = newWorld();
  world.grants.push(
    grant(7, 'viewer', 10, { labels: { road: 'A' }, properties: ['power'] }),
    grant(7, 'viewer', 10, { properties: ['alarm'] }),
    grant(7, 'viewer', 11),
  );
  const policy = policyOf(world);
  const scope = (await policy.rightsOf(user(7, 10))).scope('readings.read');
  assert.deepEqual(scope?.propertiesOf({ road: 'A' }), new Set(['power', 'alarm']));
  assert.deepEqual(scope?.propertiesOf({ road: 'B' }), new Set(['alarm']));
  assert.equal(scope?.labelSets, undefined);
  const below = (await policy.rightsOf(user(7, 11))).scope('readings.read');
  assert.equal(below?.whole, true);
  assert.equal(below?.propertiesOf({}), undefined);
});

test('without a second factor the strong permissions wait, and the refusal says why', async () => {
  const world = newWorld();
  world.grants.push(grant(7, 'administrator', 1));
  const policy = policyOf(world);
  const weak = await policy.rightsOf(user(7, 1, false));
  const codeOf = (permission: Permission): string | undefined => {
    const demanded = weak.demand(permission);
    return demanded.ok ? undefined : demanded.fault.code;
  };
  assert.equal(codeOf('users.manage'), 'security.second-factor-required');
  assert.equal(codeOf('system.manage'), 'security.second-factor-required');
  assert.equal(codeOf('things.write'), undefined);
  assert.deepEqual((await policy.rightsOf(user(7, 1))).permissions, permissionNames);
  const viewer = await policy.rightsOf(user(8, 1, false));
  assert.equal(viewer.has('users.manage'), false);
});

test('what concerns the installation counts at the root only', async () => {
  const world = newWorld();
  world.grants.push(grant(7, 'administrator', 10), grant(8, 'administrator', 1));
  const policy = policyOf(world);
  assert.equal((await policy.rightsOf(user(7, 10))).has('system.manage'), false);
  assert.equal((await policy.rightsOf(user(8, 10))).has('system.manage'), false);
  assert.equal((await policy.rightsOf(user(8, 1))).has('system.manage'), true);
});

test('a token has what its scopes say and its owner has, no more', async () => {
  const world = newWorld();
  world.grants.push(grant(7, 'viewer', 11, { labels: { road: 'A' } }));
  const policy = policyOf(world);
  const own = await policy.rightsOf(token({ scopes: ['admin'], account: 7, home: 11 }));
  assert.deepEqual(own.permissions.toSorted(), ['models.read', 'readings.read', 'things.read']);
  assert.equal(own.scope('things.read')?.whole, false);
  const reading = await policy.rightsOf(
    token({ id: 6, scopes: ['readings.read'], account: 7, home: 11 }),
  );
  assert.deepEqual(reading.permissions, ['readings.read']);
  const elsewhere = token({ scopes: ['admin'], account: 7, home: 11, tenant: 12 });
  assert.deepEqual((await policy.rightsOf(elsewhere)).permissions, []);
});

test('a token of nobody reaches its own tenant and below', async () => {
  const policy = policyOf(newWorld());
  const at = async (tenant: number): Promise<readonly Permission[]> =>
    (await policy.rightsOf(token({ scopes: ['read'], home: 10, tenant }))).permissions;
  assert.ok((await at(10)).includes('things.read'));
  assert.ok((await at(11)).includes('things.read'));
  assert.deepEqual(await at(20), []);
  assert.deepEqual(await at(1), []);
});

test('a device has no rights of this kind: its own topics and routes are not a matter of roles', async () => {
  const rights = await policyOf(newWorld()).rightsOf({
    ...{ kind: 'thing', tenant: 10, thing: 4, credential: 1 },
  });
  assert.deepEqual(rights.permissions, []);
});

test('a disabled account has nothing, and neither have its tokens', async () => {
  const world = newWorld();
  world.grants.push(grant(7, 'administrator', 1));
  const policy = policyOf(world);
  const key = token({ scopes: ['admin'], account: 7 });
  assert.notEqual((await policy.rightsOf(key)).permissions.length, 0);
  world.disabled.add(7);
  await policy.changed();
  assert.deepEqual((await policy.rightsOf(key)).permissions, []);
  assert.deepEqual((await policy.rightsOf(user(7, 1))).permissions, []);
});

test('rights are worked out once and again after a change; whoever holds old ones can tell', async () => {
  const world = newWorld();
  world.grants.push(grant(7, 'viewer', 10));
  const policy = policyOf(world);
  const key = token({ scopes: ['read'], account: 7, home: 10 });
  const before = await policy.rightsOf(key);
  assert.equal(await policy.rightsOf(key), before);
  assert.equal(world.reads, 1);
  let told = 0;
  policy.onChanged(() => told++);
  await policy.changed();
  assert.equal(before.stale, true);
  assert.equal(policy.peek(key)?.stale, false, 'tokens are at hand at once');
  assert.equal(policy.peek(key)?.signature, before.signature);
  world.grants.length = 0;
  await policy.changed();
  assert.equal(policy.peek(key)?.has('things.read'), false);
  assert.notEqual(policy.peek(key)?.signature, before.signature);
  assert.equal(told, 2);
});

test('a change during the working out is not overlooked', async () => {
  const world = newWorld();
  world.grants.push(grant(7, 'viewer', 10));
  const policy = policyOf(world);
  const asked = policy.rightsOf(user(7, 10));
  world.grants.length = 0;
  await policy.changed();
  assert.equal((await asked).has('things.read'), false);
});

test('三员分立: whoever has two duties has none; the administrator’s token has security only', async () => {
  const world = newWorld();
  world.grants.push(
    grant(7, 'system-administrator', 1),
    grant(8, 'system-administrator', 1),
    grant(8, 'audit-administrator', 1),
    grant(8, 'viewer', 1),
  );
  const policy = policyOf(world, true);
  assert.equal((await policy.rightsOf(user(7, 1))).has('system.manage'), true);
  const both = await policy.rightsOf(user(8, 1));
  assert.equal(both.has('system.manage'), false);
  assert.equal(both.has('audit.read'), false);
  assert.equal(both.has('things.read'), true);
  const first = await policy.rightsOf(token({ scopes: ['admin'] }));
  assert.equal(first.has('users.manage'), true);
  assert.equal(first.has('system.manage'), false);
  assert.equal(first.has('audit.read'), false);
});

test('no built-in duty role has permissions of another duty', async () => {
  for (const name of [
    'system-administrator',
    'security-administrator',
    'audit-administrator',
  ] as const) {
    const world = newWorld();
    world.grants.push(grant(7, name, 1));
    const rights = await policyOf(world, true).rightsOf(user(7, 1));
    assert.deepEqual(
      [...rights.permissions].toSorted(),
      [...builtInRoles[name].permissions].toSorted(),
    );
  }
});

test('scopes of tokens are sets of permissions, or permissions by name', () => {
  assert.deepEqual([...permissionsOfScopes(['admin'])], permissionNames);
  assert.equal(permissionsOfScopes(['read']).has('audit.read'), false);
  assert.deepEqual(
    [...permissionsOfScopes(['things.read', 'nonsense', 'constructor'])],
    ['things.read'],
  );
});
